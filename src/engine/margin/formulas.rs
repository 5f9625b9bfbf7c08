//! The amounts of a position on margin as pure functions of position, price and terms.
//!
//! Owns each formula once: the replay loops and the batch engine both call it. Knows no account and no bar.

use crate::domain::{Bps, Cash, MaintenanceBasis, MarginTerms, Price, Qty, Rate, Timestamp};
use crate::ledger::Position;

/// PnL of a position against its cost, without fees, at a price.
pub(in crate::engine) fn gain(position: &Position, price: Price) -> Cash {
    Cash::notional(price, position.qty()) - position.cost()
}

/// What a position needs to be kept, at a price.
pub(in crate::engine) fn maintenance(terms: &MarginTerms, position: &Position, price: Price) -> Cash {
    terms.maintenance(match terms.maintenance_on {
        MaintenanceBasis::Mark => Cash::notional(price, position.qty().abs()),
        MaintenanceBasis::Entry => position.cost().abs(),
    })
}

/// What a holder of a signed quantity receives at a funding rate; negative where it pays.
pub(in crate::engine) fn funding(mark: Price, qty: Qty, rate: Rate) -> Cash {
    -Cash::notional(mark, qty).at_rate(rate)
}

/// What a short of a quantity pays for the borrowed shares over some days; at most zero.
pub(in crate::engine) fn borrow_fee(mark: Price, qty: Qty, rate: Bps, days: i64) -> Cash {
    -Cash::notional(mark, qty.abs()).accrued(rate, days)
}

/// What negative cash costs over some days; at most zero.
pub(in crate::engine) fn interest(cash: Cash, rate: Bps, days: i64) -> Cash {
    if cash.is_negative() { -cash.abs().accrued(rate, days) } else { Cash::ZERO }
}

/// The days that are posted at a bar's close: those up to the next bar's UTC day, where that is a later one. The last
/// bar of a window, which has no `next`, ends its own days.
pub(in crate::engine) fn days_settled(
    open: Timestamp,
    close: Timestamp,
    next: Option<Timestamp>,
) -> Option<i64> {
    let today = open.utc_day();
    match next {
        None => Some((close.utc_day() - today).max(1)),
        Some(next) => Some(next.utc_day() - today).filter(|&days| days > 0),
    }
}

/// A fill that opens or adds to a position, and what the account has for it.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine) struct Opening<'a> {
    /// Of the symbol.
    pub terms: &'a MarginTerms,
    /// Of the risk profile.
    pub leverage: Bps,
    /// Free margin before the fill, with the symbol at its raw price.
    pub free: Cash,
    /// Margin that the position takes before the fill.
    pub taken: Cash,
    /// Quantity of the position that stays beside what is opened; zero where the fill closes it first.
    pub kept: Qty,
    /// Whether what is opened sets aside a margin of its own, beside `taken`.
    pub sets_aside: bool,
    /// What the fill closes first.
    pub closes: Qty,
    /// Price of the fill.
    pub price: Price,
    /// The same before slippage.
    pub raw: Price,
    /// Fee rate.
    pub fee: Bps,
}

impl Opening<'_> {
    /// The largest part of `opens` that the free margin carries, in whole steps.
    pub fn carried(&self, opens: Qty, step: Qty) -> Qty {
        if self.fits(opens) { opens } else { opens.largest_that(step, |part| self.fits(part)) }
    }

    fn fits(&self, opens: Qty) -> bool {
        let initial = |qty| self.terms.initial(crate::risk::notional(self.price, qty), self.leverage);
        let after = match self.sets_aside {
            true => self.taken + initial(opens),
            false => initial(self.kept + opens),
        };
        after - self.taken + self.lost(opens) + self.lost(self.closes) <= self.free
    }

    /// What fee and slippage take at once.
    fn lost(&self, qty: Qty) -> Cash {
        let slipped = Price::from_units((self.price.units() - self.raw.units()).abs());
        crate::risk::notional(self.price, qty).fee(self.fee) + Cash::notional(slipped, qty)
    }
}
