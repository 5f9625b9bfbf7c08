//! Step 1 with `intrabar = "ohlc_path"` or `"detail"`: the bar is walked, one symbol after the other.

use std::ops::Range;

use super::matching::Scope;
use super::order::Stage;
use super::state::{State, symbol_id};
use crate::domain::{OrderId, Price, Side, SymbolId};
use crate::market::Row;
use crate::venue::{PriceBar, Resting, meet, points, reached};

impl State<'_> {
    /// Runs `walk` for each symbol with a bar that some resting order of it may be touched by.
    pub(super) fn for_concerned(&mut self, walk: impl Fn(&mut Self, SymbolId, Row)) {
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            let Some(row) = self.fresh(symbol) else { continue };
            let bars = &self.job.market.series(symbol).bars;
            let (low, high) = (bars.low[row], bars.high[row]);
            let concerned = self
                .waiting
                .iter()
                .any(|order| order.symbol == symbol && (order.trail.is_some() || order.wakes(low, high)));
            if concerned {
                walk(self, symbol, row);
            }
        }
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
            self.adverse_pass(Scope::Fine(symbol, row));
        }
    }

    /// Walks open, nearer extreme, other extreme, close. Whoever is reached first acts first; at the same
    /// place stops act before the others, each by id.
    pub(super) fn walk_path(&mut self, symbol: SymbolId, row: Row) {
        self.pass += 1;
        let corners = points(&PriceBar::of(&self.job.market.series(symbol).bars, row));
        self.walk_leg(symbol, corners[0], corners[0], true);
        self.raise_to(symbol, corners[0]);
        for leg in corners.windows(2) {
            self.walk_leg(symbol, leg[0], leg[1], false);
            self.raise_to(symbol, leg[1]);
        }
    }

    fn walk_leg(&mut self, symbol: SymbolId, mut here: Price, to: Price, at_open: bool) {
        while let Some((id, resting, at)) = self.next_on_path(symbol, here, to) {
            here = at;
            let Some(place) = self.find(id) else { continue };
            // A stop-limit may act twice: as the trigger, and later on the path as the limit.
            if !matches!(resting, Resting::StopLimit { .. }) {
                self.waiting[place].tried = self.pass;
            }
            let touched = meet(resting, self.waiting[place].side, at, at_open);
            self.touched(id, resting, touched);
        }
    }

    /// The order that a move from `here` to `to` reaches first, and where.
    fn next_on_path(&self, symbol: SymbolId, here: Price, to: Price) -> Option<(OrderId, Resting, Price)> {
        let through = self.job.venue.limit_needs_through;
        self.waiting
            .iter()
            .filter(|order| order.symbol == symbol && order.tried != self.pass)
            .filter_map(|order| {
                let resting = order.resting()?;
                let at = reached(resting, order.side, here, to, through)?;
                Some((order.id, resting, at))
            })
            .min_by_key(|&(id, resting, at)| ((at - here).units().abs(), !resting.is_stop(), id))
    }

    /// Moves the trailing stops of a symbol behind a corner of the path that is better than all before.
    fn raise_to(&mut self, symbol: SymbolId, corner: Price) {
        for place in 0..self.waiting.len() {
            let order = &self.waiting[place];
            let Some(trail) = order.trail.filter(|_| order.symbol == symbol) else { continue };
            let better = match order.side {
                Side::Sell => corner.to_f64() > trail.best,
                Side::Buy => corner.to_f64() < trail.best,
            };
            if better && order.stage != Stage::Market {
                self.raise_trail(place, corner);
            }
        }
    }
}
