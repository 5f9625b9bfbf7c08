//! A shard's part of a sweep: the jobs that are its own, evaluated and handed over, none of them kept in memory.
//!
//! Only searches that do not learn can be divided: their combinations follow from the scenario alone. The others need
//! every outcome of a batch before they propose the next.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::register::{PATIENCE, Register};
use super::search::{PointResult, search};
use super::{Evaluator, JobKey, JobKeys, SweepError, SweepObserver, SweepPlan, TrialJob, WindowOutcome};
use crate::domain::Shard;
use crate::scenario::SweptValue;

/// How long a batch should take: what is evaluated is handed over, and an interruption seen, after each.
const BATCH: Duration = Duration::from_secs(1);
/// Most trials of a batch.
const MOST: usize = 2_048;

/// A combination, and the windows that the shard evaluates it in.
#[derive(Debug, Clone)]
struct OwnTrial {
    values: Vec<SweptValue>,
    windows: Vec<usize>,
}

/// The jobs of one shard.
#[derive(Debug, Clone, Default)]
pub struct OwnJobs {
    trials: Vec<OwnTrial>,
    /// How many jobs are the shard's own.
    pub own: usize,
    /// How many jobs the sweep has; combinations of other shards that turn out not to be valid are counted too.
    pub all: usize,
}

/// Lists the jobs of a shard.
///
/// # Errors
/// [`SweepError::Learns`] for a search that learns, [`SweepError::Interrupted`] if the observer cancels it,
/// [`SweepError::NothingToTry`] if the sweep has no job at all.
pub fn own_jobs(
    sweep: &SweepPlan<'_>,
    shard: Shard,
    observer: &dyn SweepObserver,
) -> Result<OwnJobs, SweepError> {
    let SweepPlan { plan, spec, .. } = *sweep;
    if spec.search.is_adaptive() {
        return Err(SweepError::Learns { search: spec.search });
    }
    let mut search = search(spec, plan.scenario.seed, plan.windows.len());
    let mut register = Register::new(sweep);
    let owns = |name: &str, window: usize| shard.owns(name, plan.windows[window].window.index);
    let windows = 0..plan.windows.len();
    // Refused combinations do not count towards a limit, so that each must be checked; without one, others' need not.
    let checked = |name: &str| spec.trials.is_some() || windows.clone().any(|window| owns(name, window));
    let limit = spec.trials.map_or(usize::MAX, |trials| trials as usize);
    let (mut jobs, mut idle) = (OwnJobs::default(), 0);
    loop {
        let most = if idle < PATIENCE { limit.saturating_sub(register.trials) } else { 0 };
        let points = search.ask(most.min(spec.batch as usize)).points;
        if points.is_empty() {
            break;
        }
        if observer.cancelled() {
            return Err(SweepError::Interrupted { trials: 0 });
        }
        let (_, new) = register.enter(&points, checked);
        idle = if new.is_empty() && spec.trials.is_some() { idle + 1 } else { 0 };
        for trial in new {
            let own: Vec<usize> = windows.clone().filter(|&window| owns(&trial.name, window)).collect();
            jobs.own += own.len();
            if !own.is_empty() {
                jobs.trials.push(OwnTrial { values: trial.values, windows: own });
            }
        }
        search.tell(points.into_iter().map(unscored).collect());
    }
    jobs.all = register.trials * plan.windows.len();
    match jobs.all {
        0 => Err(SweepError::NothingToTry { reason: register.refused_because }),
        _ => Ok(jobs),
    }
}

/// What a search that does not learn is told.
fn unscored(point: super::Point) -> PointResult {
    PointResult { point, score: None, repeated: false }
}

/// Evaluates the jobs that are not `known`, in batches of about a second, and hands each outcome over.
///
/// # Errors
/// [`SweepError::Interrupted`] if the observer cancels it; what was evaluated has been handed over.
pub fn evaluate_own(
    sweep: &SweepPlan<'_>,
    jobs: &OwnJobs,
    known: &HashSet<JobKey>,
    observer: &dyn SweepObserver,
    mut keep: impl FnMut(JobKey, &WindowOutcome),
) -> Result<(), SweepError> {
    let SweepPlan { plan, spec, options, .. } = *sweep;
    let evaluator = Evaluator::new(plan, options);
    let mut keys = JobKeys::new(plan);
    let (mut next, mut size) = (0, rayon::current_num_threads().max(1));
    while next < jobs.trials.len() {
        if observer.cancelled() {
            return Err(SweepError::Interrupted { trials: next });
        }
        let part = &jobs.trials[next..jobs.trials.len().min(next + size)];
        next += part.len();
        let values: Vec<Vec<SweptValue>> = part.iter().map(|trial| trial.values.clone()).collect();
        let (mut batch, mut named, mut found) = (Vec::new(), Vec::new(), 0);
        // Only valid combinations are listed.
        for (setup, trial) in
            spec.setups(&values).into_iter().zip(part).filter_map(|(s, t)| Some((s.ok()?, t)))
        {
            let mut open = Vec::new();
            for &window in &trial.windows {
                let key = keys.key(&setup, window);
                if known.contains(&key) {
                    found += 1;
                } else {
                    named.push(key);
                    open.push(window);
                }
            }
            batch.push(TrialJob { setup, windows: open });
        }
        let started = Instant::now();
        let outcomes = evaluator.evaluate(&batch);
        named.iter().zip(outcomes.iter().flatten()).for_each(|(key, outcome)| keep(*key, outcome));
        observer.batch_done(next, named.len(), found);
        if started.elapsed() < BATCH / 2 {
            size = (size * 2).min(MOST);
        } else if started.elapsed() > BATCH {
            size = (size / 2).max(1);
        }
    }
    Ok(())
}
