//! A batch of trials in, their outcomes out: the one place where combinations are replayed.

use rayon::prelude::*;

use super::WindowOutcome;
use crate::indicator::IndicatorCache;
use crate::scenario::TrialSetup;
use crate::tournament::{Plan, replay_agent};

/// One combination with the windows it is replayed in.
#[derive(Debug, Clone)]
pub struct TrialJob {
    /// What is replayed.
    pub setup: TrialSetup,
    /// In which windows of the plan.
    pub windows: Vec<usize>,
}

/// Replays a batch on the threads of the current rayon pool. One list a trial, one outcome a window, in
/// order. All trials of a window share its indicator columns, which are dropped with the batch.
pub fn evaluate(plan: &Plan<'_>, batch: &[TrialJob]) -> Vec<Vec<WindowOutcome>> {
    let caches: Vec<IndicatorCache> = plan.windows.iter().map(|_| IndicatorCache::new()).collect();
    let jobs: Vec<(&TrialJob, usize)> =
        batch.iter().flat_map(|job| job.windows.iter().map(move |&window| (job, window))).collect();
    let replayed: Vec<WindowOutcome> = jobs
        .par_iter()
        .with_max_len(1)
        .map(|&(job, window)| {
            let TrialSetup { agent, venue } = &job.setup;
            let replay = replay_agent(plan, venue, agent, &plan.windows[window], &caches[window]);
            WindowOutcome::of(&replay, plan.market, &plan.scenario.metrics)
        })
        .collect();
    let mut replayed = replayed.into_iter();
    batch.iter().map(|job| replayed.by_ref().take(job.windows.len()).collect()).collect()
}
