//! The dividends of a window, and when each is paid.

use super::job::Job;
use crate::domain::{Price, SymbolId, Timestamp};

/// A dividend of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueDividend {
    /// The tick before whose fills it is paid.
    pub tick: usize,
    /// Which symbol pays it.
    pub symbol: SymbolId,
    /// Start of its ex-date.
    pub at: Timestamp,
    /// For each unit.
    pub amount: Price,
}

/// The dividends of a window in order of time, then of symbols. Who enters with the window's first bar holds nothing
/// before it.
pub(super) fn due(job: &Job<'_>) -> Vec<DueDividend> {
    let (market, ticks) = (job.market, job.window.ticks);
    let mut all = Vec::new();
    for (series, index) in market.symbols.iter().zip(0..) {
        for dividend in series.actions.iter().flat_map(|actions| &actions.dividends) {
            let tick = market.first_tick_from(dividend.at);
            if ticks.first < tick && tick < ticks.last {
                all.push(DueDividend {
                    tick,
                    symbol: SymbolId(index),
                    at: dividend.at,
                    amount: dividend.amount,
                });
            }
        }
    }
    all.sort_by_key(|due| (due.tick, due.symbol, due.at));
    all
}
