//! Which bars can concern an open order at all: lets a loop pass most bars with two comparisons a symbol, whatever the
//! number of orders.

use super::state::State;
use super::trigger_band::TriggerBand;
use crate::scenario::Intrabar;

impl State<'_> {
    /// Whether this tick's bars concern no waiting order at all. May say no wrongly, never yes.
    pub(super) fn is_quiet(&mut self) -> bool {
        if self.markets > 0 {
            return false;
        }
        if self.bands_stale {
            self.set_bands();
        }
        let (market, tick) = (self.job.market, self.tick);
        self.bands.iter().all(|band| {
            let series = market.series(band.symbol);
            series
                .row_at(tick)
                .fresh()
                .is_none_or(|row| series.bars.low[row] > band.down && series.bars.high[row] < band.up)
        })
    }

    pub(super) fn set_bands(&mut self) {
        self.bands_stale = false;
        self.bands.clear();
        // With finer bars a trailing stop can be raised and hit in one bar: each bar has to be walked.
        let walks = self.job.venue.intrabar == Intrabar::Detail;
        for order in &self.waiting {
            let index = self.bands.iter().position(|band| band.symbol == order.symbol);
            let index = index.unwrap_or_else(|| {
                let none = TriggerBand { symbol: order.symbol, down: f64::NEG_INFINITY, up: f64::INFINITY };
                self.bands.push(none);
                self.bands.len() - 1
            });
            self.bands[index].add(order, walks);
        }
    }
}
