//! Cash dividends: paid before anything fills at the first tick of an ex-date, for what was held until then.
//!
//! A short position pays them. A dividend is a posting, no part of a round trip.

use super::Job;
use super::outcome::{Posting, PostingKind};
use super::state::{State, symbol_id};
use crate::domain::{Cash, Price, SymbolId, Timestamp};

/// A dividend of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DueDividend {
    tick: usize,
    symbol: SymbolId,
    at: Timestamp,
    amount: Price,
}

/// The dividends of a window in order of time, then of symbols. Who enters with the window's first bar holds nothing
/// before it.
pub(super) fn due(job: &Job<'_>) -> Vec<DueDividend> {
    let (market, ticks) = (job.market, job.window.ticks);
    let mut all = Vec::new();
    for (index, series) in market.symbols.iter().enumerate() {
        for dividend in series.actions.iter().flat_map(|actions| &actions.dividends) {
            let tick = market.first_tick_from(dividend.at);
            if ticks.first < tick && tick < ticks.last {
                all.push(DueDividend {
                    tick,
                    symbol: symbol_id(index),
                    at: dividend.at,
                    amount: dividend.amount,
                });
            }
        }
    }
    all.sort_by_key(|due| (due.tick, due.symbol, due.at));
    all
}

impl State<'_> {
    /// Pays what is due up to this tick.
    pub(super) fn pay_dividends(&mut self) {
        while let Some(&due) = self.dividends.get(self.dividends_paid).filter(|due| due.tick <= self.tick) {
            self.dividends_paid += 1;
            let amount = Cash::notional(due.amount, self.ledger.position(due.symbol).qty());
            if !amount.is_zero() {
                self.ledger.post(amount);
                self.changed = true;
                let (tick, symbol) = (self.tick, Some(due.symbol));
                self.postings.push(Posting {
                    tick,
                    at: self.open_time(),
                    symbol,
                    kind: PostingKind::Dividend,
                    amount,
                });
            }
        }
    }

    /// The tick of the next dividend of anything held, not before `from`.
    pub(super) fn next_dividend(&self, from: usize) -> usize {
        let mut left = self.dividends[self.dividends_paid..].iter().filter(|due| due.tick >= from);
        left.find(|due| !self.ledger.position(due.symbol).qty().is_zero()).map_or(usize::MAX, |due| due.tick)
    }
}
