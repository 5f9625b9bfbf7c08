//! Rules that keep whole positions, as searches for their next decision.

use super::symbol::SymbolRules;
use super::warm_up::needs;
use crate::domain::{Bracket, SymbolId};
use crate::market::Row;
use crate::scenario::RuleSet;
use crate::strategy::Setup;
use crate::strategy::decisions::BarDecisions;

/// A rule set compiled for one symbol and a window.
pub(in crate::strategy) struct RuleDecisions<'m>(SymbolRules<'m>);

impl<'m> RuleDecisions<'m> {
    /// Of rules that read no position, for the window of `setup`.
    pub fn new(rules: &RuleSet, symbol: SymbolId, setup: &Setup<'m>) -> Self {
        let needs = needs(rules, setup.history.market.interval);
        Self(SymbolRules::new(symbol, rules, setup, &needs))
    }
}

impl BarDecisions for RuleDecisions<'_> {
    fn next_entry(&mut self, from: Row) -> Option<Row> {
        self.0.next_entry(from)
    }

    fn next_exit(&mut self, from: Row, opened: Row) -> Option<Row> {
        self.0.next_exit(from, opened)
    }

    fn enter(&mut self, row: Row) -> Option<Bracket> {
        self.0.bracket(row)
    }

    fn leave(&mut self, _: Row) {}
}
