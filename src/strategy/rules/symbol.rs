//! The rules of one symbol: when it enters, adds, sells parts and leaves, and at which bars it may.

use std::sync::Arc;

use super::compile::{Compiler, NodeId, Program, SeenPosition};
use super::entry::{Deciding, EntryTerms};
use super::scan::{Scan, Shared};
use super::warm_up::Needs;
use crate::domain::{Bps, OrderId, OrderRequest, Price, Side, Size, SymbolId};
use crate::market::Row;
use crate::scenario::{Condition, Expr, PartialExit, RuleSet, ShortRules};
use crate::strategy::context::Ahead;
use crate::strategy::reader::cursor;
use crate::strategy::{BarContext, Orders, PositionView, Setup};

/// The conditions of one symbol and where its position stands.
pub(super) struct SymbolRules<'m> {
    pub symbol: SymbolId,
    program: Program<'m>,
    terms: EntryTerms,
    max_hold_bars: Option<u32>,
    max_entries: usize,
    enter_all: Conditions,
    exit_any: Conditions,
    /// Of short positions, where the rules open any: their entry and their exit.
    short: Option<(Conditions, Conditions)>,
    parts: Vec<Part>,
    /// Whether any condition depends on the position.
    reads_position: bool,
    /// The last tick at whose close the symbol was seen flat.
    flat_at: Option<usize>,
    /// The last tick at whose close a position was seen that nothing closes.
    kept_at: Option<usize>,
    /// The last tick at whose close a part was sold.
    sold_at: Option<usize>,
    /// Whether this position was told to close.
    closing: bool,
    /// The tick of the fill that opened the position.
    opened_at: usize,
    /// Entries of this position, where more than one is allowed.
    entries: Vec<OrderId>,
}

/// Conditions that are asked together.
struct Conditions {
    nodes: Vec<NodeId>,
    /// The same, for many rows at once.
    scan: Scan,
    /// Whether one depends on the position: then each bar is looked at.
    reads_position: bool,
}

/// A condition that sells a part of the position, once for a position.
struct Part {
    condition: Conditions,
    share: Bps,
    /// Its order.
    sent: Option<OrderId>,
}

impl Conditions {
    /// Searches for rows at which all, or any, hold. A symbol that is flat has one position to read: none.
    fn next(&mut self, program: &Program<'_>, from: Row, held: bool) -> Option<Row> {
        if held && self.reads_position { Some(from) } else { self.scan.next(program, from) }
    }
}

impl Part {
    /// Whether it has not sold yet: a refused or rejected order is sent again.
    fn is_armed(&self, ctx: &BarContext<'_>) -> bool {
        self.sent.is_none_or(|order| came_to_nothing(ctx, order))
    }
}

/// The side of the orders that close a position.
fn exit_side(position: &PositionView) -> Side {
    if position.qty.is_negative() { Side::Buy } else { Side::Sell }
}

/// Whether an order has ended without a fill.
fn came_to_nothing(ctx: &BarContext<'_>, order: OrderId) -> bool {
    let end = ctx.account().order(order).and_then(|order| order.end);
    end.is_some_and(|end| end.filled.is_zero())
}

impl<'m> SymbolRules<'m> {
    pub fn new<'r>(symbol: SymbolId, rules: &'r RuleSet, setup: &Setup<'m>, needs: &Needs) -> Self {
        let mut compiler = Compiler::new(setup.history, symbol, needs);
        let mut added = |conditions: &[&Condition]| -> Vec<NodeId> {
            conditions.iter().map(|condition| compiler.add(&condition.expr)).collect()
        };
        let (enter_all, exit_any): (Vec<_>, Vec<_>) =
            (rules.enter_all.iter().collect(), rules.exit_any.iter().collect());
        let (entry_nodes, exit_nodes) = (added(&enter_all), added(&exit_any));
        let part_nodes: Vec<_> = rules.exit_parts.iter().map(|part| added(&[&part.condition])).collect();
        let lists = |short: &'r ShortRules| {
            (short.enter_all.iter().collect::<Vec<_>>(), short.exit_any.iter().collect::<Vec<_>>())
        };
        let short_rules: Option<(Vec<&Condition>, Vec<&Condition>)> = rules.short.as_ref().map(lists);
        let short_nodes = short_rules.as_ref().map(|(enter, exit)| (added(enter), added(exit)));
        let terms = EntryTerms::new(rules, &mut compiler);
        let program = compiler.finish();
        let conditions = |conditions: &[&Condition], nodes: Vec<NodeId>, all: bool| Conditions {
            scan: Scan::new(&program, &nodes, all, cursor(setup, symbol)),
            nodes,
            reads_position: conditions.iter().any(|condition| condition.expr.reads_position()),
        };
        let part = |(part, nodes): (&PartialExit, Vec<NodeId>)| Part {
            condition: conditions(&[&part.condition], nodes, true),
            share: part.share,
            sent: None,
        };
        Self {
            symbol,
            terms,
            max_hold_bars: rules.max_hold_bars,
            max_entries: rules.max_entries as usize,
            enter_all: conditions(&enter_all, entry_nodes, true),
            exit_any: conditions(&exit_any, exit_nodes, false),
            short: short_rules.zip(short_nodes).map(|((enter, exit), (enter_nodes, exit_nodes))| {
                (conditions(&enter, enter_nodes, true), conditions(&exit, exit_nodes, false))
            }),
            parts: rules.exit_parts.iter().zip(part_nodes).map(part).collect(),
            reads_position: rules.expressions().into_iter().any(Expr::reads_position),
            program,
            flat_at: None,
            kept_at: None,
            sold_at: None,
            closing: false,
            opened_at: 0,
            entries: Vec::new(),
        }
    }

    /// The next row at which it may have something to order; `full` where no position may be added.
    pub fn next(&mut self, ahead: &Ahead<'_>, full: bool) -> Option<Row> {
        let from = ahead.next_row(self.symbol);
        let position = ahead.position(self.symbol);
        let waits = |side| ahead.has_open_order(self.symbol, side);
        if position.is_flat() {
            let may = !full && !waits(Side::Buy) && !waits(Side::Sell);
            self.program.position = SeenPosition::FLAT;
            return may.then(|| self.next_entry(from)).flatten();
        }
        let short = position.qty.is_negative();
        if self.closing && waits(exit_side(&position)) {
            return None;
        }
        // Bars held rise by one a row.
        let held_now = self.bars_held(ahead, &position, from);
        let too_long = self.max_hold_bars.map(|most| from + (most as usize).saturating_sub(held_now));
        let exit = match self.short.as_mut().filter(|_| short) {
            Some((_, exit)) => exit.next(&self.program, from, true),
            None => self.exit_any.next(&self.program, from, true),
        };
        let leaves = exit.into_iter().chain(too_long).min();
        leaves.into_iter().chain(self.next_change(ahead, from)).min()
    }

    /// The next row at which it may enter while flat.
    fn next_entry(&mut self, from: Row) -> Option<Row> {
        let long = (!self.enter_all.nodes.is_empty())
            .then(|| self.enter_all.next(&self.program, from, false))
            .flatten();
        let short = self.short.as_mut().and_then(|(enter, _)| enter.next(&self.program, from, false));
        long.into_iter().chain(short).min()
    }

    /// Where all conditions of a long entry hold; see [`Scan::shared_words`].
    pub fn entry_words(&self, names: &[String], shared: Shared<'_>) -> Arc<[u64]> {
        match self.enter_all.nodes.is_empty() {
            true => shared("never".to_owned(), &|_| 0),
            false => self.enter_all.scan.shared_words(&self.program, names, shared),
        }
    }

    /// Where a condition of the exit of a long position holds.
    pub fn exit_words(&self, names: &[String], shared: Shared<'_>) -> Arc<[u64]> {
        self.exit_any.scan.shared_words(&self.program, names, shared)
    }

    /// The next row at which it may sell a part or add.
    fn next_change(&mut self, ahead: &Ahead<'_>, from: Row) -> Option<Row> {
        let short = ahead.position(self.symbol).qty.is_negative();
        let armed = self.parts.iter_mut().filter(|part| !short && part.is_armed(ahead));
        let sells = armed.filter_map(|part| part.condition.next(&self.program, from, true)).min();
        let may_add = self.may_add(ahead);
        let program = &self.program;
        let adds = match self.short.as_mut().filter(|_| short) {
            Some((enter, _)) => may_add.then(|| enter.next(program, from, true)).flatten(),
            None => may_add.then(|| self.enter_all.next(program, from, true)).flatten(),
        };
        sells.into_iter().chain(adds).min()
    }

    /// Buys where nothing is held or on its way and all conditions hold. Whether it was ordered.
    pub fn enter(&mut self, ctx: &BarContext<'_>, id: &mut OrderId, size: Bps, orders: &mut Orders) -> bool {
        let Some(row) = ctx.row(self.symbol) else { return false };
        let free = self.flat_at == Some(ctx.tick())
            && !ctx.has_open_order(self.symbol, Side::Buy)
            && !ctx.has_open_order(self.symbol, Side::Sell);
        if !free {
            return false;
        }
        self.program.position = SeenPosition::FLAT;
        self.entries.clear();
        let side = match (self.holds(Side::Buy, row), self.holds(Side::Sell, row)) {
            (true, false) => Side::Buy,
            (false, true) => Side::Sell,
            // Rules that point both ways say nothing.
            (false, false) | (true, true) => return false,
        };
        self.order(ctx, (row, side), id, (size, "rule_entry"), orders)
    }

    /// Whether all conditions of an entry on a side hold at the close of a row.
    fn holds(&self, side: Side, row: Row) -> bool {
        let conditions = match side {
            Side::Buy => Some(&self.enter_all),
            Side::Sell => self.short.as_ref().map(|(enter, _)| enter),
        };
        let nodes = conditions.map_or(&[][..], |conditions| &conditions.nodes);
        !nodes.is_empty() && nodes.iter().all(|&condition| self.program.holds(condition, row))
    }

    /// Buys more of what is held, where that is allowed and all conditions hold.
    pub fn add(&mut self, ctx: &BarContext<'_>, id: &mut OrderId, size: Bps, orders: &mut Orders) {
        let kept = self.kept_at == Some(ctx.tick()) && self.sold_at != Some(ctx.tick());
        if let Some(row) = ctx.row(self.symbol).filter(|_| kept && self.may_add(ctx)) {
            let side = exit_side(&ctx.position(self.symbol)).opposite();
            if self.holds(side, row) {
                self.order(ctx, (row, side), id, (size, "rule_add"), orders);
            }
        }
    }

    /// Whether an entry may follow those of the position.
    fn may_add(&self, ctx: &BarContext<'_>) -> bool {
        let side = exit_side(&ctx.position(self.symbol)).opposite();
        if self.max_entries == 1 || ctx.has_open_order(self.symbol, side) {
            return false;
        }
        let entries = self.entries.iter().filter(|&&order| !came_to_nothing(ctx, order)).count();
        entries.max(1) < self.max_entries
    }

    fn order(
        &mut self,
        ctx: &BarContext<'_>,
        (row, side): (Row, Side),
        id: &mut OrderId,
        (size, reason): (Bps, &'static str),
        orders: &mut Orders,
    ) -> bool {
        let Some(close) = ctx.price(self.symbol) else { return false };
        let at = Deciding { symbol: self.symbol, row, close, time: ctx.time(), interval: ctx.interval() };
        let Some(order) = self.terms.request(&self.program, at, (side, size), reason) else { return false };
        orders.place(order);
        if self.max_entries > 1 {
            self.entries.push(*id);
        }
        *id = OrderId(id.0 + 1);
        true
    }

    /// Sells the parts whose conditions hold, each once for a position.
    pub fn sell_parts(&mut self, ctx: &BarContext<'_>, id: &mut OrderId, orders: &mut Orders) {
        let Some(row) = ctx.row(self.symbol).filter(|_| self.kept_at == Some(ctx.tick())) else { return };
        if ctx.position(self.symbol).qty.is_negative() {
            return;
        }
        for part in &mut self.parts {
            let holds = part.condition.nodes.iter().all(|&condition| self.program.holds(condition, row));
            if holds && part.is_armed(ctx) {
                let size = Size::PositionShare(part.share);
                orders.place(OrderRequest::sell(self.symbol, size, "rule_exit_part"));
                part.sent = Some(*id);
                *id = OrderId(id.0 + 1);
                self.sold_at = Some(ctx.tick());
            }
        }
    }

    /// The reason to leave, when a position is held and there is one.
    pub fn exit(&mut self, ctx: &BarContext<'_>) -> Option<&'static str> {
        let position = ctx.position(self.symbol);
        if position.is_flat() {
            (self.flat_at, self.closing) = (Some(ctx.tick()), false);
            self.parts.iter_mut().for_each(|part| part.sent = None);
            return None;
        }
        self.notice(&position);
        let row = ctx.row(self.symbol)?;
        // Closing cancels the bracket: a sell that still waits is the close itself, filling in parts.
        if self.closing && ctx.has_open_order(self.symbol, exit_side(&position)) {
            return None;
        }
        if self.reads_position {
            self.program.position = self.seen(ctx, &position, row);
        }
        let reason = self.reason(ctx, &position, row);
        match reason {
            Some(_) => self.closing = true,
            None => self.kept_at = Some(ctx.tick()),
        }
        reason
    }

    /// A position may have ended and begun again inside one bar: of its entries only the last can be of the new one.
    fn notice(&mut self, position: &PositionView) {
        if self.opened_at != position.opened_tick {
            self.opened_at = position.opened_tick;
            self.parts.iter_mut().for_each(|part| part.sent = None);
            let last = self.entries.len().saturating_sub(1);
            self.entries.drain(..last);
        }
    }

    fn reason(&self, ctx: &BarContext<'_>, position: &PositionView, row: Row) -> Option<&'static str> {
        if self.max_hold_bars.is_some_and(|most| self.bars_held(ctx, position, row) >= most as usize) {
            return Some("max_hold");
        }
        let exit_any = match self.short.as_ref().filter(|_| position.qty.is_negative()) {
            Some((_, exit)) => exit,
            None => &self.exit_any,
        };
        let leaves = exit_any.nodes.iter().any(|&condition| self.program.holds(condition, row));
        leaves.then_some("rule_exit")
    }

    /// The position as conditions see it at the close of a row.
    #[expect(clippy::cast_precision_loss, reason = "far fewer bars than 2^53")]
    fn seen(&self, ctx: &BarContext<'_>, position: &PositionView, row: Row) -> SeenPosition {
        let close = ctx.price(self.symbol).map_or(f64::NAN, Price::to_f64);
        let paid = position.average_price.to_f64();
        let sign = if position.qty.is_negative() { -1.0 } else { 1.0 };
        let unrealised_pct = if paid > 0.0 { sign * (close / paid - 1.0) * 100.0 } else { f64::NAN };
        SeenPosition { bars_held: self.bars_held(ctx, position, row) as f64, unrealised_pct }
    }

    /// Bars of the symbol that the position has lived through, this one included. The bar of its fill
    /// counts, unless it was filled at that bar's close: then the symbol was still flat when the rules
    /// looked at that tick.
    fn bars_held(&self, ctx: &BarContext<'_>, position: &PositionView, row: Row) -> usize {
        let opened = ctx.row_at(self.symbol, position.opened_tick).unwrap_or(row);
        let filled_at_close = self.flat_at == Some(position.opened_tick);
        row.saturating_sub(opened) + usize::from(!filled_at_close)
    }
}
