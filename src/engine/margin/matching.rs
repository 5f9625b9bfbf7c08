//! A bar of an account on margin: fills of the open, funding, liquidation, and the rest of the bar.

use super::liquidation::Leg;
use crate::domain::OrderId;
use crate::engine::matching::Scope;
use crate::engine::state::State;
use crate::engine::working::Birth;
use crate::scenario::Intrabar;

impl State<'_> {
    /// Matches this tick's bars. At the open: what fills there, then funding, then liquidation. After it, as `intrabar`
    /// reads the bar.
    pub(in crate::engine) fn match_on_margin(&mut self) {
        self.open_bar_on_margin();
        let quiet = self.waiting.is_empty() || self.is_quiet();
        if !quiet {
            self.fill_markets();
            self.open_pass(Scope::All);
        }
        self.pay_funding_of_bar();
        let at = self.open_time();
        self.liquidate_now(at);
        let risky = self.holds_perpetuals();
        match self.job.venue.intrabar {
            Intrabar::Adverse if quiet => self.liquidate_along(Scope::All, at),
            Intrabar::Adverse => self.adverse_on_margin(Scope::All),
            Intrabar::OhlcPath => {
                self.walk_on_margin(risky);
                self.end_bar(Scope::All);
            }
            Intrabar::Detail => self.detail_on_margin(risky),
        }
        if !quiet {
            self.end_ioc();
        }
        self.close_bar_on_margin();
    }

    /// The rest of a bar, read adversely: stops on the way to a liquidation, the liquidation, everything else, and what
    /// that has opened.
    pub(in crate::engine) fn adverse_on_margin(&mut self, scope: Scope) {
        let at = self.open_time();
        loop {
            let legs = self.adverse_legs(scope);
            if !self.threatens(&legs) {
                break;
            }
            let Some(stop) = self.stop_before(scope, &legs) else {
                self.liquidate_along(scope, at);
                break;
            };
            self.test(scope, stop);
            if let Some(index) = self.find(stop) {
                self.waiting[index].tried = self.pass;
            }
        }
        self.adverse_pass(scope);
        self.liquidate_along(scope, at);
    }

    /// The next stop of the bar whose price comes before the liquidation.
    fn stop_before(&self, scope: Scope, legs: &[Leg]) -> Option<OrderId> {
        let stops = self.waiting.iter().filter(|order| {
            order.birth == Birth::Settled
                && order.tried != self.pass
                && order.resting().is_some_and(|resting| resting.is_stop())
                && self.stirs(scope, order)
        });
        let before = stops.filter(|order| {
            let level = order.resting().map(|resting| resting.level());
            level.is_some_and(|level| self.survives_at(order.symbol, level, legs))
        });
        before.min_by_key(|order| (order.reach(), order.id)).map(|order| order.id)
    }
}
