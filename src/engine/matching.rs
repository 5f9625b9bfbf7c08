//! Step 1 of a tick: market orders at the open, then resting orders against the bar.

use super::EndReason;
use super::fill::Execution;
use super::state::State;
use super::working::{Birth, Stage, Trail, Working, at_distance};
use crate::domain::{Liquidity, OrderId, OrderStatus, Price, Qty, Side, SymbolId};
use crate::market::{Bars, Row};
use crate::scenario::Intrabar;
use crate::venue::{Match, PriceBar, Resting, Touch, at_open, inside};

/// Which bars a pass matches against.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    /// Each symbol's own bar at this tick.
    All,
    /// One symbol's own bar at this tick.
    Only(SymbolId),
    /// One finer bar of one symbol.
    Fine(SymbolId, Row),
}

impl<'m> State<'m> {
    /// Matches everything that waits against this tick's bars: what fills at the open first, then what the rest of
    /// the bar reaches, as `intrabar` reads it.
    pub(super) fn match_orders(&mut self) {
        if self.margin.is_some() {
            return self.match_on_margin();
        }
        if self.waiting.is_empty() || self.is_quiet() {
            return;
        }
        self.fill_markets();
        self.open_pass(Scope::All);
        match self.job.venue.intrabar {
            Intrabar::Adverse => self.adverse_pass(Scope::All),
            Intrabar::OhlcPath => {
                self.for_concerned(|_| false, Self::walk_path);
                self.end_bar(Scope::All);
            }
            Intrabar::Detail => self.for_concerned(|order| order.trail.is_some(), Self::replay_detail),
        }
        self.end_ioc();
    }

    /// Market orders of symbols with a bar fill at its open, by id; then the buys that are paid with what the sells
    /// have brought.
    pub(super) fn fill_markets(&mut self) {
        if self.markets == 0 {
            return;
        }
        let at = self.open_time();
        self.each_picked(
            |state, order| {
                order.stage == Stage::Market && !order.from_proceeds && state.fresh(order.symbol).is_some()
            },
            |state, id| {
                let Some(index) = state.find(id) else { return };
                let symbol = state.waiting[index].symbol;
                let Some(row) = state.fresh(symbol) else { return };
                let raw = Price::from_f64(state.job.market.series(symbol).bars.open[row]);
                let matched = Match { raw, liquidity: Liquidity::Taker, bound: None, at_open: true };
                state.execute(id, &Execution::in_bar(matched, at, row));
            },
        );
        self.fill_purchases_at_open();
    }

    /// An order good for one bar only has had it.
    pub(super) fn end_ioc(&mut self) {
        if self.waiting.iter().any(|order| order.ioc) {
            let (at, tick, rows) = (self.open_time(), self.tick, self.rows.clone());
            self.end_where(at, OrderStatus::Expired, EndReason::TimeInForce, |order| {
                order.ioc && rows[order.symbol.index()][tick].fresh().is_some()
            });
        }
    }

    /// Runs `act` on the ids that `which` picks now: the oldest first, but stops of a symbol in the order
    /// in which a falling (or rising) price reaches them. The list is a buffer that is reused.
    pub(super) fn each_picked(
        &mut self,
        which: impl Fn(&Self, &Working) -> bool,
        mut act: impl FnMut(&mut Self, OrderId),
    ) {
        let mut picked = std::mem::take(&mut self.picked);
        picked.clear();
        picked.extend(self.waiting.iter().filter(|order| which(self, order)).map(|order| order.id));
        // On its way to a stop the price passes the nearer ones first.
        picked.sort_by_key(|&id| (self.find(id).map(|index| self.waiting[index].reach()), id));
        for &id in &picked {
            act(self, id);
        }
        self.picked = picked;
    }

    /// The bar of a symbol in a scope.
    fn bar_in(&self, scope: Scope, symbol: SymbolId) -> Option<(&'m Bars, Row)> {
        let series = self.job.market.series(symbol);
        match scope {
            Scope::Fine(only, row) if only == symbol => series.detail.as_ref().map(|bars| (bars, row)),
            Scope::Only(only) if only != symbol => None,
            Scope::Fine(..) => None,
            Scope::All | Scope::Only(_) => self.fresh(symbol).map(|row| (&series.bars, row)),
        }
    }

    /// Whether the bar of `scope` can concern an order at all.
    pub(super) fn stirs(&self, scope: Scope, order: &Working) -> bool {
        self.bar_in(scope, order.symbol).is_some_and(|(bars, row)| order.wakes(bars.low[row], bars.high[row]))
    }

    /// Orders whose price the open is through fill at it, and so does what those fills bring: stops first, as a
    /// moving price passes them, then the others by id. Begins a new pass over the bar.
    pub(super) fn open_pass(&mut self, scope: Scope) {
        self.pass += 1;
        while let Some((id, resting, touched)) = self.next_at_open(scope) {
            let Some(index) = self.find(id) else { return };
            // A stop-limit may act twice: it is triggered here, and the rest of the bar meets it as a limit.
            if touched != Touch::Triggered {
                self.waiting[index].tried = self.pass;
            }
            self.touched(id, resting, touched, scope);
        }
    }

    /// The next order that fills or is triggered at the open.
    fn next_at_open(&self, scope: Scope) -> Option<(OrderId, Resting, Touch)> {
        let through = self.job.venue.limit_needs_through;
        self.waiting
            .iter()
            .filter(|order| order.tried != self.pass)
            .filter_map(|order| {
                let resting = order.resting()?;
                let (bars, row) = self.bar_in(scope, order.symbol)?;
                let open = bars.open[row];
                if !order.wakes(open, open) {
                    return None;
                }
                let touched = at_open(resting, order.side, Price::from_f64(open), through);
                (touched != Touch::Untouched).then_some((order, resting, touched))
            })
            .min_by_key(|(order, resting, _)| (!resting.is_stop(), order.reach(), order.id))
            .map(|(order, resting, touched)| (order.id, resting, touched))
    }

    /// The rest of the bar, read adversely: stops, then the others, each by id; then the stops of brackets whose
    /// entry filled on the way.
    pub(super) fn adverse_pass(&mut self, scope: Scope) {
        for stops in [true, false] {
            self.each_picked(
                |state, order| {
                    order.birth == Birth::Settled
                        && order.resting().is_some_and(|resting| resting.is_stop() == stops)
                        && state.stirs(scope, order)
                },
                |state, id| state.test(scope, id),
            );
        }
        if self.born {
            self.each_picked(
                |_, order| order.birth != Birth::Settled && !order.rests_as_limit(),
                |state, id| state.test(scope, id),
            );
        }
        self.end_bar(scope);
    }

    /// One order against what follows its bar's open.
    pub(super) fn test(&mut self, scope: Scope, id: OrderId) {
        let Some(index) = self.find(id) else { return };
        let order = &self.waiting[index];
        let Some((bars, row)) = self.bar_in(scope, order.symbol) else { return };
        let Some(resting) = order.resting().filter(|_| order.tried != self.pass) else { return };
        if self.waits_for_next_bar(order) {
            return;
        }
        let whole = PriceBar::of(bars, row);
        let bar = match order.birth {
            Birth::Inside(price) => whole.after(price),
            Birth::Settled => whole,
        };
        let touched = inside(resting, order.side, &bar, self.job.venue.limit_needs_through);
        if touched != Touch::Untouched {
            self.waiting[index].tried = self.pass;
            self.touched(id, resting, touched, scope);
        }
    }

    /// Whether an order is a target of a position that was bought inside this bar.
    pub(super) fn waits_for_next_bar(&self, order: &Working) -> bool {
        let group = order.group.filter(|_| order.is_child() && order.rests_as_limit());
        group.is_some_and(|group| self.groups[group].fresh >= self.groups[group].left)
    }

    /// The bar has been matched: trailing stops are raised, and what was born inside it is like any other.
    pub(super) fn end_bar(&mut self, scope: Scope) {
        self.raise_trails(scope);
        if self.born {
            self.born = false;
            self.waiting.iter_mut().for_each(|order| order.birth = Birth::Settled);
            self.groups.iter_mut().for_each(|group| group.fresh = Qty::ZERO);
        }
    }

    /// Carries out what the bar of `scope` did to an order.
    pub(super) fn touched(&mut self, id: OrderId, resting: Resting, touched: Touch, scope: Scope) {
        let Some(index) = self.find(id) else { return };
        let symbol = self.waiting[index].symbol;
        let Some(row) = self.fresh(symbol) else { return };
        self.note_ambiguity(index, row);
        self.end_entry_of(index, resting);
        let Some(index) = self.find(id) else { return };
        // From here on a stop is a market order, a stop-limit a limit order, for what does not fill now.
        match resting {
            Resting::Stop(_) => self.restage(index, Stage::Market),
            Resting::StopLimit { limit, .. } => {
                self.restage(index, Stage::Resting(Resting::Limit(limit)));
            }
            Resting::Limit(_) => {}
        }
        if let Touch::Filled(matched) = touched {
            let execution = Execution::in_bar(matched, self.open_time(), row);
            self.execute(id, &if self.is_later(scope) { execution.inside() } else { execution });
        }
    }

    /// Whether the open of `scope`'s bar is later than that of this tick's bar.
    fn is_later(&self, scope: Scope) -> bool {
        match scope {
            Scope::Fine(symbol, row) => {
                let detail = self.job.market.series(symbol).detail.as_ref();
                detail.is_some_and(|bars| bars.ts[row] > self.open_time())
            }
            Scope::All | Scope::Only(_) => false,
        }
    }

    /// Counts a bar that reaches a bracket's stop and its target both, after an open that decides for neither.
    fn note_ambiguity(&mut self, index: usize, row: Row) {
        let order = &self.waiting[index];
        let index = order.symbol.index();
        if !order.is_child() || self.ambiguous[index] == row + 1 {
            return;
        }
        let bar = PriceBar::of(&self.job.market.series(order.symbol).bars, row);
        let through = self.job.venue.limit_needs_through;
        let decided =
            |one: &Working, resting| at_open(resting, one.side, bar.open, through) != Touch::Untouched;
        let Some(own) = order.resting().filter(|&own| !decided(order, own)) else { return };
        let both = self.waiting.iter().any(|other| {
            other.is_child()
                && other.group == order.group
                && !matches!(other.birth, Birth::Inside(_))
                && other.resting().is_some_and(|resting| {
                    resting.is_stop() != own.is_stop()
                        && !decided(other, resting)
                        && inside(resting, other.side, &bar, through) != Touch::Untouched
                })
        });
        if both {
            let symbol = order.symbol;
            self.ambiguous[index] = row + 1;
            self.flags.ambiguous_bars += 1;
            let coarse = self.job.venue.intrabar == Intrabar::Detail && self.detail_rows(symbol).is_empty();
            self.flags.bars_without_detail += u64::from(coarse);
        }
    }

    /// Raises trailing stops with the bar: a sell's with the high, a buy's with the low. A child born
    /// inside the bar knows only that the close came after it.
    fn raise_trails(&mut self, scope: Scope) {
        for index in 0..self.waiting.len() {
            let order = &self.waiting[index];
            let Some(trail) = order.trail else { continue };
            let Some((bars, row)) = self.bar_in(scope, order.symbol) else { continue };
            let extreme = match (order.birth, order.side) {
                (Birth::Inside(_), _) => bars.close[row],
                (_, Side::Sell) => bars.high[row],
                (_, Side::Buy) => bars.low[row],
            };
            let better = match order.side {
                Side::Sell => extreme > trail.best,
                Side::Buy => extreme < trail.best,
            };
            if better {
                self.raise_trail(index, Price::from_f64(extreme));
            }
        }
    }

    /// Moves one trailing stop behind a new best price.
    pub(super) fn raise_trail(&mut self, index: usize, best: Price) {
        let tick = self.job.market.series(self.waiting[index].symbol).instrument.price_tick;
        let order = &mut self.waiting[index];
        let (Some(trail), Some(_)) = (order.trail, order.stage_is_stop()) else { return };
        order.trail = Some(Trail { best: best.to_f64(), ..trail });
        let level = at_distance(best, trail.distance, order.side == Side::Buy, tick);
        order.stage = Stage::Resting(Resting::Stop(level));
        order.set_wake();
        let id = order.id;
        self.bands_stale = true;
        self.row_mut(id).trigger_price = Some(level);
    }
}
