//! State that an agent carries from one run into the next: its wallet at the end of the previous run.

use serde::{Deserialize, Serialize};

use super::{Cash, Price, PriceSum, Qty, Timestamp};

/// Quote currency and open positions by symbol. Nothing is locked: every order ends with its run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet<S> {
    /// Quote currency balance.
    pub cash: Cash,
    /// Open positions; quantities are not zero.
    pub positions: Vec<(S, CarriedPosition)>,
}

/// An open position at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedPosition {
    /// Quantity held, in the base asset.
    pub quantity: Qty,
    /// Total cost of the quantity held, without fees.
    pub cost: Cash,
    /// Entry fees of the quantity held.
    pub entry_fees: Cash,
    /// Valuation price per unit at the end of the run. The next run opens with this price, so that equity is
    /// continuous from run to run.
    pub mark: Price,
    /// The round trip that the position belongs to.
    pub trip: CarriedTrip,
}

impl CarriedPosition {
    /// Market value at the end of the run, half up at eight decimal places.
    pub fn worth(&self) -> Cash {
        Cash::notional(self.mark, self.quantity)
    }
}

/// A round trip that is still open at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedTrip {
    /// Time of its first fill.
    pub opened_at: Timestamp,
    /// Open time of the bar of the first fill.
    pub opened_bar: Timestamp,
    /// Volume-weighted sum of its buys.
    pub bought: PriceSum,
    /// Total notional of its buys.
    pub bought_for: Cash,
    /// Total fees of its buys.
    pub entry_fees: Cash,
    /// Volume-weighted sum of its sells.
    pub sold: PriceSum,
    /// Fees of all its fills.
    pub fees: Cash,
    /// Realised PnL so far, in the quote currency.
    pub realised: Cash,
    /// Number of fills.
    pub fills: u32,
    /// Maximum adverse excursion so far, at most 0.
    pub worst: Cash,
    /// Maximum favourable excursion so far, at least 0.
    pub best: Cash,
}

impl<S> Wallet<S> {
    /// A wallet with quote currency and no position.
    pub const fn of_cash(cash: Cash) -> Self {
        Self { cash, positions: Vec::new() }
    }

    /// Quote currency plus the market value of the positions at the end of the run.
    pub fn equity(&self) -> Cash {
        self.cash + self.positions.iter().map(|(_, position)| position.worth()).sum()
    }
}
