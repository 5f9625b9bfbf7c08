//! An open order in its working form.

use crate::domain::{
    Bps, Bracket, Cash, Distance, OrderId, OrderOrigin, Price, PriceSum, Qty, Rounding, Side, SymbolId,
    Timestamp,
};
use crate::risk::OrderQty;
use crate::venue::{Reach, Resting};

/// No time: an order without it never expires.
pub(super) const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

/// Where a waiting order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Fills at the next open.
    Market,
    /// Waits for a price.
    Resting(Resting),
}

/// The moving part of a trailing stop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trail {
    /// How far behind.
    pub distance: Distance,
    /// Best price so far: the highest for a sell, the lowest for a buy.
    pub best: f64,
}

/// When a bracket's child came alive or was moved by its entry, as far as the bar in which that happened goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Birth {
    /// Before this bar, or at its open: tested like any other.
    Settled,
    /// Inside this bar, by a fill of its entry at this price.
    Inside(Price),
}

/// An order that waits.
#[derive(Debug, Clone)]
pub(super) struct Working {
    pub id: OrderId,
    pub origin: OrderOrigin,
    pub symbol: SymbolId,
    pub side: Side,
    pub stage: Stage,
    /// What is left to trade. A bracket's child has its group's.
    pub left: OrderQty,
    /// Price and fee of a buy's lock and of its notional in the position check.
    pub price: Price,
    pub fee: Bps,
    pub lock_cash: Cash,
    pub lock_qty: Qty,
    pub expires_at: Timestamp,
    pub ioc: bool,
    /// A market buy that fills after the market sells of its open, and is paid with what they bring.
    pub from_proceeds: bool,
    /// Never passes zero on margin.
    pub reduce_only: bool,
    /// On margin: closes all on the other side before it opens.
    pub reverse: bool,
    /// On margin: takes no free margin before it fills.
    pub unreserved: bool,
    /// Of an entry.
    pub bracket: Option<Bracket>,
    /// Of a filled entry and its children: the group's index.
    pub group: Option<usize>,
    pub trail: Option<Trail>,
    /// Wakes when the bar's low (or high) comes this near: the level with room for rounding.
    pub wake: f64,
    pub filled: Qty,
    pub paid: PriceSum,
    pub cut: bool,
    pub birth: Birth,
    /// The pass over a bar in which it was last acted on: once a pass is enough.
    pub tried: u64,
    pub reason: &'static str,
}

impl Working {
    /// The form in which it rests; `None` for one that fills at the next open.
    pub const fn resting(&self) -> Option<Resting> {
        match self.stage {
            Stage::Market => None,
            Stage::Resting(resting) => Some(resting),
        }
    }

    /// Whether a bar with these extremes can concern it at all. Cheap; never says no wrongly.
    pub fn wakes(&self, low: f64, high: f64) -> bool {
        match self.stage {
            Stage::Market => false,
            Stage::Resting(resting) => match resting.reach(self.side) {
                Reach::Down => low <= self.wake,
                Reach::Up => high >= self.wake,
            },
        }
    }

    /// Sets the level's neighbourhood after the level changed.
    pub fn set_wake(&mut self) {
        if let Some(resting) = self.resting() {
            let level = resting.level().to_f64();
            let room = wake_room(level);
            self.wake = match resting.reach(self.side) {
                Reach::Down => level + room,
                Reach::Up => level - room,
            };
        }
    }

    /// Its level, while it still is a stop.
    pub const fn stage_is_stop(&self) -> Option<Price> {
        match self.stage {
            Stage::Resting(Resting::Stop(level)) => Some(level),
            Stage::Market | Stage::Resting(_) => None,
        }
    }

    /// Whether it rests as a limit order, as targets do.
    pub fn rests_as_limit(&self) -> bool {
        self.resting().is_some_and(|resting| !resting.is_stop())
    }

    /// Whether it is a child of a bracket.
    pub const fn is_child(&self) -> bool {
        matches!(self.origin, OrderOrigin::Bracket(_))
    }

    /// The notional that a waiting buy will add to its position.
    pub fn waiting_notional(&self) -> Cash {
        self.left.notional(self.price, self.fee)
    }
}

/// `from` moved by a distance, on the tick, never below zero. Away from the price it starts at, at eight places and on
/// a coarser tick: a stop never comes nearer to its entry by rounding.
pub(super) fn at_distance(from: Price, distance: Distance, up: bool, tick: Price) -> Price {
    let moved = match distance {
        Distance::Share(share) => from.away(share, up),
        Distance::Absolute(by) if up => from + by,
        Distance::Absolute(by) => (from - by).max(Price::ZERO),
    };
    moved.on_tick(tick, if up { Rounding::Up } else { Rounding::Down })
}

/// How far from a level bars are looked at exactly: far more than the error of a price as `f64`, far less than anything
/// that matters.
pub(super) fn wake_room(level: f64) -> f64 {
    level * 1e-12 + 1e-8
}

impl Working {
    /// Sorts the stops of a symbol by when the price reaches them: sells from above, buys from below. What
    /// is no resting stop sorts by its number alone.
    pub(super) fn reach(&self) -> (SymbolId, i128) {
        match (self.resting().filter(|resting| resting.is_stop()), self.side) {
            (None, _) => (SymbolId(0), 0),
            (Some(stop), Side::Sell) => (self.symbol, -stop.level().units()),
            (Some(stop), Side::Buy) => (self.symbol, stop.level().units()),
        }
    }
}
