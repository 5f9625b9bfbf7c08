//! What an agent takes from one run into the next: its wallet as the run before left it.

use serde::{Deserialize, Serialize};

use super::{Cash, Price, PriceSum, Qty, Timestamp};

/// Quote currency and positions, each under its symbol. Nothing in it is locked: orders end with their run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet<S> {
    /// Quote currency.
    pub cash: Cash,
    /// What is held, none of it zero.
    pub positions: Vec<(S, CarriedPosition)>,
}

/// A position at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedPosition {
    /// Held.
    pub quantity: Qty,
    /// Paid for it, without fees.
    pub cost: Cash,
    /// Fees of the buys that belong to it.
    pub entry_fees: Cash,
    /// What the run's end valued one unit at: the next run starts from this value, so that nothing is made
    /// or lost between the two.
    pub mark: Price,
    /// The round trip it is part of.
    pub trip: CarriedTrip,
}

impl CarriedPosition {
    /// What it was worth at the run's end, half up at eight places.
    pub fn worth(&self) -> Cash {
        Cash::notional(self.mark, self.quantity)
    }
}

/// A round trip that a run's end left open, so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedTrip {
    /// Time of its first fill.
    pub opened_at: Timestamp,
    /// Open time of the bar of that fill.
    pub opened_bar: Timestamp,
    /// Its buys.
    pub bought: PriceSum,
    /// Their notionals.
    pub bought_for: Cash,
    /// Their fees.
    pub entry_fees: Cash,
    /// Its sells.
    pub sold: PriceSum,
    /// Fees of all its fills.
    pub fees: Cash,
    /// Realised by its sells.
    pub realised: Cash,
    /// How many fills.
    pub fills: u32,
    /// Worst excursion, at most 0.
    pub worst: Cash,
    /// Best excursion, at least 0.
    pub best: Cash,
}

impl<S> Wallet<S> {
    /// Nothing but quote currency.
    pub const fn of_cash(cash: Cash) -> Self {
        Self { cash, positions: Vec::new() }
    }

    /// Quote currency and positions together, as the run's end valued them.
    pub fn equity(&self) -> Cash {
        self.cash + self.positions.iter().map(|(_, position)| position.worth()).sum()
    }
}
