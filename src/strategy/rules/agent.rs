//! A rule set as a strategy: the order in which its symbols exit, add and enter.

use super::symbol::SymbolRules;
use super::warm_up::needs;
use crate::domain::{Bps, OrderId, Side};
use crate::scenario::{RuleSet, StrategySpec};
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, PreparedStrategy, Setup, Strategy, StrategyError};

/// The rule set, compiled for the symbols of `spec` and the window of `setup`.
pub fn prepare<'m>(rules: &RuleSet, spec: &StrategySpec, setup: &Setup<'m>) -> PreparedStrategy<'m> {
    let needs = needs(rules, setup.history.market.interval);
    let mut symbols = spec.symbols.clone();
    symbols.sort_unstable();
    symbols.dedup();
    PreparedStrategy::built_in(Rules {
        symbols: symbols.into_iter().map(|symbol| SymbolRules::new(symbol, rules, setup, &needs)).collect(),
        size: spec.size,
        add_size: rules.add_size.unwrap_or(spec.size),
        max_positions: rules.max_positions.map_or(usize::MAX, |most| most as usize),
        entering: Entering::default(),
        changes_positions: rules.max_entries > 1 || !rules.exit_parts.is_empty(),
    })
}

struct Rules<'m> {
    /// In the scenario's order.
    symbols: Vec<SymbolRules<'m>>,
    size: Bps,
    add_size: Bps,
    max_positions: usize,
    entering: Entering,
    /// Whether a position that is held may be added to or sold in parts.
    changes_positions: bool,
}

/// How far the entries of one bar have come.
#[derive(Debug, Default)]
struct Entering {
    /// Whether the held positions were looked at.
    changed: bool,
    /// The first symbol that was not asked.
    next: usize,
    /// Positions held or on their way at the decision, and the entries since that were not refused.
    taken: usize,
    /// Entries whose fate is not known yet.
    sent: Vec<OrderId>,
}

impl Strategy for Rules<'_> {
    /// Exits come before entries, so that what they free is free for the entries of the same open.
    /// Entries that are refused take no position slot: the next symbols are evaluated then.
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        for rules in &mut self.symbols {
            if let Some(reason) = rules.exit(ctx) {
                orders.close_for(rules.symbol, reason);
            }
        }
        let limited = self.max_positions < usize::MAX;
        let taken = if limited { self.slots_taken(ctx) } else { 0 };
        self.entering.sent.clear();
        (self.entering.next, self.entering.taken) = (0, taken);
        self.entering.changed = !self.changes_positions;
        if orders.is_empty() {
            self.trade(ctx, orders);
        }
        Ok(())
    }

    fn follow_up(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let Entering { taken, sent, .. } = &mut self.entering;
        *taken -= sent.drain(..).filter(|&order| ctx.account().accepted(order).is_zero()).count();
        self.trade(ctx, orders);
        Ok(())
    }
}

impl Search for Rules<'_> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let full = self.slots_taken(ahead) >= self.max_positions;
        let next = |rules: &mut SymbolRules<'_>| {
            let row = rules.next(ahead, full);
            ahead.tick_of(rules.symbol, row)
        };
        self.symbols.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}

impl Rules<'_> {
    /// The parts that are sold and added of positions, once a bar; then the entries of the symbols not asked yet, as
    /// many as there are free position slots.
    fn trade(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) {
        let mut id = ctx.account().next_order_id();
        if !std::mem::replace(&mut self.entering.changed, true) {
            for rules in &mut self.symbols {
                rules.sell_parts(ctx, &mut id, orders);
            }
            for rules in &mut self.symbols {
                rules.add(ctx, &mut id, self.add_size, orders);
            }
        }
        let Entering { next, taken, sent, .. } = &mut self.entering;
        while *taken < self.max_positions
            && let Some(rules) = self.symbols.get_mut(*next)
        {
            *next += 1;
            let order = id;
            if rules.enter(ctx, &mut id, self.size, orders) {
                sent.push(order);
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
