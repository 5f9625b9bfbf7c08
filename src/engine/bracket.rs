//! Brackets: the children of an entry, their one lock and one quantity.

use super::fill::Execution;
use super::state::{Group, State};
use super::working::{Birth, NEVER, Stage, Trail, Working, at_distance};
use super::{EndReason, OrderRow};
use crate::domain::{
    Bracket, Cash, Distance, OrderId, OrderKind, OrderOrigin, OrderStatus, Price, PriceSum, Protection, Qty,
    Rounding, Side, SymbolId, TimeInForce, Timestamp,
};
use crate::risk::OrderQty;
use crate::venue::Resting;

/// One protective order of a bracket, with its level.
struct Child {
    kind: OrderKind,
    resting: Resting,
    trail: Option<Trail>,
    reason: &'static str,
}

impl State<'_> {
    /// What an order has left: a bracket's child has its group's quantity.
    pub(super) fn left_of(&self, order: &Working) -> OrderQty {
        match (order.is_child(), order.group) {
            (true, Some(group)) => OrderQty::Qty(self.groups[group].left),
            _ => order.left,
        }
    }

    /// A child has ended; the last one frees what the group still locks.
    pub(super) fn leave_group(&mut self, group: usize) {
        let group = &mut self.groups[group];
        group.alive -= 1;
        if group.alive == 0 {
            let (symbol, left) = (group.symbol, std::mem::take(&mut group.left));
            self.ledger.unlock_qty(symbol, left);
        }
    }

    /// A child has filled whole: its siblings and what is left of the entry are cancelled.
    pub(super) fn close_group(&mut self, group: usize, at: Timestamp) {
        let entry = self.groups[group].entry;
        self.end_where(at, OrderStatus::Cancelled, EndReason::BracketSibling, |order| {
            order.group == Some(group) && (order.is_child() || order.id == entry)
        });
    }

    /// A child's stop has been reached: what is left of its entry is taken back, so that the two do not
    /// trade against each other.
    pub(super) fn end_entry_of(&mut self, index: usize, resting: Resting) {
        let order = &self.waiting[index];
        let Some(group) = order.group.filter(|_| order.is_child() && resting.is_stop()) else { return };
        let (entry, now) = (self.groups[group].entry, self.open_time());
        self.end(entry, now, OrderStatus::Cancelled, EndReason::BracketSibling);
    }

    /// A market sell was accepted that needs what children hold: they give way, oldest first, and those
    /// that are left with nothing are cancelled.
    pub(super) fn give_way(&mut self, symbol: SymbolId, shortage: Qty, at: Timestamp) {
        self.give_way_on(symbol, None, shortage, at);
    }

    /// The same for the children on one side only, where one is given.
    pub(super) fn give_way_on(
        &mut self,
        symbol: SymbolId,
        side: Option<Side>,
        mut shortage: Qty,
        at: Timestamp,
    ) {
        while shortage.is_positive() {
            let on_side = |order: &&Working| side.is_none_or(|side| order.side == side);
            let holder = self.waiting.iter().filter(|order| order.symbol == symbol && order.is_child());
            let holder = holder.filter(on_side);
            let Some(group) = holder.filter_map(|o| o.group).find(|&g| self.groups[g].left.is_positive())
            else {
                return;
            };
            let given = shortage.min(self.groups[group].left);
            self.groups[group].left -= given;
            self.ledger.unlock_qty(symbol, given);
            shortage -= given;
            if self.groups[group].left.is_zero() {
                self.end_where(at, OrderStatus::Cancelled, EndReason::PositionClosed, |order| {
                    order.is_child() && order.group == Some(group)
                });
            }
        }
    }

    /// What those on one side hold.
    pub(super) fn held_by_children_on(&self, symbol: SymbolId, side: Side) -> Qty {
        let mut groups: Vec<usize> = Vec::new();
        let children = self.waiting.iter().filter(|order| order.symbol == symbol && order.is_child());
        for group in children.filter(|order| order.side == side).filter_map(|order| order.group) {
            if !groups.contains(&group) {
                groups.push(group);
            }
        }
        groups.into_iter().map(|group| self.groups[group].left).sum()
    }

    /// What the living children of a symbol's brackets hold.
    pub(super) fn held_by_children(&self, symbol: SymbolId) -> Qty {
        let mut total = Qty::ZERO;
        let mut seen = None;
        // The children of a group are neighbours or nearly so; a group is counted at its oldest child.
        for order in self.waiting.iter().filter(|order| order.symbol == symbol && order.is_child()) {
            if order.group != seen {
                seen = order.group;
                total += order.group.map_or(Qty::ZERO, |group| self.groups[group].left);
            }
        }
        total
    }

    /// An entry has filled by `qty`: its children come alive, or follow.
    pub(super) fn follow_entry(&mut self, id: OrderId, qty: Qty, execution: &Execution) {
        let Some(index) = self.find(id) else { return };
        let order = &self.waiting[index];
        let (symbol, group, side) = (order.symbol, order.group, order.side.opposite());
        let Some(bracket) = order.bracket else { return };
        let average = order.paid.average();
        if !self.on_margin(symbol) && self.ledger.lock_qty(symbol, qty).is_err() {
            return;
        }
        match group.filter(|&group| self.groups[group].alive > 0) {
            Some(group) => {
                self.groups[group].left += qty;
                self.note_fresh(group, qty, execution);
                self.reprice(group, &bracket, average, execution.birth());
            }
            None => {
                let group = self.groups.len();
                self.groups.push(Group { entry: id, symbol, side, left: qty, fresh: Qty::ZERO, alive: 0 });
                self.note_fresh(group, qty, execution);
                self.waiting[index].group = Some(group);
                for child in self.children((symbol, side), &bracket, average) {
                    self.spawn(group, child, average, execution);
                }
            }
        }
    }

    /// What an entry bought inside the bar being matched is not for this bar's targets.
    fn note_fresh(&mut self, group: usize, qty: Qty, execution: &Execution) {
        if execution.birth() != Birth::Settled {
            self.groups[group].fresh += qty;
            self.born = true;
        }
    }

    /// The protective orders of a bracket for an entry at this average price: stops first.
    fn children(&self, (symbol, side): (SymbolId, Side), bracket: &Bracket, average: Price) -> Vec<Child> {
        // A long is stopped below its entry, a short above it.
        let up = side == Side::Buy;
        let tick = self.job.market.series(symbol).instrument.price_tick;
        let mut children = Vec::with_capacity(3);
        if let Some(protection) = bracket.stop_loss {
            let trigger = level(protection, average, up, tick);
            let (kind, resting) = (OrderKind::Stop { trigger }, Resting::Stop(trigger));
            children.push(Child { kind, resting, trail: None, reason: "stop_loss" });
        }
        if let Some(distance) = bracket.trailing_stop.map(sane) {
            let resting = Resting::Stop(at_distance(average, distance, up, tick));
            let trail = Some(Trail { distance, best: average.to_f64() });
            let kind = OrderKind::TrailingStop { distance };
            children.push(Child { kind, resting, trail, reason: "trailing_stop" });
        }
        if let Some(protection) = bracket.take_profit {
            let price = level(protection, average, !up, tick);
            let (kind, resting) = (OrderKind::TakeProfit { price }, Resting::Limit(price));
            children.push(Child { kind, resting, trail: None, reason: "take_profit" });
        }
        children
    }

    fn spawn(&mut self, group: usize, child: Child, average: Price, execution: &Execution) {
        let Group { entry, symbol, side, left, .. } = self.groups[group];
        let (id, at, birth) = (self.next_id(), execution.at, execution.birth());
        let origin = OrderOrigin::Bracket(entry);
        let (limit_price, trigger_price) = match child.resting {
            Resting::Limit(price) => (Some(price), None),
            resting => (None, Some(resting.level())),
        };
        self.orders.push(OrderRow {
            id,
            origin,
            symbol,
            side,
            kind: child.kind.as_str(),
            time_in_force: TimeInForce::Gtc,
            limit_price,
            trigger_price,
            quantity: Some(left),
            amount: None,
            placed_at: at,
            ended_at: at,
            status: OrderStatus::Cancelled,
            end: EndReason::WindowEnd,
            filled: Qty::ZERO,
            reason: child.reason,
            detail: String::new(),
        });
        self.groups[group].alive += 1;
        self.enlist(Working {
            id,
            origin,
            symbol,
            side,
            stage: Stage::Resting(child.resting),
            left: OrderQty::Qty(left),
            price: average,
            fee: self.job.venue.taker_fee,
            lock_cash: Cash::ZERO,
            lock_qty: Qty::ZERO,
            expires_at: NEVER,
            ioc: false,
            from_proceeds: false,
            reduce_only: true,
            reverse: false,
            unreserved: false,
            bracket: None,
            group: Some(group),
            trail: child.trail,
            wake: 0.0,
            filled: Qty::ZERO,
            paid: PriceSum::default(),
            cut: false,
            birth,
            tried: 0,
            reason: child.reason,
        });
    }

    /// A later fill of the entry moved its average price: levels relative to it follow, and so does the
    /// quantity that the children's rows name. A trailing stop keeps its own best price. A stop that moves inside a
    /// bar is tested on what follows in it.
    fn reprice(&mut self, group: usize, bracket: &Bracket, average: Price, birth: Birth) {
        let Group { symbol, side, left, .. } = self.groups[group];
        let up = side == Side::Buy;
        let tick = self.job.market.series(symbol).instrument.price_tick;
        for index in 0..self.waiting.len() {
            let order = &self.waiting[index];
            if !order.is_child() || order.group != Some(group) {
                continue;
            }
            let (id, filled) = (order.id, order.filled);
            let moved = match (order.stage, order.trail) {
                (Stage::Resting(Resting::Stop(_)), None) => {
                    bracket.stop_loss.map(|p| Resting::Stop(level(p, average, up, tick)))
                }
                (Stage::Resting(Resting::Limit(_)), _) => {
                    bracket.take_profit.map(|p| Resting::Limit(level(p, average, !up, tick)))
                }
                _ => None,
            };
            let row = self.row_mut(id);
            row.quantity = Some(left + filled);
            match moved {
                Some(Resting::Limit(price)) => row.limit_price = Some(price),
                Some(resting) => row.trigger_price = Some(resting.level()),
                None => {}
            }
            if let Some(resting) = moved {
                self.restage(index, Stage::Resting(resting));
                if resting.is_stop() {
                    self.waiting[index].birth = birth;
                }
            }
        }
    }
}

/// The largest price that an order may name; above it products would not fit.
pub(super) const LARGEST_PRICE: Price = Price::from_units(10_i128.pow(22));

/// The price of a protective order, on the instrument's tick.
pub(super) fn level(protection: Protection, entry: Price, up: bool, tick: Price) -> Price {
    match protection {
        Protection::FromEntry(distance) => at_distance(entry, sane(distance), up, tick),
        Protection::At(price) => {
            let away = if up { Rounding::Up } else { Rounding::Down };
            price.clamp(Price::ZERO, LARGEST_PRICE).on_tick(tick, away)
        }
    }
}

/// A distance that no product overflows on.
pub(super) fn sane(distance: Distance) -> Distance {
    match distance {
        Distance::Absolute(by) => Distance::Absolute(by.clamp(Price::ZERO, LARGEST_PRICE)),
        Distance::Share(_) => distance,
    }
}
