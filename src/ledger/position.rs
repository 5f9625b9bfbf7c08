//! One symbol's position at average cost.

use crate::domain::{Cash, Price, Qty};

/// Quantity and cost of one symbol's position. All zero while flat; a short has a negative quantity and cost.
///
/// Cost and entry fees are exact totals. A sell takes its proportional share of both, and the last sell takes
/// the remainder, so that rounding loses nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    pub(super) qty: Qty,
    pub(super) locked: Qty,
    pub(super) cost: Cash,
    pub(super) entry_fees: Cash,
}

impl Position {
    /// A position carried over from an earlier run, unlocked.
    pub const fn carried(qty: Qty, cost: Cash, entry_fees: Cash) -> Self {
        Self { qty, locked: Qty::ZERO, cost, entry_fees }
    }

    /// Quantity held, including the locked part.
    pub const fn qty(&self) -> Qty {
        self.qty
    }

    /// Quantity not locked for open sell orders.
    pub fn free(&self) -> Qty {
        self.qty - self.locked
    }

    /// Total cost of the quantity held, without fees.
    pub const fn cost(&self) -> Cash {
        self.cost
    }

    /// Entry fees of the quantity held.
    pub const fn entry_fees(&self) -> Cash {
        self.entry_fees
    }

    /// Average entry price, without fees; zero while flat.
    pub fn average_price(&self) -> Price {
        self.cost.abs().per_unit(self.qty.abs()).unwrap_or(Price::ZERO)
    }

    /// Unrealised PnL at `price`: market value less cost and remaining entry fees.
    pub fn unrealised(&self, price: Price) -> Cash {
        Cash::notional(price, self.qty) - self.cost - self.entry_fees
    }

    pub(super) fn add(&mut self, qty: Qty, notional: Cash, fee: Cash) {
        self.qty += qty;
        self.cost += notional;
        self.entry_fees += fee;
    }

    /// Removes `qty` of `held`, the quantity without its sign, and returns its share of the signed cost and of the
    /// entry fees.
    pub(super) fn take_signed(&mut self, qty: Qty, held: Qty) -> (Cash, Cash) {
        let (cost, fees) = (self.cost.pro_rata(qty, held), self.entry_fees.pro_rata(qty, held));
        self.qty += if self.qty.is_negative() { qty } else { -qty };
        self.cost -= cost;
        self.entry_fees -= fees;
        (cost, fees)
    }

    /// Removes `qty` and returns its share of the cost and of the entry fees.
    pub(super) fn take(&mut self, qty: Qty) -> (Cash, Cash) {
        let cost = self.cost.pro_rata(qty, self.qty);
        let fees = self.entry_fees.pro_rata(qty, self.qty);
        self.qty -= qty;
        self.cost -= cost;
        self.entry_fees -= fees;
        (cost, fees)
    }
}
