//! Step 1 with `intrabar = "ohlc_path"` or `"detail"`: the bar is walked, one symbol after the other.

use std::ops::Range;

use super::matching::Scope;
use super::state::{State, symbol_id};
use super::working::Working;
use crate::domain::{OrderId, Price, SymbolId};
use crate::market::Row;
use crate::venue::{PriceBar, Resting, meet, points, reached};

impl State<'_> {
    /// Runs `walk` for each symbol with a bar that some resting order of it may be touched by, or that has an order
    /// which is concerned `anyhow`.
    pub(super) fn for_concerned(
        &mut self,
        anyhow: impl Fn(&Working) -> bool,
        walk: impl Fn(&mut Self, SymbolId, Row),
    ) {
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            let Some(row) = self.fresh(symbol) else { continue };
            if self.is_concerned(symbol, row, &anyhow) {
                walk(self, symbol, row);
            }
        }
    }

    /// Whether some resting order of the symbol may be touched by its bar, or is concerned `anyhow`.
    pub(super) fn is_concerned(&self, symbol: SymbolId, row: Row, anyhow: impl Fn(&Working) -> bool) -> bool {
        let bars = &self.job.market.series(symbol).bars;
        let (low, high) = (bars.low[row], bars.high[row]);
        let concerned = |order: &Working| anyhow(order) || order.wakes(low, high);
        self.waiting.iter().any(|order| order.symbol == symbol && concerned(order))
    }

    /// The finer bars inside this tick's bar of a symbol.
    pub(super) fn detail_rows(&self, symbol: SymbolId) -> Range<Row> {
        let Some(detail) = &self.job.market.series(symbol).detail else { return 0..0 };
        detail.first_row_from(self.open_time())..detail.first_row_from(self.close_time())
    }

    /// Replays the finer bars one by one, each read adversely; without any, the bar itself is.
    pub(super) fn replay_detail(&mut self, symbol: SymbolId, _: Row) {
        let rows = self.detail_rows(symbol);
        if rows.is_empty() {
            return self.adverse_pass(Scope::Only(symbol));
        }
        for row in rows {
            self.open_pass(Scope::Fine(symbol, row));
            self.adverse_pass(Scope::Fine(symbol, row));
        }
    }

    /// Walks open, nearer extreme, other extreme, close. Whoever is reached first acts first; at the same
    /// place stops act before the others, each by id. The path only says in which order the bar reaches what rests
    /// since its open: trailing stops are not raised along it.
    pub(super) fn walk_path(&mut self, symbol: SymbolId, row: Row) {
        let corners = points(&PriceBar::of(&self.job.market.series(symbol).bars, row));
        for leg in corners.windows(2) {
            self.walk_leg(symbol, leg[0], leg[1]);
        }
    }

    fn walk_leg(&mut self, symbol: SymbolId, mut here: Price, to: Price) {
        while let Some((id, resting, at)) = self.next_on_path(symbol, here, to) {
            here = at;
            let Some(index) = self.find(id) else { continue };
            self.waiting[index].tried = self.pass;
            let touched = meet(resting, self.waiting[index].side, at, false);
            self.touched(id, resting, touched, Scope::Only(symbol));
        }
    }

    /// The order that a move from `here` to `to` reaches first, and where.
    pub(super) fn next_on_path(
        &self,
        symbol: SymbolId,
        here: Price,
        to: Price,
    ) -> Option<(OrderId, Resting, Price)> {
        let through = self.job.venue.limit_needs_through;
        self.waiting
            .iter()
            .filter(|order| order.symbol == symbol && order.tried != self.pass)
            .filter(|order| !self.waits_for_next_bar(order))
            .filter_map(|order| {
                let resting = order.resting()?;
                let at = reached(resting, order.side, here, to, through)?;
                Some((order.id, resting, at))
            })
            .min_by_key(|&(id, resting, at)| ((at - here).units().abs(), !resting.is_stop(), id))
    }
}
