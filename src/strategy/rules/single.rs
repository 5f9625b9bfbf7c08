//! One condition of one symbol, outside of a rule set.

use super::compile::{Compiler, NodeId, Program};
use super::scan::Scan;
use super::warm_up::{needs, warm_up};
use crate::domain::{Interval, SymbolId};
use crate::market::Row;
use crate::scenario::{Condition, RuleSet};
use crate::strategy::reader::cursor;
use crate::strategy::{Setup, Warmup};

/// A condition, compiled for a symbol and a window.
pub(in crate::strategy) struct ConditionSearch<'m> {
    pub symbol: SymbolId,
    program: Program<'m>,
    node: NodeId,
    rows: Scan,
}

impl<'m> ConditionSearch<'m> {
    /// `condition` for a symbol in the window of `setup`.
    pub fn new(condition: &Condition, symbol: SymbolId, setup: &Setup<'m>) -> Self {
        let needs = needs(&alone(condition), setup.history.market.interval);
        let mut compiler = Compiler::new(setup.history, symbol, &needs);
        let node = compiler.add(&condition.expr);
        let program = compiler.finish();
        let rows = Scan::new(&program, &[node], true, cursor(setup, symbol));
        Self { symbol, program, node, rows }
    }

    /// Bars before the window that the condition reads.
    pub fn warm_up(condition: &Condition, base: Interval) -> Warmup {
        warm_up(&alone(condition), base)
    }

    /// Whether it holds at the close of a row.
    pub fn holds(&self, row: Row) -> bool {
        self.program.holds(self.node, row)
    }

    /// The first row from `from` on at which it holds.
    pub fn next(&mut self, from: Row) -> Option<Row> {
        self.rows.next(&self.program, from)
    }
}

/// A rule set of this condition only.
fn alone(condition: &Condition) -> RuleSet {
    RuleSet::of(vec![condition.clone()], Vec::new())
}
