//! A resting order: the price it waits for, and the effect of a bar on it.

use crate::domain::{Liquidity, Price, Side};

/// The matching form of a resting order, with exact prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resting {
    /// Fills at this price or better (limit orders, take-profits, triggered stop-limits).
    Limit(Price),
    /// Becomes a market order at this price (stops, trailing stops at their current level).
    Stop(Price),
    /// Becomes a limit order at the trigger price.
    StopLimit {
        /// Price that triggers the order.
        trigger: Price,
        /// Worst acceptable price after the trigger.
        limit: Price,
    },
}

/// The direction in which the price reaches a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Triggers when the price falls to it.
    Down,
    /// Triggers when the price rises to it.
    Up,
}

impl Resting {
    /// The price to be reached first: the trigger, or the limit price.
    pub const fn level(self) -> Price {
        match self {
            Self::Limit(price) | Self::Stop(price) | Self::StopLimit { trigger: price, .. } => price,
        }
    }

    /// Direction in which the level is reached: down for a buy limit and a sell stop, up for the others.
    pub const fn reach(self, side: Side) -> Reach {
        match (self, side) {
            (Self::Limit(_), Side::Buy) | (Self::Stop(_) | Self::StopLimit { .. }, Side::Sell) => Reach::Down,
            _ => Reach::Up,
        }
    }

    /// Its limit price and its trigger, as far as it has them.
    pub const fn prices(self) -> (Option<Price>, Option<Price>) {
        match self {
            Self::Limit(price) => (Some(price), None),
            Self::Stop(trigger) => (None, Some(trigger)),
            Self::StopLimit { trigger, limit } => (Some(limit), Some(trigger)),
        }
    }

    /// Whether it is a stop order; stops are matched before limits.
    pub const fn is_stop(self) -> bool {
        !matches!(self, Self::Limit(_))
    }
}

/// Terms of a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Price before slippage, inside the bar.
    pub raw: Price,
    /// A taker pays the taker fee and slippage.
    pub liquidity: Liquidity,
    /// Limit of the price after slippage.
    pub bound: Option<Price>,
    /// Whether the fill is at the bar's open, so that the whole bar follows it.
    pub at_open: bool,
}

/// Effect of a bar on a resting order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// The bar does not reach the order.
    Untouched,
    /// The order fills at this price.
    Filled(Match),
    /// A stop-limit is triggered and rests as a limit from now on.
    Triggered,
}

/// Whether a price is equal to or better than a limit.
pub(super) fn within(price: Price, limit: Price, side: Side) -> bool {
    match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    }
}
