//! The exact equity curve, recomputed from what an agent held and the market's closes.
//!
//! Owns the curve's columns; the engine's own walk values the holdings. Invariant: the last point equals the replay's
//! final equity.

use super::StoreError;
use crate::domain::{Cash, Timestamp};
use crate::engine::{Replay, Valued, valued_at};
use crate::market::Market;
use crate::scenario::EquityRows;

/// One stretch of the curve as columns of equal length.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct EquityPart {
    /// Ticks of the window, from 0.
    pub ticks: Vec<usize>,
    /// Open times of the bars.
    pub ts: Vec<Timestamp>,
    /// Marked at the closes.
    pub equity: Vec<Cash>,
    /// Of it, in cash.
    pub cash: Vec<Cash>,
    /// Equity over its peak so far (the starting balance included) minus one; at most 0.
    pub drawdown: Vec<f64>,
    /// Whether anything was held at the close.
    pub in_market: Vec<bool>,
    /// Value of all positions, shorts negative.
    pub net: Vec<Cash>,
    /// The same without signs.
    pub gross: Vec<Cash>,
}

/// A row of it.
#[derive(Debug, Clone, Copy)]
struct Row {
    tick: usize,
    ts: Timestamp,
    equity: Cash,
    cash: Cash,
    drawdown: f64,
    in_market: bool,
    net: Cash,
    gross: Cash,
}

impl EquityPart {
    fn push(&mut self, row: Row) {
        self.ticks.push(row.tick);
        self.ts.push(row.ts);
        self.equity.push(row.equity);
        self.cash.push(row.cash);
        self.drawdown.push(row.drawdown);
        self.in_market.push(row.in_market);
        self.net.push(row.net);
        self.gross.push(row.gross);
    }

    fn clear(&mut self) {
        let Self { ticks, ts, equity, cash, drawdown, in_market, net, gross } = self;
        [equity, cash, net, gross].into_iter().for_each(Vec::clear);
        ticks.clear();
        ts.clear();
        drawdown.clear();
        in_market.clear();
    }
}

/// Walks a replay's curve and hands its rows to `sink`, in parts of at most about `part`.
///
/// # Errors
/// Those of `sink`, and [`StoreError::EquityMismatch`] where the curve does not end at the final equity.
pub(super) fn walk(
    agent: &str,
    replay: &Replay,
    market: &Market,
    (kept, part): (EquityRows, usize),
    mut sink: impl FnMut(&EquityPart) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = EquityPart::default();
    let mut peak = replay.starting_balance;
    let mut last = replay.starting_balance;
    let (first, end) = (replay.window.ticks.first, replay.window.ticks.last);
    let mut events = replay.holdings.iter().map(|holding| holding.tick).peekable();
    let mut day: Option<Day> = None;
    for (tick, valued) in (first..end).zip(valued_at(replay, market, first..end)) {
        last = valued.equity;
        peak = peak.max(last);
        let drawdown = below(peak, last);
        let ts = market.clock[tick];
        let Valued { cash, net, gross, in_market, .. } = valued;
        let row = Row { tick: tick - first, ts, equity: last, cash, drawdown, in_market, net, gross };
        let ends = tick + 1 == end;
        match kept {
            EquityRows::Bars => rows.push(row),
            EquityRows::Events => {
                let mut changed = false;
                while events.next_if(|event| *event <= tick).is_some() {
                    changed = true;
                }
                if changed || ends {
                    rows.push(row);
                }
            }
            EquityRows::Daily => {
                day.get_or_insert_with(|| Day::begins(row, market.day.end_after(ts))).take(row);
                if ends || day.as_ref().is_some_and(|day| market.clock[tick + 1] >= day.end) {
                    day.take().into_iter().flat_map(Day::rows).for_each(|row| rows.push(row));
                }
            }
        }
        if rows.ts.len() >= part {
            sink(&rows)?;
            rows.clear();
        }
    }
    if !rows.ts.is_empty() {
        sink(&rows)?;
    }
    ends_right(agent, replay, last)
}

/// What is kept of a day's bars: the first of the highest equity, of the lowest and of the deepest drawdown, and the last.
struct Day {
    highest: Row,
    lowest: Row,
    deepest: Row,
    last: Row,
    /// When the next day begins.
    end: Timestamp,
}

impl Day {
    const fn begins(row: Row, end: Timestamp) -> Self {
        Self { highest: row, lowest: row, deepest: row, last: row, end }
    }

    fn take(&mut self, row: Row) {
        if row.equity > self.highest.equity {
            self.highest = row;
        }
        if row.equity < self.lowest.equity {
            self.lowest = row;
        }
        if row.drawdown < self.deepest.drawdown {
            self.deepest = row;
        }
        self.last = row;
    }

    /// Each once, in order of time.
    fn rows(self) -> impl Iterator<Item = Row> {
        let mut rows = vec![self.highest, self.lowest, self.deepest, self.last];
        rows.sort_by_key(|row| row.ts);
        rows.dedup_by_key(|row| row.ts);
        rows.into_iter()
    }
}

fn ends_right(agent: &str, replay: &Replay, last: Cash) -> Result<(), StoreError> {
    if last == replay.final_equity {
        return Ok(());
    }
    Err(StoreError::EquityMismatch {
        agent: agent.to_owned(),
        window: replay.window.index,
        curve: last.to_string(),
        replay: replay.final_equity.to_string(),
    })
}

/// `now / peak - 1`; 0 where there never was money.
fn below(peak: Cash, now: Cash) -> f64 {
    if peak == now || !peak.is_positive() { 0.0 } else { now.to_f64() / peak.to_f64() - 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Qty, SymbolId};
    use crate::engine::Holding;
    use crate::store::fixture::{cash, market_of_4h, market_two_symbols, replay, window};

    fn curve(replay: &Replay) -> Result<Vec<EquityPart>, StoreError> {
        let mut parts = Vec::new();
        walk("a", replay, &market_two_symbols(), (EquityRows::Bars, 3), |part| {
            parts.push(part.clone());
            Ok(())
        })?;
        Ok(parts)
    }

    fn holding(tick: usize, money: &str, quantity: &str) -> Holding {
        let quantities = [quantity.parse().unwrap()].into();
        Holding { tick, cash: cash(money), owed: Default::default(), quantities }
    }

    fn kept(replay: &Replay, market: &Market, kept: EquityRows) -> Vec<(Timestamp, Cash, f64)> {
        let mut rows = Vec::new();
        let take = |part: &EquityPart| {
            rows.extend((0..part.ts.len()).map(|row| (part.ts[row], part.equity[row], part.drawdown[row])));
            Ok(())
        };
        walk("a", replay, market, (kept, 2), take).unwrap();
        rows
    }

    /// Closes of the first symbol: 10, 11, 12, 9, 10; of the second: 5, 6 and then no more bars.
    #[test]
    fn the_curve_is_cash_plus_quantities_at_the_last_close() {
        let mut r = replay(window(0, 0..5), "100", "98.5");
        r.holdings = vec![
            Holding {
                tick: 0,
                cash: cash("100"),
                owed: Default::default(),
                quantities: [Qty::ZERO, Qty::ZERO].into(),
            },
            Holding {
                tick: 1,
                cash: cash("68.5"),
                owed: Default::default(),
                quantities: ["2".parse().unwrap(), "1".parse().unwrap()].into(),
            },
            Holding {
                tick: 4,
                cash: cash("92.5"),
                owed: Default::default(),
                quantities: [Qty::ZERO, "1".parse().unwrap()].into(),
            },
        ];
        let parts = curve(&r).unwrap();
        assert_eq!(parts.len(), 2, "five ticks in parts of three");
        let equity: Vec<String> = parts.iter().flat_map(|p| &p.equity).map(|c| format!("{c:.1}")).collect();
        // 100; 68.5+22+6; 68.5+24+6; 68.5+18+6; 92.5+6
        assert_eq!(equity, ["100.0", "96.5", "98.5", "92.5", "98.5"]);
        let held: Vec<bool> = parts.iter().flat_map(|p| p.in_market.clone()).collect();
        assert_eq!(held, [false, true, true, true, true]);
        let drawdown: Vec<f64> = parts.iter().flat_map(|p| p.drawdown.clone()).collect();
        assert_eq!(drawdown[0], 0.0);
        assert!((drawdown[3] + 0.075).abs() < 1e-15, "92.5 below the peak of 100");
    }

    #[test]
    fn a_written_off_symbol_is_worth_nothing_after_its_last_bar() {
        let mut r = replay(window(0, 0..5), "100", "94");
        r.written_off = vec![(SymbolId(1), 2)];
        r.holdings = vec![Holding {
            tick: 0,
            cash: cash("94"),
            owed: Default::default(),
            quantities: [Qty::ZERO, "1".parse().unwrap()].into(),
        }];
        let parts = curve(&r).unwrap();
        let equity: Vec<String> = parts.iter().flat_map(|p| &p.equity).map(|c| format!("{c:.0}")).collect();
        assert_eq!(equity, ["99", "100", "94", "94", "94"]);
    }

    /// 100 at the start, then 99 to 104 by the closes of the first symbol, two of which are held.
    #[test]
    fn of_a_day_the_extremes_and_the_last_bar_are_kept() {
        // Two days of six bars; closes such that the deepest drawdown is not at the lowest equity.
        let closes = [10.0, 8.0, 14.0, 11.0, 12.0, 13.0, 13.0, 13.0, 20.0, 9.0, 11.0, 11.0];
        let mut market = market_of_4h(&closes);
        let mut r = replay(window(0, 0..12), "100", "102");
        r.holdings = vec![holding(0, "80", "2")];
        let rows = kept(&r, &market, EquityRows::Daily);
        let all = kept(&r, &market, EquityRows::Bars);
        assert_eq!(all.len(), 12);
        let places = |rows: &[(Timestamp, Cash, f64)]| -> Vec<usize> {
            rows.iter().map(|row| all.iter().position(|other| other == row).unwrap()).collect()
        };
        // Lowest at 1, highest at 2, deepest at 3 (102 of 108, where 96 of 100 is 4 %), last at 5; of the second day the
        // highest at 8, the lowest and deepest at 9, the last at 11.
        assert_eq!(places(&rows), [1, 2, 3, 5, 8, 9, 11]);
        let deepest = |rows: &[(Timestamp, Cash, f64)]| rows.iter().map(|row| row.2).fold(0.0, f64::min);
        assert_eq!(deepest(&rows), deepest(&all));
        // Days that begin at noon end at 2, 8 and with the window.
        market.day = "12:00".parse().unwrap();
        assert_eq!(places(&kept(&r, &market, EquityRows::Daily)), [1, 2, 3, 8, 9, 10, 11]);
    }

    #[test]
    fn of_events_the_bars_with_fills_and_the_last_are_kept() {
        let market = market_of_4h(&[10.0, 8.0, 14.0, 11.0, 12.0, 13.0]);
        let mut r = replay(window(0, 0..6), "100", "108");
        r.holdings = vec![holding(1, "84", "2"), holding(3, "106", "0"), holding(4, "108", "0")];
        let rows = kept(&r, &market, EquityRows::Events);
        let at: Vec<Timestamp> = rows.iter().map(|row| row.0).collect();
        assert_eq!(at, [1, 3, 4, 5].map(|tick| market.clock[tick]));
    }

    #[test]
    fn a_curve_that_does_not_end_at_the_final_equity_is_refused() {
        let r = replay(window(0, 0..5), "100", "100.00000001");
        assert!(matches!(curve(&r), Err(StoreError::EquityMismatch { .. })));
    }
}
