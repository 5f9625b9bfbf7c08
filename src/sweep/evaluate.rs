//! A batch of trials in, their outcomes out: the one place where combinations are replayed.

use std::sync::Arc;

use rayon::prelude::*;

use super::WindowOutcome;
use crate::indicator::{Budget, IndicatorCache};
use crate::scenario::TrialSetup;
use crate::tournament::{Means, Plan, replay_agent};

/// One combination with the windows it is replayed in.
#[derive(Debug, Clone)]
pub struct TrialJob {
    /// What is replayed.
    pub setup: TrialSetup,
    /// In which windows of the plan.
    pub windows: Vec<usize>,
}

/// Replays trials of one plan. Batches share the indicator columns of their windows, as far as the budget of
/// memory goes.
#[derive(Debug)]
pub struct Evaluator<'a> {
    plan: Plan<'a>,
    means: Means,
    caches: Vec<IndicatorCache>,
}

impl<'a> Evaluator<'a> {
    /// For the windows of a plan.
    pub fn new(plan: Plan<'a>, means: Means) -> Self {
        let budget = Arc::new(Budget::of(means.memory));
        let caches = plan.windows.iter().map(|_| IndicatorCache::within(Arc::clone(&budget))).collect();
        Self { plan, means, caches }
    }

    /// Replays a batch on the threads of the current rayon pool. One list a trial, one outcome a window, in
    /// order.
    pub fn evaluate(&self, batch: &[TrialJob]) -> Vec<Vec<WindowOutcome>> {
        let jobs: Vec<(&TrialJob, usize)> =
            batch.iter().flat_map(|job| job.windows.iter().map(move |&window| (job, window))).collect();
        let replayed: Vec<WindowOutcome> =
            jobs.par_iter().with_max_len(1).map(|&(job, window)| self.replay(&job.setup, window)).collect();
        let mut replayed = replayed.into_iter();
        batch.iter().map(|job| replayed.by_ref().take(job.windows.len()).collect()).collect()
    }

    /// By the engine that takes every strategy.
    fn replay(&self, setup: &TrialSetup, window: usize) -> WindowOutcome {
        let Plan { scenario, market, windows } = self.plan;
        let TrialSetup { agent, venue } = setup;
        let cache = &self.caches[window];
        let replay = replay_agent(&self.plan, venue, agent, &windows[window], cache, self.means.engine);
        WindowOutcome::of(&replay, market, &scenario.metrics)
    }
}
