//! One symbol's position at average cost.

use crate::domain::{Cash, Price, Qty};

/// What is held of a symbol, and what it cost. All zero while flat.
///
/// Cost and entry fees are exact totals; a sale takes its share of both, the last sale takes what is left,
/// so that nothing is lost to rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    pub(super) qty: Qty,
    pub(super) locked: Qty,
    pub(super) cost: Cash,
    pub(super) entry_fees: Cash,
}

impl Position {
    /// What an earlier run left behind, none of it locked.
    pub const fn carried(qty: Qty, cost: Cash, entry_fees: Cash) -> Self {
        Self { qty, locked: Qty::ZERO, cost, entry_fees }
    }

    /// Held, locked part included.
    pub const fn qty(&self) -> Qty {
        self.qty
    }

    /// Held and not promised to a waiting sell.
    pub fn free(&self) -> Qty {
        self.qty - self.locked
    }

    /// Paid for what is held, without fees.
    pub const fn cost(&self) -> Cash {
        self.cost
    }

    /// Fees of the buys that belong to what is held.
    pub const fn entry_fees(&self) -> Cash {
        self.entry_fees
    }

    /// Average price paid, without fees; zero while flat.
    pub fn average_price(&self) -> Price {
        self.cost.per_unit(self.qty).unwrap_or(Price::ZERO)
    }

    /// What is held at `price`, less its cost and the entry fees not yet shared out.
    pub fn unrealised(&self, price: Price) -> Cash {
        Cash::notional(price, self.qty) - self.cost - self.entry_fees
    }

    pub(super) fn add(&mut self, qty: Qty, notional: Cash, fee: Cash) {
        self.qty += qty;
        self.cost += notional;
        self.entry_fees += fee;
    }

    /// Takes `qty` out and returns its share of the cost and of the entry fees.
    pub(super) fn take(&mut self, qty: Qty) -> (Cash, Cash) {
        let cost = self.cost.pro_rata(qty, self.qty);
        let fees = self.entry_fees.pro_rata(qty, self.qty);
        self.qty -= qty;
        self.cost -= cost;
        self.entry_fees -= fees;
        (cost, fees)
    }
}
