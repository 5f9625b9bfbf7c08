//! The rows of one symbol, and how far they are known.

use std::sync::Arc;

use super::known::Known;
use crate::domain::{Bps, SymbolId, Timestamp};
use crate::scenario::{SignalRows, SignalTable, SymbolSignals};
use crate::strategy::context::{Ahead, NEVER};

/// One symbol's rows.
pub(super) struct Track {
    table: Arc<SignalTable>,
    index: usize,
    known: Known,
    /// Symbol that the rows are of.
    pub symbol: SymbolId,
    /// The first row that is not known yet.
    next: usize,
    /// Up to here no row changes the value in force.
    same_until: usize,
    /// The value in force: that of the last known row.
    pub value: Option<Bps>,
    /// Whether it is still to be traded.
    pub due: bool,
}

/// What has become known since the last look.
#[derive(Debug, Clone, Copy)]
pub(super) struct News {
    /// Whether any row has.
    pub named: bool,
    /// Whether the value in force is another one.
    pub changed: bool,
}

impl Track {
    /// The tracks of a table of values, one a symbol.
    pub fn all(table: &Arc<SignalTable>, known: Known) -> Vec<Self> {
        let track = |(index, symbol): (usize, &SymbolSignals)| Self {
            table: Arc::clone(table),
            index,
            known,
            symbol: symbol.symbol,
            next: 0,
            same_until: 0,
            value: None,
            due: false,
        };
        symbols(table).iter().enumerate().map(track).collect()
    }

    /// Takes in the rows that are known by `now`.
    pub fn advance(&mut self, now: Timestamp) -> News {
        let (from, before) = (self.next, self.value);
        let rows = &symbols(&self.table)[self.index].values;
        let known = self.known;
        // A window may begin after many rows.
        let mut next = if from == 0 { rows.partition_point(|&(at, _)| known.at(at) <= now) } else { from };
        while rows.get(next).is_some_and(|&(at, _)| known.at(at) <= now) {
            next += 1;
        }
        if next > from {
            self.value = Some(rows[next - 1].1);
        }
        self.next = next;
        let changed = self.value != before;
        self.same_until = if changed { next } else { self.same_until.max(next) };
        News { named: next > from, changed }
    }

    /// The first tick at whose decision a further row is known.
    pub fn next_row(&self, ahead: &Ahead<'_>) -> usize {
        self.tick_of(self.next, ahead)
    }

    /// The first tick at whose decision another value is known.
    pub fn next_change(&mut self, ahead: &Ahead<'_>) -> usize {
        let rows = &symbols(&self.table)[self.index].values;
        let value = self.value;
        let rest = rows.get(self.same_until..).unwrap_or_default();
        let same = rest.iter().position(|&(_, other)| Some(other) != value).unwrap_or(rest.len());
        self.same_until += same;
        self.tick_of(self.same_until, ahead)
    }

    fn tick_of(&self, row: usize, ahead: &Ahead<'_>) -> usize {
        let row = symbols(&self.table)[self.index].values.get(row);
        row.map_or(NEVER, |&(at, _)| ahead.first_decision(self.known.at(at)))
    }
}

fn symbols(table: &SignalTable) -> &[SymbolSignals] {
    match &table.rows {
        SignalRows::Values(symbols) => symbols,
        SignalRows::Orders(_) => &[],
    }
}
