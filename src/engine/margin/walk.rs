//! `intrabar = "ohlc_path"` and `"detail"` on margin: a liquidation price is one more level on the way.

use super::carry::Field;
use super::liquidation::Leg;
use crate::domain::{Price, SymbolId};
use crate::engine::matching::Scope;
use crate::engine::state::{State, symbol_id};
use crate::market::Row;
use crate::venue::{PriceBar, meet, points};

impl State<'_> {
    /// Walks the symbols whose bar some order or position is concerned by.
    pub(super) fn walk_on_margin(&mut self, risky: bool) {
        self.for_margin_concerned(risky, |_| false, Self::walk_path_on_margin);
    }

    /// Replays the finer bars.
    pub(super) fn detail_on_margin(&mut self, risky: bool) {
        self.for_margin_concerned(risky, |order| order.trail.is_some(), Self::replay_detail_on_margin);
    }

    fn for_margin_concerned(
        &mut self,
        risky: bool,
        anyhow: impl Fn(&crate::engine::working::Working) -> bool,
        walk: impl Fn(&mut Self, SymbolId, Row),
    ) {
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            let Some(row) = self.fresh(symbol) else { continue };
            let concerned = self.is_concerned(symbol, row, &anyhow);
            if concerned || (risky && !self.ledger.position(symbol).qty().is_zero()) {
                walk(self, symbol, row);
            }
            if let Some(close) = self.mark_at(symbol, row, Field::Close) {
                self.go_to(&[(symbol, close)]);
            }
        }
    }

    /// Open, nearer extreme, other extreme, close; the mark price goes its own way beside it.
    fn walk_path_on_margin(&mut self, symbol: SymbolId, row: Row) {
        let series = self.job.market.series(symbol);
        let corners = points(&PriceBar::of(&series.bars, row));
        let mark = series.margin.as_ref().and_then(|margin| margin.mark.as_ref());
        let marks = mark.map_or(corners, |mark| points(&PriceBar::of(mark, row)));
        for leg in 0..3 {
            let mut here = corners[leg];
            let way = Leg { symbol, from: marks[leg], to: marks[leg + 1] };
            self.go_to(&[(symbol, way.from)]);
            loop {
                let from = self.price_now(symbol);
                let lost = self.first_used_up(&[Leg { from, ..way }]).filter(|_| self.holds_perpetuals());
                let next = self.next_on_path(symbol, here, corners[leg + 1]);
                let lost = lost.map(|prices| prices[0].1);
                let stop_first = match (lost, next) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(lost), Some((_, _, at))) => passes_first(at, lost, from, way.to),
                };
                match (next, lost) {
                    (Some((id, resting, at)), _) if stop_first => {
                        here = at;
                        if mark.is_none() {
                            self.go_to(&[(symbol, at)]);
                        }
                        let Some(index) = self.find(id) else { continue };
                        self.waiting[index].tried = self.pass;
                        let touched = meet(resting, self.waiting[index].side, at, false);
                        self.touched(id, resting, touched, Scope::Only(symbol));
                    }
                    (_, Some(price)) => {
                        self.go_to(&[(symbol, price)]);
                        if mark.is_none() {
                            here = price;
                        }
                        self.liquidate(self.open_time());
                    }
                    _ => break,
                }
            }
            self.go_to(&[(symbol, way.to)]);
        }
    }

    /// The finer bars inside a bar, each read adversely; without any, the bar itself is.
    fn replay_detail_on_margin(&mut self, symbol: SymbolId, _: Row) {
        let rows = self.detail_rows(symbol);
        if rows.is_empty() {
            return self.adverse_on_margin(Scope::Only(symbol));
        }
        let series = self.job.market.series(symbol);
        let marked = series.margin.as_ref().is_some_and(|margin| margin.mark.is_some());
        for row in rows {
            let open = series.detail.as_ref().map(|fine| Price::from_f64(fine.open[row])).filter(|_| !marked);
            if let Some(open) = open {
                self.go_to(&[(symbol, open)]);
            }
            self.open_pass(Scope::Fine(symbol, row));
            self.liquidate_now(self.open_time());
            self.adverse_on_margin(Scope::Fine(symbol, row));
        }
    }
}

/// Whether an order's price comes before the liquidation price on the way from `from` to `to`; at the same price it
/// does.
fn passes_first(order: Price, lost: Price, from: Price, to: Price) -> bool {
    if to < from { order >= lost } else { order <= lost }
}
