//! A trial: one combination, and where its outcome in each window is.
//!
//! A cache that keeps outcomes makes memory independent of their number: a trial then has their keys alone, and they
//! are read again, a few trials at a time, by [`load`](super::load).

use std::sync::Arc;

use super::JobKey;
use crate::engine::{Replay, ReplayStatus};
use crate::market::Market;
use crate::metrics::{MetricInputs, Metrics, metrics_of};
use crate::scenario::{MetricSpec, SweptValue};
use crate::tournament::WindowSpan;

/// One combination of parameter values.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Number from 0, in the order in which combinations were first proposed.
    pub number: u32,
    /// One value per parameter, in the parameters' order.
    pub values: Vec<SweptValue>,
    /// Where the outcome of each window is; `None` where it was not replayed.
    pub outcomes: Vec<Option<TrialOutcome>>,
}

/// Where an outcome is.
#[derive(Debug, Clone)]
pub enum TrialOutcome {
    /// In memory, because the trial cache keeps nothing.
    InMemory(Arc<WindowOutcome>),
    /// In the trial cache, under this key.
    Cached(JobKey),
}

/// Outcomes of a trial that were read, one a window; `None` where it was not replayed.
pub type Outcomes = Vec<Option<Arc<WindowOutcome>>>;

impl Trial {
    /// Whether all of these windows were replayed; a trial that was abandoned early is pruned.
    pub fn is_complete(&self, windows: &[usize]) -> bool {
        windows.iter().all(|&window| self.outcomes[window].is_some())
    }
}

/// The outcome of one combination in one window.
#[derive(Debug, Clone)]
pub struct WindowOutcome {
    /// How the replay ended.
    pub status: OutcomeStatus,
    /// Metrics of the trial.
    pub metrics: Metrics,
    /// Simple returns per period: at daily closes, or at every tick in windows shorter than 30 days.
    pub returns: Vec<f64>,
}

/// How a replay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeStatus {
    /// At the window's end.
    Completed,
    /// Disqualified by a risk rule.
    Disqualified,
    /// Its margin was used up.
    Liquidated,
    /// The agent could not continue.
    Forfeit,
}

impl OutcomeStatus {
    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Disqualified => "disqualified",
            Self::Liquidated => "liquidated",
            Self::Forfeit => "forfeit",
        }
    }
}

impl WindowOutcome {
    /// From a replay on this market.
    pub fn of(replay: &Replay, market: &Market, spec: &MetricSpec) -> Self {
        let status = match replay.status {
            ReplayStatus::Completed => OutcomeStatus::Completed,
            ReplayStatus::Disqualified { .. } => OutcomeStatus::Disqualified,
            ReplayStatus::Liquidated { .. } => OutcomeStatus::Liquidated,
            ReplayStatus::Forfeit { .. } => OutcomeStatus::Forfeit,
        };
        let observed = MetricInputs::of(replay, market, spec.periods_per_year);
        Self { status, ..Self::observed(&observed, spec) }
    }

    /// From the metric inputs of a replay that reached the window's end.
    pub fn observed(observed: &MetricInputs, spec: &MetricSpec) -> Self {
        Self {
            status: OutcomeStatus::Completed,
            metrics: metrics_of(observed, spec),
            returns: returns(&observed.sample.curve),
        }
    }
}

/// Simple returns; after a total loss they are 0.
pub(super) fn returns(curve: &[f64]) -> Vec<f64> {
    let step = |pair: &[f64]| if pair[0] > 0.0 { pair[1] / pair[0] - 1.0 } else { 0.0 };
    curve.windows(2).map(step).collect()
}

/// Indexes of windows that do not overlap: each starts at or after the end of the previous one. Returns of
/// overlapping windows would be counted twice in a test.
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

/// A trial's returns over these windows, concatenated; `None` where one is missing.
pub fn trial_returns(outcomes: &Outcomes, windows: &[usize]) -> Option<Vec<f64>> {
    let mut all = Vec::new();
    for &window in windows {
        all.extend_from_slice(&outcomes[window].as_ref()?.returns);
    }
    Some(all)
}
