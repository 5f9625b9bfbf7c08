//! A trial: one combination with what came out in each window. No logs, so that thousands fit in memory.

use crate::engine::{Replay, ReplayStatus};
use crate::market::Market;
use crate::metrics::{MetricInputs, Metrics, metrics_of};
use crate::scenario::{MetricSpec, SweptValue};
use crate::tournament::WindowSpan;

/// One combination.
#[derive(Debug, Clone)]
pub struct Trial {
    /// From 0, in the order in which combinations were first asked for.
    pub number: u32,
    /// One value a parameter, in the parameters' order.
    pub values: Vec<SweptValue>,
    /// What came out, by window; `None` where it was not replayed.
    pub outcomes: Vec<Option<WindowOutcome>>,
}

impl Trial {
    /// Whether all of these windows were replayed; one that was given up early is pruned.
    pub fn is_complete(&self, windows: &[usize]) -> bool {
        windows.iter().all(|&window| self.outcomes[window].is_some())
    }

    /// Whether it could not go on in some window.
    pub fn has_failed(&self) -> bool {
        self.outcomes.iter().flatten().any(|outcome| outcome.status == OutcomeStatus::Forfeit)
    }
}

/// One combination in one window.
#[derive(Debug, Clone)]
pub struct WindowOutcome {
    /// How it ended.
    pub status: OutcomeStatus,
    /// How well.
    pub metrics: Metrics,
    /// Simple returns, one a period: at day closes, or at every tick in windows under 30 days.
    pub returns: Vec<f64>,
}

/// How a replay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum OutcomeStatus {
    /// At the window's end.
    Completed,
    /// Put out by a risk rule.
    Disqualified,
    /// It could not go on.
    Forfeit,
}

impl OutcomeStatus {
    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

impl WindowOutcome {
    /// Of a replay on this market.
    pub fn of(replay: &Replay, market: &Market, spec: &MetricSpec) -> Self {
        let status = match replay.status {
            ReplayStatus::Completed => OutcomeStatus::Completed,
            ReplayStatus::Disqualified { .. } => OutcomeStatus::Disqualified,
            ReplayStatus::Forfeit { .. } => OutcomeStatus::Forfeit,
        };
        let observed = MetricInputs::of(replay, market, spec.periods_per_year);
        Self { status, ..Self::observed(&observed, spec) }
    }

    /// Of a replay that came to the window's end, as the statistics see it.
    pub fn observed(observed: &MetricInputs, spec: &MetricSpec) -> Self {
        Self {
            status: OutcomeStatus::Completed,
            metrics: metrics_of(observed, spec),
            returns: returns(&observed.sample.curve),
        }
    }
}

/// Simple returns; once all is lost nothing moves any more.
pub(super) fn returns(curve: &[f64]) -> Vec<f64> {
    let step = |pair: &[f64]| if pair[0] > 0.0 { pair[1] / pair[0] - 1.0 } else { 0.0 };
    curve.windows(2).map(step).collect()
}

/// The windows that do not overlap: each starts where an earlier one has ended. Returns of windows that
/// overlap would count twice in every test.
pub fn apart(windows: &[WindowSpan]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..windows.len()).collect();
    order.sort_by_key(|&window| (windows[window].start, windows[window].end));
    let mut taken: Vec<usize> = Vec::new();
    for window in order {
        if taken.last().is_none_or(|&last| windows[last].end <= windows[window].start) {
            taken.push(window);
        }
    }
    taken
}

/// A trial's returns over these windows, one after the other; `None` where it has not all of them.
pub fn trial_returns(trial: &Trial, windows: &[usize]) -> Option<Vec<f64>> {
    let mut all = Vec::new();
    for &window in windows {
        all.extend_from_slice(&trial.outcomes[window].as_ref()?.returns);
    }
    Some(all)
}
