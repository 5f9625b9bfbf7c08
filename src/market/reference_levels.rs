//! What a benchmark that nobody trades is worth at the ticks of a market.

use super::reference_series::ReferenceSeries;
use super::view::{Market, TickRange};

impl ReferenceSeries {
    /// What one unit costs at the start of the ticks, and at the close of each: the open of its first bar that opens
    /// and closes within them, then its last close. Without such a bar, its last close before them. `None` where it
    /// has no bar until then.
    pub fn levels(&self, market: &Market, ticks: TickRange) -> Option<(f64, Vec<f64>)> {
        let bars = &self.bars;
        let closed_by = |at| bars.ts.partition_point(|&open| open + bars.interval.span() <= at);
        let last = ticks.last.checked_sub(1).filter(|&last| last >= ticks.first)?;
        let first = bars.first_row_from(market.clock[ticks.first]);
        let known = closed_by(market.close_time(last));
        let start = if first < known { bars.open[first] } else { bars.close[known.checked_sub(1)?] };
        let (mut level, mut next) = (start, first);
        let levels = (ticks.first..ticks.last).map(|tick| {
            let close = market.close_time(tick);
            while next < known && bars.ts[next] + bars.interval.span() <= close {
                level = bars.close[next];
                next += 1;
            }
            level
        });
        Some((start, levels.collect()))
    }
}
