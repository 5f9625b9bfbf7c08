//! The prices that matter: a bar that stays between them concerns no waiting order.
//!
//! Lets the loop pass most bars with two comparisons a symbol, whatever the number of orders.

use super::order::{Stage, Working};
use super::state::State;
use crate::domain::{Side, SymbolId};
use crate::scenario::Intrabar;
use crate::venue::Reach;

/// Between `down` and `up` nothing happens to the waiting orders of a symbol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alarm {
    pub symbol: SymbolId,
    /// A low at or under this concerns some order.
    pub down: f64,
    /// A high at or over this does.
    pub up: f64,
}

impl State<'_> {
    /// Whether this tick's bars concern no waiting order at all. May say no wrongly, never yes.
    pub(super) fn is_quiet(&mut self) -> bool {
        if self.markets > 0 {
            return false;
        }
        if self.alarms_stale {
            self.set_alarms();
        }
        let (market, tick) = (self.job.market, self.tick);
        self.alarms.iter().all(|alarm| {
            let series = market.series(alarm.symbol);
            series
                .row_at(tick)
                .fresh()
                .is_none_or(|row| series.bars.low[row] > alarm.down && series.bars.high[row] < alarm.up)
        })
    }

    pub(super) fn set_alarms(&mut self) {
        self.alarms_stale = false;
        self.alarms.clear();
        // With finer bars a trailing stop can be raised and hit in one bar: each bar has to be walked.
        let walks = self.job.venue.intrabar == Intrabar::Detail;
        for order in &self.waiting {
            let place = self.alarms.iter().position(|alarm| alarm.symbol == order.symbol);
            let place = place.unwrap_or_else(|| {
                let none = Alarm { symbol: order.symbol, down: f64::NEG_INFINITY, up: f64::INFINITY };
                self.alarms.push(none);
                self.alarms.len() - 1
            });
            self.alarms[place].add(order, walks);
        }
    }
}

impl Alarm {
    fn add(&mut self, order: &Working, walks: bool) {
        // A market order, and one that has a single bar, are concerned by any bar.
        if order.ioc || order.stage == Stage::Market || (order.trail.is_some() && walks) {
            self.down = f64::INFINITY;
        }
        match order.resting().map(|resting| resting.reach(order.side)) {
            Some(Reach::Down) => self.down = self.down.max(order.wake),
            Some(Reach::Up) => self.up = self.up.min(order.wake),
            None => {}
        }
        match (order.trail, order.side) {
            (Some(trail), Side::Sell) => self.up = self.up.min(trail.best),
            (Some(trail), Side::Buy) => self.down = self.down.max(trail.best),
            (None, _) => {}
        }
    }
}
