//! The exact equity curve, recomputed from what an agent held and the market's closes.
//!
//! Owns the curve's columns; the engine's own walk values the holdings. Invariant: the last point equals the replay's
//! final equity.

use super::StoreError;
use crate::domain::{Cash, Timestamp};
use crate::engine::{Replay, Valued, valued_at};
use crate::market::Market;

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
    /// Value of all positions, shorts negative.
    pub net: Vec<Cash>,
    /// The same without signs.
    pub gross: Vec<Cash>,
}

impl EquityPart {
    fn push(&mut self, ts: Timestamp, valued: &Valued, drawdown: f64) {
        self.ts.push(ts);
        self.equity.push(valued.equity);
        self.cash.push(valued.cash);
        self.drawdown.push(drawdown);
        self.in_market.push(valued.in_market);
        self.net.push(valued.net);
        self.gross.push(valued.gross);
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
    part: usize,
    mut sink: impl FnMut(&EquityPart) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut rows = EquityPart::default();
    let mut peak = replay.starting_balance;
    let mut last = replay.starting_balance;
    let ticks = replay.window.ticks.first..replay.window.ticks.last;
    for (tick, valued) in ticks.clone().zip(valued_at(replay, market, ticks)) {
        last = valued.equity;
        peak = peak.max(last);
        rows.push(market.clock[tick], &valued, below(peak, last));
        if rows.ts.len() == part {
            sink(&std::mem::take(&mut rows))?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Qty, SymbolId};
    use crate::engine::Holding;
    use crate::store::fixture::{cash, market_two_symbols, replay, window};

    fn curve(replay: &Replay) -> Result<Vec<EquityPart>, StoreError> {
        let mut parts = Vec::new();
        walk("a", replay, &market_two_symbols(), 3, |part| {
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

    #[test]
    fn a_curve_that_does_not_end_at_the_final_equity_is_refused() {
        let r = replay(window(0, 0..5), "100", "100.00000001");
        assert!(matches!(curve(&r), Err(StoreError::EquityMismatch { .. })));
    }
}
