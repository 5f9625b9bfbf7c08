//! A resting order: the price it waits for, and what a bar can do to it.

use crate::domain::{Liquidity, Price, Side};

/// The form in which an order rests, with exact prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resting {
    /// At this price or better (limit orders, targets, triggered stop-limits).
    Limit(Price),
    /// A market order once this is reached (stops, trailing stops at their level).
    Stop(Price),
    /// A limit order once the trigger is reached.
    StopLimit {
        /// Price that wakes it.
        trigger: Price,
        /// Worst acceptable price from then on.
        limit: Price,
    },
}

/// From which side the price has to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The price falls to the level.
    Down,
    /// The price rises to it.
    Up,
}

impl Resting {
    /// The price that has to be reached first.
    pub const fn level(self) -> Price {
        match self {
            Self::Limit(price) | Self::Stop(price) | Self::StopLimit { trigger: price, .. } => price,
        }
    }

    /// From which side it is reached: a buy limit and a sell stop from above, the others from below.
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

    /// Whether it is one of those tested first.
    pub const fn is_stop(self) -> bool {
        !matches!(self, Self::Limit(_))
    }
}

/// How an order fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Before slippage; inside the bar.
    pub raw: Price,
    /// A taker pays the taker fee and slippage.
    pub liquidity: Liquidity,
    /// Slippage never goes beyond this.
    pub bound: Option<Price>,
    /// Whether the fill is the bar's open: then the whole bar follows it.
    pub at_open: bool,
}

/// What a bar does to a resting order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// Nothing.
    Untouched,
    /// It fills.
    Filled(Match),
    /// A stop-limit is triggered and rests as a limit from now on.
    Triggered,
}
