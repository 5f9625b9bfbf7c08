//! What a sweep's choices earned out of sample, as one curve: the test windows of all splits one after the other.

use crate::domain::Timestamp;
use crate::metrics::Sampled;
use crate::sweep::apart;
use crate::tournament::TournamentPlan;

/// Where the curve starts.
const START: f64 = 100.0;

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StitchedPoint {
    /// The split whose choice was tested.
    pub split: usize,
    /// Index of the test window.
    pub window: usize,
    /// The window's start, then the close of each return.
    pub at: Timestamp,
    /// 100 at the first window's start; each window begins where the one before it ended.
    pub value: f64,
}

/// The test windows in order of time, each once; nothing where a window is tested twice or windows overlap: they make no
/// one curve. Where nothing could be chosen the curve stays where it is.
///
/// `tests` are a split, the index of a window that it tested, and the returns there.
pub(super) fn stitched(
    plan: &TournamentPlan<'_>,
    mut tests: Vec<(usize, usize, &[f64])>,
) -> Vec<StitchedPoint> {
    tests.sort_by_key(|&(_, window, _)| (plan.windows[window].start, window));
    let tested: Vec<_> = tests.iter().map(|&(_, window, _)| plan.windows[window]).collect();
    if apart(&tested).len() < tested.len() {
        return Vec::new();
    }
    let mut points = Vec::new();
    let mut value = START;
    for (split, window, returns) in tests {
        let ticks = plan.windows[window].window.ticks;
        let times = Sampled::of(plan.market, ticks, plan.scenario.metrics.periods_per_year).times;
        let flat = vec![0.0; times.len().saturating_sub(1)];
        let returns = if returns.is_empty() { flat.as_slice() } else { returns };
        let mut times = times.into_iter();
        points.extend(times.next().map(|at| StitchedPoint { split, window, at, value }));
        for (at, step) in times.zip(returns) {
            value *= 1.0 + step;
            points.push(StitchedPoint { split, window, at, value });
        }
    }
    points
}
