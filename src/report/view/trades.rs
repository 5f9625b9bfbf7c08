//! Round trips for a page: a bounded list of them, and the histogram of all.

use std::collections::BTreeMap;

use serde::Serialize;

use super::series::significant;
use super::trade_groups::{TradeGroups, groups};
use crate::domain::{Span, Timestamp};
use crate::report::numbers::are_dates;
use crate::store::TradeRow;

/// Trades of all agents together in a page.
const ALL: usize = 9_000;
/// Most trades of one agent.
const MOST: usize = 1_500;
/// Most bars of a histogram.
const BARS: usize = 40;

/// One agent's trades.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Trades {
    /// How many there are.
    pub total: usize,
    /// Reasons of entries and exits, by number in the rows.
    pub reasons: Vec<String>,
    pub symbols: Vec<String>,
    /// The largest gains and losses where there are too many, in order of time.
    pub rows: Vec<Row>,
    /// Indexes of the rows that are short positions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shorts: Vec<usize>,
    pub histogram: Histogram,
    /// Time in the market of the closed ones, in hours.
    pub holding: Histogram,
    /// All closed ones in groups.
    #[serde(skip)]
    pub groups: Vec<TradeGroups>,
}

/// Window, symbol, closed, entry and exit (seconds since 1970), quantity, entry price, exit price, fees, PnL,
/// return in percent, MAE, MFE, reason of the entry, reason of the exit.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Row(
    u32,
    usize,
    bool,
    i64,
    i64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
    usize,
    usize,
);

/// A round trip on a chart of prices: times are seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::report) struct RoundTrip {
    pub short: bool,
    /// Whether the venue closed it.
    pub liquidated: bool,
    /// Whether it earned more than nothing.
    pub gained: bool,
    /// Time and price.
    pub entry: (f64, f64),
    /// Of one that is closed.
    pub exit: Option<(f64, f64)>,
}

impl Trades {
    /// The symbols, those with the most round trips of the list first.
    pub fn by_symbol(&self) -> Vec<&str> {
        let mut counts = vec![0_usize; self.symbols.len()];
        self.rows.iter().for_each(|row| counts[row.1] += 1);
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|&index| (std::cmp::Reverse(counts[index]), &self.symbols[index]));
        order.into_iter().map(|index| self.symbols[index].as_str()).collect()
    }

    /// The round trips of the list in one symbol.
    pub fn of(&self, symbol: &str) -> Vec<RoundTrip> {
        #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
        let point = |at: i64, price: f64| (at as f64, price);
        let rows = self.rows.iter().enumerate().filter(|(_, row)| self.symbols[row.1] == symbol);
        let one = |(index, row): (usize, &Row)| RoundTrip {
            short: self.shorts.contains(&index),
            liquidated: row.2 && self.reasons[row.14] == "liquidation",
            gained: row.9 > 0.0,
            entry: point(row.3, row.6),
            exit: row.2.then(|| point(row.4, row.7)),
        };
        rows.map(one).collect()
    }
}

/// How many values lie in bars of one width. No bar spans zero.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(in crate::report) struct Histogram {
    /// Where the first bar starts.
    pub start: f64,
    pub width: f64,
    pub counts: Vec<usize>,
}

/// One agent's trades, of `agents` in the page.
pub(super) fn trades(mut all: Vec<TradeRow>, agents: usize) -> Trades {
    let total = all.len();
    let closed: Vec<f64> = all.iter().filter(|t| t.state == "closed").map(|t| t.pnl.to_f64()).collect();
    let held: Vec<f64> = all
        .iter()
        .filter(|t| t.state == "closed")
        .map(|t| (t.exit_at - t.entry_at).seconds() / 3_600.0)
        .collect();
    let groups = groups(&all);
    let most = (ALL / agents.max(1)).clamp(1, MOST);
    if all.len() > most {
        all.sort_by(|a, b| b.pnl.to_f64().abs().total_cmp(&a.pnl.to_f64().abs()));
        all.truncate(most);
        all.sort_by_key(|t| (t.window, t.exit_at, t.entry_at));
    }
    let mut reasons = Words::default();
    let mut symbols = Words::default();
    let dates = are_dates(all.iter().flat_map(|t| [t.entry_at, t.exit_at]));
    let rows = all.iter().map(|t| row(t, dates, &mut symbols, &mut reasons)).collect();
    let is_short = |t: &TradeRow| t.side.as_deref() == Some("short");
    let shorts = all.iter().enumerate().filter(|(_, t)| is_short(t)).map(|(index, _)| index).collect();
    Trades {
        total,
        reasons: reasons.list,
        symbols: symbols.list,
        rows,
        shorts,
        histogram: histogram(&closed),
        holding: histogram(&held),
        groups,
    }
}

fn row(t: &TradeRow, dates: bool, symbols: &mut Words, reasons: &mut Words) -> Row {
    let seconds = |at: Timestamp| at.micros().div_euclid(1_000_000);
    // The day that the fill's bar covers, where all times are days.
    let day = |at: Timestamp, at_close: bool| if dates && at_close { at - Span::DAY } else { at };
    let cents = |value: f64| (value * 100.0).round() / 100.0 + 0.0;
    Row(
        t.window,
        symbols.number(&t.symbol),
        t.state == "closed",
        seconds(day(t.entry_at, t.entered_at_close)),
        seconds(day(t.exit_at, t.exited_at_close)),
        significant(t.quantity.to_f64()),
        significant(t.entry_price.to_f64()),
        significant(t.exit_price.to_f64()),
        cents(t.fees.to_f64()),
        cents(t.pnl.to_f64()),
        cents(t.return_fraction * 100.0),
        cents(t.mae.to_f64()),
        cents(t.mfe.to_f64()),
        reasons.number(&t.entry_reason),
        reasons.number(&t.exit_reason),
    )
}

/// Words that repeat, each once.
#[derive(Default)]
struct Words {
    numbers: BTreeMap<String, usize>,
    list: Vec<String>,
}

impl Words {
    fn number(&mut self, word: &str) -> usize {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        self.list.push(word.to_owned());
        self.numbers.insert(word.to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }
}

/// Bars of a round width (1, 2 or 5 times a power of ten) with an edge at zero, at most about [`BARS`].
pub(in crate::report) fn histogram(values: &[f64]) -> Histogram {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if values.is_empty() {
        return Histogram::default();
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of bars")]
    let bars = (values.len() as f64).sqrt().mul_add(2.0, 1.0).min(BARS as f64);
    let spread = if high > low { high - low } else { high.abs().max(1.0) };
    let width = round_up(spread / bars);
    let bar = |value: f64| (value / width).floor();
    let first = bar(low);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small count, not negative"
    )]
    let bin = |value: f64| (bar(value) - first) as usize;
    let mut counts = vec![0; bin(high) + 1];
    for &value in values {
        counts[bin(value)] += 1;
    }
    Histogram { start: first * width, width, counts }
}

/// The next of 1, 2, 5 times a power of ten.
fn round_up(width: f64) -> f64 {
    let power = 10_f64.powf(width.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
    steps.into_iter().find(|step| *step >= width * 0.999_999).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn bars_have_round_widths_and_an_edge_at_zero() {
        let found = histogram(&[-3.0, -0.5, 0.0, 0.5, 3.9]);
        assert_eq!(found, Histogram { start: -4.0, width: 2.0, counts: vec![1, 1, 2, 1] });
        assert_eq!(histogram(&[]).counts, Vec::<usize>::new());
        assert_eq!(histogram(&[5.0, 5.0]).counts, [2]);
        assert_eq!(histogram(&[0.0]).counts, [1]);
        let many: Vec<f64> = (0..5_000).map(|i| f64::from(i) * 0.37 - 500.0).collect();
        let found = histogram(&many);
        assert!(found.counts.len() <= BARS + 1 && found.counts.iter().sum::<usize>() == 5_000);
        assert_eq!(found.start % found.width, 0.0);
    }

    #[test]
    fn a_fill_at_a_daily_close_is_on_the_day_that_the_bar_covers() {
        let mut trade = fixture::trade_rows().remove(0);
        let seconds = |at: Timestamp| at.micros() / 1_000_000;
        let shown = |trade: &TradeRow| trades(vec![trade.clone()], 1).rows.remove(0);
        let at_opens = shown(&trade);
        assert_eq!((at_opens.3, at_opens.4), (seconds(trade.entry_at), seconds(trade.exit_at)));
        (trade.entered_at_close, trade.exited_at_close) = (true, true);
        let at_closes = shown(&trade);
        assert_eq!((at_closes.3, at_closes.4), (at_opens.3 - 86_400, at_opens.4 - 86_400));
    }

    #[test]
    fn a_chart_has_the_round_trips_of_its_symbol() {
        let template = fixture::trade_rows().remove(0);
        let named = |symbol: &str, state: &str| TradeRow {
            symbol: symbol.to_owned(),
            state: state.to_owned(),
            ..template.clone()
        };
        let all = vec![named("B", "closed"), named("A", "closed"), named("A", "open")];
        let found = trades(all, 1);
        assert_eq!(found.by_symbol(), ["A", "B"]);
        let of_a = found.of("A");
        assert_eq!(of_a.len(), 2);
        assert_eq!(of_a[0].entry.1, template.entry_price.to_f64());
        assert_eq!(of_a.iter().map(|one| one.exit.is_some()).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn too_many_trades_leave_the_largest_in_order_of_time() {
        let template = fixture::trade_rows().remove(0);
        let all = (0..2_000_i64).map(|i| TradeRow {
            pnl: format!("{}", if i % 2 == 0 { i } else { -i }).parse().unwrap(),
            exit_at: fixture::day(i + 2),
            ..template.clone()
        });
        let found = trades(all.collect(), 1);
        assert_eq!((found.total, found.rows.len()), (2_000, MOST));
        assert!(found.rows.windows(2).all(|pair| pair[0].4 < pair[1].4));
        assert_eq!(found.rows[0].9.abs(), 500.0, "the smallest are left out");
        assert_eq!(found.histogram.counts.iter().sum::<usize>(), 2_000);
    }
}
