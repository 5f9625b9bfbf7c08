//! Sizes of orders and what they are worth.

use crate::domain::{Bps, Cash, Price, Qty, UNITS_PER_ONE};

/// A size after the engine has resolved shares of equity and position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderQty {
    /// A base quantity.
    Qty(Qty),
    /// A quote amount with the fee inside.
    Amount(Cash),
}

/// No wallet has more, and no log can show more: what a strategy asks beyond it is held there, and refused.
const LARGEST: Cash = Cash::LARGEST;

impl OrderQty {
    /// Nonsense held at a size that no wallet has.
    #[must_use]
    pub fn bounded(self) -> Self {
        match self {
            Self::Qty(qty) => Self::Qty(qty.clamp(Qty::from_units(-Qty::LARGEST.units()), Qty::LARGEST)),
            Self::Amount(amount) => Self::Amount(amount.clamp(Cash::from_units(-LARGEST.units()), LARGEST)),
        }
    }

    /// Whether there is anything to trade.
    pub const fn is_positive(self) -> bool {
        match self {
            Self::Qty(qty) => qty.is_positive(),
            Self::Amount(amount) => amount.is_positive(),
        }
    }

    /// What it is worth at `price`, the fee aside.
    pub fn notional(self, price: Price, fee: Bps) -> Cash {
        match self {
            Self::Qty(qty) => notional(price, qty),
            Self::Amount(amount) => net_of_fee(amount, fee),
        }
    }

    /// What a buy has to pay at `price`, the fee included.
    pub fn cost(self, price: Price, fee: Bps) -> Cash {
        match self {
            Self::Qty(qty) => notional(price, qty).with_fee(fee),
            Self::Amount(amount) => amount,
        }
    }

    /// The largest size whose cost with fee is at most `cost`.
    #[must_use]
    pub fn to_cost(self, cost: Cash, price: Price, fee: Bps, step: Qty) -> Self {
        match self {
            Self::Qty(qty) => Self::Qty(qty.min(Qty::affordable(cost, price, fee, step))),
            Self::Amount(amount) => Self::Amount(amount.min(cost)),
        }
    }

    /// The largest size whose notional is at most `limit`.
    #[must_use]
    pub fn to_notional(self, limit: Cash, price: Price, fee: Bps, step: Qty) -> Self {
        match self {
            Self::Qty(_) => self.to_cost(limit, price, Bps::ZERO, step),
            // net_of_fee(limit + fee(limit)) is limit, or one unit less where the fee was rounded down.
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

/// `price * qty`, held at an amount that no wallet has where the product would not fit.
pub fn notional(price: Price, qty: Qty) -> Cash {
    Cash::notional(price, qty).min(LARGEST)
}

/// The largest notional that costs at most `amount` with its fee: `amount / (1 + fee)`, exact.
pub fn net_of_fee(amount: Cash, fee: Bps) -> Cash {
    let one = Price::from_units(UNITS_PER_ONE);
    Cash::from_units(Qty::affordable(amount, one, fee, Qty::from_units(1)).units())
}
