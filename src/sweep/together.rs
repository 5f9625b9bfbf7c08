//! Trials that differ only in their strategies go through a window together, as far as the batch engine takes them.
//!
//! Owns the grouping. What it leaves out is replayed one by one; the outcomes are the same to the last bit.

use rayon::prelude::*;

use super::{TrialJob, WindowOutcome};
use crate::engine::Job;
use crate::engine::batch::Batch;
use crate::metrics::Sampled;
use crate::scenario::StrategySpec;
use crate::tournament::Plan;

/// The outcomes of those jobs (a trial and a window of the plan each) that the batch engine takes; in order.
pub(super) fn replay(plan: &Plan<'_>, jobs: &[(&TrialJob, usize)]) -> Vec<Option<WindowOutcome>> {
    let mut outcomes = vec![None; jobs.len()];
    for group in groups(jobs) {
        for (place, outcome) in replay_group(plan, jobs, &group) {
            outcomes[place] = Some(outcome);
        }
    }
    outcomes
}

/// Places of the jobs that have all but their strategy in common.
fn groups(jobs: &[(&TrialJob, usize)]) -> Vec<Vec<usize>> {
    let alike = |one: usize, other: usize| {
        let ((a, window), (b, other_window)) = (jobs[one], jobs[other]);
        let (a, b) = (&a.setup, &b.setup);
        window == other_window
            && a.agent.starting_balance == b.agent.starting_balance
            && a.agent.risk == b.agent.risk
            && a.venue == b.venue
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for place in 0..jobs.len() {
        match groups.iter_mut().find(|group| alike(group[0], place)) {
            Some(group) => group.push(place),
            None => groups.push(vec![place]),
        }
    }
    groups
}

fn replay_group(
    plan: &Plan<'_>,
    jobs: &[(&TrialJob, usize)],
    group: &[usize],
) -> Vec<(usize, WindowOutcome)> {
    let (first, window) = jobs[group[0]];
    let (scenario, market) = (plan.scenario, plan.market);
    let window = plan.windows[window].window;
    let sampled = Sampled::of(market, window.ticks, scenario.metrics.periods_per_year);
    let job = Job {
        market,
        window,
        venue: &first.setup.venue,
        delisted: scenario.market.delisted,
        starting_balance: first.setup.agent.starting_balance,
        risk: &first.setup.agent.risk,
    };
    let batch = Batch { job, warm_up: scenario.market.warm_up, samples: &sampled.ticks };
    let Ok(prepared) = batch.prepare() else { return Vec::new() };
    let share = group.len().div_ceil(rayon::current_num_threads()).max(1);
    let parts = group.par_chunks(share).map(|places| {
        let strategy = |&place: &usize| jobs[place].0.setup.agent.strategy.clone();
        let specs: Vec<StrategySpec> = places.iter().map(strategy).collect();
        let mut found = Vec::with_capacity(places.len());
        prepared.run(&specs, |index, outcome| {
            if let Ok(outcome) = outcome {
                let outcome = WindowOutcome::of_condensed(outcome, market, &sampled, &scenario.metrics);
                found.push((places[index], outcome));
            }
        });
        found
    });
    parts.flatten_iter().collect()
}
