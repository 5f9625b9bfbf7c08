//! The exact equity curve, recomputed from what an agent held and the market's closes.
//!
//! Owns the valuation of holdings: cash plus, for each symbol, quantity times its last close, half up at
//! eight places. Never simulates. Invariant: the last point equals the replay's final equity.

use std::ops::Range;

use super::StoreError;
use crate::domain::{Cash, Price, SymbolId, Timestamp};
use crate::engine::{Holding, Replay};
use crate::market::{Market, Row};
use crate::scenario::Delisted;

/// One stretch of the curve as columns of equal length, a row a tick.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct EquityPart {
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
}

impl EquityPart {
    fn push(&mut self, ts: Timestamp, equity: Cash, cash: Cash, drawdown: f64, in_market: bool) {
        self.ts.push(ts);
        self.equity.push(equity);
        self.cash.push(cash);
        self.drawdown.push(drawdown);
        self.in_market.push(in_market);
    }
}

/// Walks a replay's curve in parts of at most `part` ticks and hands each to `sink`.
///
/// # Errors
/// Those of `sink`, and [`StoreError::EquityMismatch`] where the curve does not end at the final equity.
pub(super) fn walk(
    agent: &str,
    replay: &Replay,
    market: &Market,
    delisted: Delisted,
    part: usize,
    mut sink: impl FnMut(&EquityPart) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = EquityPart::default();
    let mut peak = replay.starting_balance;
    let mut last = replay.starting_balance;
    for (ticks, holding) in stretches(replay) {
        let mut positions = positions(holding, replay, market, delisted);
        for tick in ticks {
            last = holding.map_or(replay.starting_balance, |held| held.cash);
            let cash = last;
            for position in &mut positions {
                last += position.value_at(tick);
            }
            peak = peak.max(last);
            rows.push(market.clock[tick], last, cash, below(peak, last), !positions.is_empty());
            if rows.ts.len() == part {
                sink(&std::mem::take(&mut rows))?;
            }
        }
    }
    if !rows.ts.is_empty() {
        sink(&rows)?;
    }
    ends_right(agent, replay, last)
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

/// The window's ticks cut at the changes of the holdings; the starting balance alone before the first.
fn stretches(replay: &Replay) -> impl Iterator<Item = (Range<usize>, Option<&Holding>)> {
    let ticks = replay.window.ticks;
    let holdings = &replay.holdings;
    let start =
        move |i: usize| holdings.get(i).map_or(ticks.last, |held| held.tick.clamp(ticks.first, ticks.last));
    let before = (ticks.first..start(0), None);
    let held = holdings.iter().enumerate().map(move |(i, holding)| (start(i)..start(i + 1), Some(holding)));
    std::iter::once(before).chain(held)
}

/// What is held of one symbol, valued tick by tick.
struct Position<'a> {
    rows: &'a [crate::market::TickRow],
    closes: &'a [f64],
    quantity: crate::domain::Qty,
    written_off: bool,
    /// The row that `value` belongs to: a carried close is not multiplied again.
    row: Option<Row>,
    value: Cash,
}

impl Position<'_> {
    fn value_at(&mut self, tick: usize) -> Cash {
        let at = self.rows[tick];
        let row = at.row();
        if self.written_off && at.fresh().is_none() && row.is_some_and(|r| r + 1 == self.closes.len()) {
            return Cash::ZERO;
        }
        if row != self.row {
            self.row = row;
            self.value =
                row.map_or(Cash::ZERO, |r| Cash::notional(Price::from_f64(self.closes[r]), self.quantity));
        }
        self.value
    }
}

fn positions<'a>(
    holding: Option<&Holding>,
    replay: &Replay,
    market: &'a Market,
    delisted: Delisted,
) -> Vec<Position<'a>> {
    let quantities = holding.map_or(&[][..], |held| &held.quantities);
    quantities
        .iter()
        .zip(&market.symbols)
        .enumerate()
        .filter(|(_, (quantity, _))| !quantity.is_zero())
        .map(|(i, (&quantity, series))| Position {
            rows: &series.rows,
            closes: &series.bars.close,
            quantity,
            written_off: delisted == Delisted::WriteOff && ended(replay, i),
            row: None,
            value: Cash::ZERO,
        })
        .collect()
}

fn ended(replay: &Replay, symbol: usize) -> bool {
    replay.flags.delisted.iter().any(|id: &SymbolId| id.index() == symbol)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Qty;
    use crate::store::fixture::{cash, market_two_symbols, replay, window};

    fn curve(replay: &Replay, delisted: Delisted) -> Result<Vec<EquityPart>, StoreError> {
        let mut parts = Vec::new();
        walk("a", replay, &market_two_symbols(), delisted, 3, |part| {
            parts.push(part.clone());
            Ok(())
        })?;
        Ok(parts)
    }

    /// Closes of the first symbol: 10, 11, 12, 9, 10; of the second: 5, 6 and then no more bars.
    #[test]
    fn the_curve_is_cash_plus_quantities_at_the_last_close() {
        let mut r = replay(window(0, 0..5), "100", "98.5");
        r.holdings = vec![
            Holding { tick: 0, cash: cash("100"), quantities: [Qty::ZERO, Qty::ZERO].into() },
            Holding {
                tick: 1,
                cash: cash("68.5"),
                quantities: ["2".parse().unwrap(), "1".parse().unwrap()].into(),
            },
            Holding { tick: 4, cash: cash("92.5"), quantities: [Qty::ZERO, "1".parse().unwrap()].into() },
        ];
        let parts = curve(&r, Delisted::Carry).unwrap();
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
        r.flags.delisted = vec![SymbolId(1)];
        r.holdings =
            vec![Holding { tick: 0, cash: cash("94"), quantities: [Qty::ZERO, "1".parse().unwrap()].into() }];
        let parts = curve(&r, Delisted::WriteOff).unwrap();
        let equity: Vec<String> = parts.iter().flat_map(|p| &p.equity).map(|c| format!("{c:.0}")).collect();
        assert_eq!(equity, ["99", "100", "94", "94", "94"]);
    }

    #[test]
    fn a_curve_that_does_not_end_at_the_final_equity_is_refused() {
        let r = replay(window(0, 0..5), "100", "100.00000001");
        assert!(matches!(curve(&r, Delisted::Carry), Err(StoreError::EquityMismatch { .. })));
    }
}
