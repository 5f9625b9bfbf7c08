//! Cash dividends: paid before anything fills at the first tick of an ex-date, for what was held until then.
//!
//! A short position pays them. A dividend is a posting, no part of a round trip.

use super::outcome::{Posting, PostingKind};
use super::state::State;
use crate::domain::Cash;

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
