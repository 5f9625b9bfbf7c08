//! Fills on margin: an order through zero closes first, then opens; one row each.

use super::formulas::Opening;
use crate::domain::{Bps, Cash, Liquidity, OrderId, OrderStatus, Price, Qty, Side, SymbolId, Timestamp};
use crate::engine::fill::{Execution, FillPlan};
use crate::engine::state::State;
use crate::engine::{EndReason, OrderRow};
use crate::ledger::MarginTrade;
use crate::risk::OrderQty;

/// Price and quantities of a fill.
#[derive(Debug, Clone, Copy)]
struct MarginFill {
    price: Price,
    fee: Bps,
    closes: Qty,
    opens: Qty,
    /// Cut to what the free margin carries.
    cut: bool,
    /// Held back by the participation cap.
    held_back: bool,
}

impl State<'_> {
    /// Fills an order as far as the bar and the free margin allow.
    pub(in crate::engine) fn execute_on_margin(&mut self, id: OrderId, execution: &Execution) {
        let Some(index) = self.find(id) else { return };
        let Some(fill) = self.plan_on_margin(index, execution) else { return };
        if !(fill.closes + fill.opens).is_positive() {
            return self.end_nothing_filled(id, execution.at, fill.cut);
        }
        let order = &self.waiting[index];
        let (symbol, side) = (order.symbol, order.side);
        let closed = self.post_close(id, execution, &fill);
        let opened = self.post_open(id, execution, &fill);
        self.note_taken(symbol, execution.row, closed + opened);
        if opened.is_positive() {
            self.follow_entry(id, opened, execution);
        }
        if closed.is_positive() {
            self.trim_children(symbol, execution.at);
        }
        let short = closed + opened < fill.closes + fill.opens;
        self.settle_on_margin(id, side, &MarginFill { cut: fill.cut || short, ..fill }, execution.at);
    }

    /// What it closes and opens; `None` where the participation cap leaves nothing in this bar.
    fn plan_on_margin(&self, index: usize, execution: &Execution) -> Option<MarginFill> {
        let order = &self.waiting[index];
        let room = self.room(order, execution);
        if room.is_some_and(|room| !room.is_positive()) {
            return None;
        }
        let venue = self.job.venue;
        let fee = match execution.matched.liquidity {
            Liquidity::Taker => venue.taker_fee,
            Liquidity::Maker => venue.maker_fee,
        };
        let step = self.job.market.series(order.symbol).instrument.quantity_step;
        let left = self.left_of(order);
        let against = self.closable(order.symbol, order.side);
        let whole = match left {
            OrderQty::Qty(qty) if order.reverse => OrderQty::Qty(qty + against),
            left => left,
        };
        let price = self.slipped(order.symbol, order.side, whole, room, Bps::ZERO, execution);
        let wanted = left.on_margin(price, step);
        let (closes, opens) = match () {
            () if order.reduce_only || order.is_child() => (wanted.min(against), Qty::ZERO),
            () if order.reverse => (against, wanted),
            () => (wanted.min(against), (wanted - against).max(Qty::ZERO)),
        };
        let closed = room.map_or(closes, |room| closes.min(room));
        let opened = room.map_or(opens, |room| opens.min(room - closed));
        let held_back = closed + opened < closes + opens;
        // Nothing opens before all on the other side is closed.
        let opened = if closed < against { Qty::ZERO } else { opened };
        let fill = MarginFill { price, fee, closes: closed, opens: opened, cut: false, held_back };
        let raw = execution.matched.raw;
        let carried = self.carried(order.id, (order.symbol, order.side), &fill, raw, step);
        Some(MarginFill { opens: carried, cut: carried < opened, ..fill })
    }

    /// The largest part of what a fill opens that the free margin carries, once it has closed.
    fn carried(
        &self,
        id: OrderId,
        (symbol, side): (SymbolId, Side),
        fill: &MarginFill,
        raw: Price,
        step: Qty,
    ) -> Qty {
        let Some(terms) = self.terms(symbol).filter(|_| fill.opens.is_positive()) else { return Qty::ZERO };
        let free = self.free_margin(Some((symbol, raw)), Some(id));
        let held = self.ledger.position(symbol).qty().abs();
        let taken = self.margin_of(symbol, terms, raw);
        let flips = self.closable(symbol, side).is_positive();
        let opening = Opening {
            terms,
            leverage: self.job.risk.margin.max_leverage,
            free,
            taken,
            kept: if flips { Qty::ZERO } else { held },
            sets_aside: self.is_isolated(terms) && !flips,
            closes: fill.closes,
            price: fill.price,
            raw,
            fee: fill.fee,
        };
        opening.carried(fill.opens, step)
    }

    fn trade(&self, symbol: SymbolId, side: Side, qty: Qty, fill: &MarginFill) -> MarginTrade {
        let perpetual = self.terms(symbol).is_some_and(|terms| terms.is_perpetual());
        MarginTrade { symbol, side, qty, price: fill.price, fee: fill.fee, perpetual }
    }

    /// Closes; gives what was closed.
    fn post_close(&mut self, id: OrderId, execution: &Execution, fill: &MarginFill) -> Qty {
        let Some(index) = self.find(id).filter(|_| fill.closes.is_positive()) else { return Qty::ZERO };
        let (symbol, side) = (self.waiting[index].symbol, self.waiting[index].side);
        let held = self.ledger.position(symbol).qty().abs();
        let Ok(sold) = self.ledger.close_on_margin(&self.trade(symbol, side, fill.closes, fill)) else {
            return Qty::ZERO;
        };
        self.release_margin(symbol, fill.closes, held);
        let reverse = self.waiting[index].reverse;
        if !reverse {
            self.take_from_order(index, fill.closes, sold.notional);
        }
        self.waiting[index].filled += fill.closes;
        let row = fill.row(fill.closes, fill.opens.is_zero());
        self.log_fill(id, execution, &row, sold.notional, sold.fee, Some(sold.realised));
        fill.closes
    }

    /// Opens; gives what was opened.
    fn post_open(&mut self, id: OrderId, execution: &Execution, fill: &MarginFill) -> Qty {
        let Some(index) = self.find(id).filter(|_| fill.opens.is_positive()) else { return Qty::ZERO };
        let (symbol, side) = (self.waiting[index].symbol, self.waiting[index].side);
        let Ok(bought) = self.ledger.open_on_margin(&self.trade(symbol, side, fill.opens, fill)) else {
            return Qty::ZERO;
        };
        self.set_margin_aside(symbol, bought.notional);
        self.take_from_order(index, fill.opens, bought.notional);
        let order = &mut self.waiting[index];
        order.filled += fill.opens;
        order.paid.add(fill.price, fill.opens);
        let row = fill.row(fill.opens, true);
        self.log_fill(id, execution, &row, bought.notional, bought.fee, None);
        fill.opens
    }

    /// A child takes from its group, any other order from what it has left.
    fn take_from_order(&mut self, index: usize, qty: Qty, notional: Cash) {
        let order = &mut self.waiting[index];
        if let Some(group) = order.group.filter(|_| order.is_child()) {
            self.groups[group].left -= qty;
            return;
        }
        order.left = match order.left {
            OrderQty::Qty(left) => OrderQty::Qty(left - qty),
            OrderQty::Amount(amount) => OrderQty::Amount((amount - notional).max(Cash::ZERO)),
        };
    }

    /// An isolated position gives back the margin of what was closed of it.
    pub(super) fn release_margin(&mut self, symbol: SymbolId, closed: Qty, held: Qty) {
        if let Some(book) = &mut self.margin {
            let aside = &mut book.set_aside[symbol.index()];
            *aside -= aside.pro_rata(closed, held);
        }
    }

    fn set_margin_aside(&mut self, symbol: SymbolId, notional: Cash) {
        let Some(terms) = self.terms(symbol).filter(|terms| self.is_isolated(terms)) else { return };
        let aside = terms.initial(notional, self.job.risk.margin.max_leverage);
        if let Some(book) = &mut self.margin {
            book.set_aside[symbol.index()] += aside;
        }
    }

    /// The order ends where nothing is left, where it was cut, or where it has nothing to reduce; else the rest waits.
    fn settle_on_margin(&mut self, id: OrderId, side: Side, fill: &MarginFill, at: Timestamp) {
        let Some(index) = self.find(id) else { return };
        let order = &self.waiting[index];
        let (filled, group) = (order.filled, order.group.filter(|_| order.is_child()));
        let reduces = order.reduce_only || order.is_child();
        let nothing_to_reduce = reduces && self.closable(order.symbol, side).is_zero();
        let left = match self.left_of(order) {
            OrderQty::Qty(qty) => qty.is_positive(),
            OrderQty::Amount(_) => fill.held_back,
        };
        if !fill.cut && !nothing_to_reduce && left {
            self.row_mut(id).filled = filled;
            return;
        }
        let cut = self.waiting[index].cut || fill.cut || (left && !reduces);
        let why = if cut { EndReason::FilledCut } else { EndReason::Filled };
        self.end(id, at, OrderStatus::Filled, why);
        if let Some(group) = group {
            self.close_group(group, at);
        }
    }

    /// An order that fills nothing: cancelled where there is nothing to reduce, rejected where margin lacks.
    fn end_nothing_filled(&mut self, id: OrderId, at: Timestamp, cut: bool) {
        let Some(index) = self.find(id) else { return };
        let (filled, reduces) = (self.waiting[index].filled, self.waiting[index].reduce_only);
        if filled.is_positive() {
            return self.end(id, at, OrderStatus::Filled, EndReason::FilledCut);
        }
        if !cut && (reduces || self.waiting[index].is_child()) {
            return self.end(id, at, OrderStatus::Cancelled, EndReason::PositionClosed);
        }
        self.note(id, "the free margin carries not even the smallest quantity");
        self.end(id, at, OrderStatus::Rejected, EndReason::CannotPay);
    }

    /// Brackets never hold more than the position: the oldest give way.
    pub(super) fn trim_children(&mut self, symbol: SymbolId, at: Timestamp) {
        let held = self.held_by_children(symbol);
        if held.is_positive() {
            let sides = [Side::Buy, Side::Sell].map(|side| self.held_by_children_on(symbol, side));
            let excess = |held: Qty, side| (held - self.closable(symbol, side)).max(Qty::ZERO);
            let (buys, sells) = (excess(sides[0], Side::Buy), excess(sides[1], Side::Sell));
            self.give_way_on(symbol, Some(Side::Buy), buys, at);
            self.give_way_on(symbol, Some(Side::Sell), sells, at);
        }
    }

    /// An order of the venue's that fills at once, at its price and without a trading fee: its row, fill and round trip.
    pub(super) fn close_by_venue(&mut self, symbol: SymbolId, price: Price, at: Timestamp) {
        let held = self.ledger.position(symbol).qty();
        let Some(row) = self.rows[symbol.index()][self.tick].row().filter(|_| !held.is_zero()) else {
            return;
        };
        let side = if held.is_positive() { Side::Sell } else { Side::Buy };
        let fill = MarginFill {
            price,
            fee: Bps::ZERO,
            closes: held.abs(),
            opens: Qty::ZERO,
            cut: false,
            held_back: false,
        };
        let on_margin = self.terms(symbol).is_some();
        let free = self.ledger.position(symbol).free();
        if !on_margin && self.ledger.lock_qty(symbol, free).is_err() {
            return;
        }
        let origin = crate::domain::OrderOrigin::Liquidation;
        self.place_own((symbol, side), held.abs(), origin, "liquidation");
        let id = OrderId(self.orders.len() as u64);
        if let Some(index) = self.find(id) {
            self.waiting[index].lock_qty = if on_margin { Qty::ZERO } else { free };
        }
        let OrderRow { placed_at, .. } = self.row_mut(id);
        *placed_at = at;
        let execution = Execution::by_venue(price, at, row);
        match on_margin {
            true => {
                let closed = self.post_close(id, &execution, &fill);
                debug_assert_eq!(closed, held.abs());
                self.trim_children(symbol, at);
            }
            false => self.sell_by_venue(id, &execution),
        }
        self.end(id, at, OrderStatus::Filled, EndReason::Filled);
    }

    /// A spot asset sold by the venue, without a fee.
    fn sell_by_venue(&mut self, id: OrderId, execution: &Execution) {
        let Some(index) = self.find(id) else { return };
        let (symbol, qty) = (self.waiting[index].symbol, self.waiting[index].lock_qty);
        let price = execution.matched.raw;
        if let Ok(sold) = self.ledger.sell(symbol, qty, price, Bps::ZERO, qty) {
            self.waiting[index].lock_qty = Qty::ZERO;
            self.waiting[index].filled = qty;
            let plan = FillPlan { price, qty, fee: Bps::ZERO, cut: false, held_back: false };
            self.log_fill(id, execution, &plan, sold.notional, sold.fee, Some(sold.realised));
        }
    }
}

impl MarginFill {
    /// One row of the fill; the last one says whether the order was cut.
    const fn row(&self, qty: Qty, last: bool) -> FillPlan {
        FillPlan { price: self.price, qty, fee: self.fee, cut: self.cut && last, held_back: self.held_back }
    }
}
