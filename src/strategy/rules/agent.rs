//! A rule set as a strategy: when it enters, and why it leaves.

use super::compile::{Compiler, NodeId, Program, SeenPosition};
use super::scan::Scan;
use super::warm_up::{Needs, needs};
use crate::domain::{Bps, Bracket, Distance, OrderId, OrderRequest, Price, Protection, Side, Size, SymbolId};
use crate::market::Row;
use crate::scenario::{RuleSet, StrategySpec};
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::reader::cursor;
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, PositionView, PreparedStrategy, Setup, Strategy, StrategyError};

/// The rule set, compiled for the symbols of `spec` and the window of `setup`.
pub fn prepare<'m>(rules: &RuleSet, spec: &StrategySpec, setup: &Setup<'m>) -> PreparedStrategy<'m> {
    let needs = needs(rules, setup.history.market.interval);
    let mut symbols = spec.symbols.clone();
    symbols.sort_unstable();
    symbols.dedup();
    PreparedStrategy::built_in(Rules {
        symbols: symbols.into_iter().map(|symbol| SymbolRules::new(symbol, rules, setup, &needs)).collect(),
        entry: Entry { size: spec.size, bracket: bracket(rules) },
        max_hold_bars: rules.max_hold_bars,
        max_positions: rules.max_positions.map_or(usize::MAX, |most| most as usize),
        entering: Entering::default(),
    })
}

/// The protective orders of every entry; they rest in the venue, which tests them before the rules speak.
fn bracket(rules: &RuleSet) -> Option<Bracket> {
    let from_entry = |share: Bps| Protection::FromEntry(Distance::Share(share));
    let bracket = Bracket {
        stop_loss: rules.stop_loss.map(from_entry),
        take_profit: rules.take_profit.map(from_entry),
        trailing_stop: rules.trailing_stop.map(Distance::Share),
    };
    (bracket != Bracket::default()).then_some(bracket)
}

struct Rules<'m> {
    /// In the scenario's order.
    symbols: Vec<SymbolRules<'m>>,
    entry: Entry,
    max_hold_bars: Option<u32>,
    max_positions: usize,
    entering: Entering,
}

/// How far the entries of one bar have come.
#[derive(Debug, Default)]
struct Entering {
    /// The first symbol that was not asked.
    next: usize,
    /// Positions held or on their way at the decision, and the entries since that were not refused.
    taken: usize,
    /// Entries whose fate is not known yet.
    sent: Vec<OrderId>,
}

/// How an entry is ordered.
#[derive(Debug, Clone, Copy)]
struct Entry {
    size: Bps,
    bracket: Option<Bracket>,
}

impl Entry {
    fn order(self, symbol: SymbolId) -> OrderRequest {
        let size = Size::EquityShare(self.size);
        OrderRequest { bracket: self.bracket, ..OrderRequest::buy(symbol, size, "rule_entry") }
    }
}

impl Strategy for Rules<'_> {
    /// Exits come before entries, so that what they free is free for the entries of the same open.
    /// Entries that are refused take no position slot: the next symbols are evaluated then.
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        for rules in &mut self.symbols {
            if let Some(reason) = rules.exit(ctx, self.max_hold_bars) {
                orders.close_for(rules.symbol, reason);
            }
        }
        let limited = self.max_positions < usize::MAX;
        let taken = if limited { self.slots_taken(ctx) } else { 0 };
        self.entering.sent.clear();
        (self.entering.next, self.entering.taken) = (0, taken);
        if orders.is_empty() {
            self.enter(ctx, orders);
        }
        Ok(())
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let Entering { taken, sent, .. } = &mut self.entering;
        *taken -= sent.drain(..).filter(|&order| ctx.account().accepted(order).is_zero()).count();
        self.enter(ctx, orders);
        Ok(())
    }
}

impl Search for Rules<'_> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let full = self.slots_taken(ahead) >= self.max_positions;
        let next = |rules: &mut SymbolRules<'_>| {
            let row = rules.next(ahead, self.max_hold_bars, full);
            ahead.tick_of(rules.symbol, row)
        };
        self.symbols.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}

impl Rules<'_> {
    /// The entries of the symbols not asked yet, as many as there are free position slots.
    fn enter(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) {
        let Entering { next, taken, sent } = &mut self.entering;
        let mut order = ctx.account().next_order_id();
        while *taken < self.max_positions
            && let Some(rules) = self.symbols.get_mut(*next)
        {
            *next += 1;
            if rules.wants_in(ctx) {
                orders.place(self.entry.order(rules.symbol));
                sent.push(order);
                order = OrderId(order.0 + 1);
                *taken += 1;
            }
        }
    }

    /// Symbols held, or with an entry on its way.
    fn slots_taken(&self, ctx: &BarContext<'_>) -> usize {
        let taken = |symbol| !ctx.position(symbol).is_flat() || ctx.has_open_order(symbol, Side::Buy);
        self.symbols.iter().filter(|rules| taken(rules.symbol)).count()
    }
}

/// The conditions of one symbol and where its position stands.
struct SymbolRules<'m> {
    symbol: SymbolId,
    program: Program<'m>,
    enter_all: Vec<NodeId>,
    exit_any: Vec<NodeId>,
    /// The same, for many rows at once.
    entries: Scan,
    exits: Scan,
    /// Whether an exit depends on the position: then each bar is looked at while one is held.
    exits_read_position: bool,
    /// The last tick at whose close the symbol was seen flat.
    flat_at: Option<usize>,
    /// Whether this position was told to close.
    closing: bool,
}

impl<'m> SymbolRules<'m> {
    fn new(symbol: SymbolId, rules: &RuleSet, setup: &Setup<'m>, needs: &Needs) -> Self {
        let mut compiler = Compiler::new(setup.history, symbol, needs);
        let enter_all =
            rules.enter_all.iter().map(|condition| compiler.add(&condition.expr)).collect::<Vec<_>>();
        let exit_any =
            rules.exit_any.iter().map(|condition| compiler.add(&condition.expr)).collect::<Vec<_>>();
        let program = compiler.finish();
        let entries = Scan::new(&program, &enter_all, true, cursor(setup, symbol));
        let exits = Scan::new(&program, &exit_any, false, cursor(setup, symbol));
        let exits_read_position = rules.exit_any.iter().any(|condition| condition.expr.reads_position());
        Self {
            symbol,
            program,
            enter_all,
            exit_any,
            entries,
            exits,
            exits_read_position,
            flat_at: None,
            closing: false,
        }
    }

    /// The next row at which it may have something to order; `full` where no position may be added.
    fn next(&mut self, ahead: &Ahead<'_>, max_hold_bars: Option<u32>, full: bool) -> Option<Row> {
        let from = ahead.next_row(self.symbol);
        let position = ahead.position(self.symbol);
        let waits = |side| ahead.has_open_order(self.symbol, side);
        if position.is_flat() {
            let may = !full && !waits(Side::Buy) && !waits(Side::Sell);
            return may.then(|| self.entries.next(&self.program, from)).flatten();
        }
        if self.closing && waits(Side::Sell) {
            return None;
        }
        if self.exits_read_position {
            return Some(from);
        }
        // Bars held rise by one a row.
        let held_now = self.bars_held(ahead, &position, from);
        let too_long = max_hold_bars.map(|most| from + (most as usize).saturating_sub(held_now));
        let exit = self.exits.next(&self.program, from);
        exit.into_iter().chain(too_long).min()
    }

    fn wants_in(&mut self, ctx: &BarContext<'_>) -> bool {
        let Some(row) = ctx.row(self.symbol) else { return false };
        self.program.position = SeenPosition::FLAT;
        self.flat_at == Some(ctx.tick())
            && !ctx.has_open_order(self.symbol, Side::Buy)
            && !ctx.has_open_order(self.symbol, Side::Sell)
            && self.enter_all.iter().all(|&condition| self.program.holds(condition, row))
    }

    /// The reason to leave, when a position is held and there is one.
    fn exit(&mut self, ctx: &BarContext<'_>, max_hold_bars: Option<u32>) -> Option<&'static str> {
        let position = ctx.position(self.symbol);
        if position.is_flat() {
            (self.flat_at, self.closing) = (Some(ctx.tick()), false);
            return None;
        }
        let row = ctx.row(self.symbol)?;
        // Closing cancels the bracket: a sell that still waits is the close itself, filling in parts.
        if self.closing && ctx.has_open_order(self.symbol, Side::Sell) {
            return None;
        }
        self.program.position = self.seen(ctx, &position, row);
        let reason = self.reason(ctx, &position, row, max_hold_bars)?;
        self.closing = true;
        Some(reason)
    }

    fn reason(
        &self,
        ctx: &BarContext<'_>,
        position: &PositionView,
        row: Row,
        max_hold_bars: Option<u32>,
    ) -> Option<&'static str> {
        if max_hold_bars.is_some_and(|most| self.bars_held(ctx, position, row) >= most as usize) {
            return Some("max_hold");
        }
        let leaves = self.exit_any.iter().any(|&condition| self.program.holds(condition, row));
        leaves.then_some("rule_exit")
    }

    /// The position as conditions see it at the close of a row.
    #[expect(clippy::cast_precision_loss, reason = "far fewer bars than 2^53")]
    fn seen(&self, ctx: &BarContext<'_>, position: &PositionView, row: Row) -> SeenPosition {
        let close = ctx.price(self.symbol).map_or(f64::NAN, Price::to_f64);
        let paid = position.average_price.to_f64();
        let unrealised_pct = if paid > 0.0 { (close / paid - 1.0) * 100.0 } else { f64::NAN };
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
