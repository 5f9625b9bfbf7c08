//! The view that searches for the next call have: the deciding tick, and the bars after it.

use std::ops::Deref;

use super::{BarContext, Now};
use crate::domain::{SymbolId, Timestamp};
use crate::market::{Row, SymbolSeries};

/// The tick that never comes.
pub(in crate::strategy) const NEVER: usize = usize::MAX;

/// A [`BarContext`] with the bars that follow. Only the searches of the built-in strategies get one.
pub(in crate::strategy) struct Ahead<'a>(BarContext<'a>);

impl<'a> Ahead<'a> {
    pub(in crate::strategy) const fn of(context: BarContext<'a>) -> Self {
        Self(context)
    }

    /// The symbol's bars, those to come included.
    pub(in crate::strategy) fn series(&self, symbol: SymbolId) -> &'a SymbolSeries {
        self.0.now.market.series(symbol)
    }

    /// When a trading day begins, by its number.
    pub fn start_of(&self, day: i64) -> Timestamp {
        self.0.now.market.day.start_of(day)
    }

    /// The first row of the symbol after this tick.
    pub(in crate::strategy) fn next_row(&self, symbol: SymbolId) -> Row {
        self.series(symbol).row_from(self.0.now.tick + 1)
    }

    /// The first tick after this one at whose close something is known that is known at `instant`.
    pub(in crate::strategy) fn first_decision(&self, instant: Timestamp) -> usize {
        let Now { market, tick, .. } = self.0.now;
        // A tick closes an interval after it opens.
        market.first_tick_after(tick + 1, instant - market.interval.span())
    }

    /// The first tick after this one at which the symbol has a bar.
    pub(in crate::strategy) fn next_bar(&self, symbol: SymbolId) -> usize {
        self.tick_of(symbol, Some(self.next_row(symbol)))
    }

    /// The tick of a row after this tick, [`NEVER`] without one.
    pub(in crate::strategy) fn tick_of(&self, symbol: SymbolId, row: Option<Row>) -> usize {
        row.map_or(NEVER, |row| self.0.now.market.tick_of(symbol, row, self.0.now.tick + 1))
    }
}

impl<'a> Deref for Ahead<'a> {
    type Target = BarContext<'a>;

    fn deref(&self) -> &BarContext<'a> {
        &self.0
    }
}
