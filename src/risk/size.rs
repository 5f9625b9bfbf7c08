//! Order sizes and their value.

use crate::domain::{Bps, Cash, Price, Qty, UNITS_PER_ONE};

/// An order size after the engine has resolved shares of equity and position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderQty {
    /// A quantity of the base asset.
    Qty(Qty),
    /// A quote amount including the fee.
    Amount(Cash),
}

/// Upper bound on any size: no wallet holds more and no log can show more. Larger requests are clamped here
/// and then refused by the checks.
const MAX: Cash = Cash::MAX;

impl OrderQty {
    /// This size clamped to the largest one that can be represented.
    #[must_use]
    pub fn bounded(self) -> Self {
        match self {
            Self::Qty(qty) => Self::Qty(qty.clamp(Qty::from_units(-Qty::MAX.units()), Qty::MAX)),
            Self::Amount(amount) => Self::Amount(amount.clamp(Cash::from_units(-MAX.units()), MAX)),
        }
    }

    /// Whether the size is greater than zero.
    pub const fn is_positive(self) -> bool {
        match self {
            Self::Qty(qty) => qty.is_positive(),
            Self::Amount(amount) => amount.is_positive(),
        }
    }

    /// Notional at `price`, without the fee.
    pub fn notional(self, price: Price, fee: Bps) -> Cash {
        match self {
            Self::Qty(qty) => notional(price, qty),
            Self::Amount(amount) => net_of_fee(amount, fee),
        }
    }

    /// Cost of a buy at `price`, including the fee.
    pub fn cost(self, price: Price, fee: Bps) -> Cash {
        match self {
            Self::Qty(qty) => notional(price, qty).with_fee(fee),
            Self::Amount(amount) => amount,
        }
    }

    /// The largest size not above this one whose cost including the fee is at most `cost`.
    #[must_use]
    pub fn to_cost(self, cost: Cash, price: Price, fee: Bps, step: Qty) -> Self {
        match self {
            Self::Qty(qty) => Self::Qty(qty.min(Qty::affordable(cost, price, fee, step))),
            Self::Amount(amount) => Self::Amount(amount.min(cost)),
        }
    }

    /// The largest size not above this one whose notional is at most `limit`.
    #[must_use]
    pub fn to_notional(self, limit: Cash, price: Price, fee: Bps, step: Qty) -> Self {
        match self {
            Self::Qty(_) => self.to_cost(limit, price, Bps::ZERO, step),
            // `net_of_fee(limit + fee(limit))` is `limit`, or one unit less where the fee was rounded down.
            Self::Amount(amount) => Self::Amount(amount.min(limit.max(Cash::ZERO).with_fee(fee))),
        }
    }
}

impl std::fmt::Display for OrderQty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Qty(qty) => write!(f, "quantity {qty}"),
            Self::Amount(amount) => write!(f, "amount {amount}"),
        }
    }
}

/// `price * qty`, saturating.
pub fn notional(price: Price, qty: Qty) -> Cash {
    Cash::notional(price, qty).min(MAX)
}

/// The largest notional whose cost including the fee is at most `amount`: `amount / (1 + fee)`, exact.
pub fn net_of_fee(amount: Cash, fee: Bps) -> Cash {
    let one = Price::from_units(UNITS_PER_ONE);
    Cash::from_units(Qty::affordable(amount, one, fee, Qty::from_units(1)).units())
}
