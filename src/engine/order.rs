//! Orders that wait: their working form, their list, and how they end.

use super::state::State;
use super::{EndReason, OrderRow};
use crate::domain::{
    Bps, Bracket, Cash, Distance, OrderId, OrderOrigin, OrderStatus, Price, PriceSum, Qty, Rounding, Side,
    SymbolId, Timestamp,
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
    /// Of an entry.
    pub bracket: Option<Bracket>,
    /// Of an entry that has filled, and of its children: the group's place.
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
            // Far more than the error of a price as f64, far less than anything that matters.
            let room = level * 1e-12 + 1e-8;
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

impl State<'_> {
    /// The number of the next order.
    pub(super) fn next_id(&self) -> OrderId {
        OrderId(self.orders.len() as u64 + 1)
    }

    /// The log row of an order.
    pub(super) fn row_mut(&mut self, id: OrderId) -> &mut OrderRow {
        &mut self.orders[id.0 as usize - 1]
    }

    /// Where an order waits.
    pub(super) fn find(&self, id: OrderId) -> Option<usize> {
        self.waiting.binary_search_by_key(&id, |order| order.id).ok()
    }

    /// Puts an accepted order on the list, which is sorted by id.
    pub(super) fn enlist(&mut self, mut order: Working) {
        order.set_wake();
        self.markets += usize::from(order.stage == Stage::Market);
        self.next_expiry = self.next_expiry.min(order.expires_at);
        self.alarms_stale = true;
        let place = self.waiting.partition_point(|other| other.id < order.id);
        self.waiting.insert(place, order);
    }

    /// Takes an order off the list, frees what it locked, and writes its end.
    pub(super) fn end(&mut self, id: OrderId, at: Timestamp, status: OrderStatus, why: EndReason) {
        let Some(place) = self.find(id) else { return };
        self.alarms_stale = true;
        let order = self.waiting.remove(place);
        self.ended[order.symbol.index()] += 1;
        self.markets -= usize::from(order.stage == Stage::Market);
        self.ledger.unlock_cash(order.lock_cash);
        self.ledger.unlock_qty(order.symbol, order.lock_qty);
        let row = self.row_mut(id);
        (row.status, row.end, row.ended_at, row.filled) = (status, why, at, order.filled);
        if let (true, Some(group)) = (order.is_child(), order.group) {
            self.leave_group(group);
        }
    }

    /// Moves a waiting order to another stage.
    pub(super) fn restage(&mut self, place: usize, stage: Stage) {
        let order = &mut self.waiting[place];
        self.markets -= usize::from(order.stage == Stage::Market);
        self.markets += usize::from(stage == Stage::Market);
        order.stage = stage;
        order.set_wake();
        self.alarms_stale = true;
    }

    /// Ends every waiting order for which `which` holds, oldest first.
    pub(super) fn end_where(
        &mut self,
        at: Timestamp,
        status: OrderStatus,
        why: EndReason,
        which: impl Fn(&Working) -> bool,
    ) {
        let mut place = 0;
        while let Some(order) = self.waiting.get(place) {
            if which(order) {
                // An end removes exactly this order.
                let id = order.id;
                self.end(id, at, status, why);
            } else {
                place += 1;
            }
        }
    }

    /// Appends to an order's detail.
    pub(super) fn note(&mut self, id: OrderId, text: &str) {
        let detail = &mut self.row_mut(id).detail;
        if !detail.is_empty() {
            detail.push_str("; ");
        }
        detail.push_str(text);
    }
}
