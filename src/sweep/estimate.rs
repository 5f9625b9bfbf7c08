//! Estimates the time and memory of a sweep: the time from a short sample, the memory from its numbers of trials and windows.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::run::first_setups;
use super::{Evaluator, Space, SweepPlan, TrialJob, TrialOutcome, apart};
use crate::engine::batch::Ineligible;
use crate::market::Market;
use crate::metrics::Sampled;
use crate::scenario::{SweepSpec, SweptValue};

/// Minimum running time of the sample.
const SAMPLE: Duration = Duration::from_millis(300);
/// Maximum number of trials in the sample.
const MOST: usize = 4_096;
/// About how many trials of the sample are asked for the engine that takes them.
const ASKED: usize = 16;
/// Bytes of an outcome without its returns, where the cache keeps none.
const OUTCOME: usize = 1_400;
/// Bytes of a trial without its windows: its values, its name in the register, its columns.
const TRIAL: usize = 512;
/// Bytes per bar: six columns.
const BAR: usize = 48;

/// Estimated cost of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Number of combinations; for a large grid, an estimate of how many satisfy its conditions.
    pub trials: usize,
    /// Number of replays: one per trial and window.
    pub jobs: usize,
    /// Time for all jobs, on the threads of the current pool.
    pub duration: Duration,
    /// Upper bound on the bytes of bars, outcomes and indicator columns.
    pub memory: usize,
    /// Why trials of the sample are replayed by the general engine, each with its number of them.
    pub alone: BTreeMap<Ineligible, usize>,
    /// Number of trials in the sample.
    pub sampled: usize,
}

/// Times a sample on the current pool; its outcomes are discarded.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub fn estimate(sweep: &SweepPlan<'_>) -> Estimate {
    let SweepPlan { plan, spec, options, .. } = *sweep;
    let trials = trials(spec);
    let sample = match spec.trials {
        Some(trials) => first_setups(sweep, (trials as usize).min(MOST)),
        None => spec.setups(&grid(spec).0).into_iter().filter_map(Result::ok).collect(),
    };
    let jobs = trials * plan.windows.len();
    let batch: Vec<TrialJob> = sample
        .into_iter()
        .map(|setup| TrialJob { setup, windows: (0..plan.windows.len()).collect() })
        .collect();
    let evaluator = Evaluator::new(plan, options);
    let mut alone = BTreeMap::new();
    // The trials of a sweep are alike: a few of them tell which engine takes them.
    let asked = batch.iter().step_by(batch.len().div_ceil(ASKED).max(1));
    let sampled = asked.clone().count();
    for why in asked.filter_map(|job| evaluator.why_alone(&job.setup, 0)) {
        *alone.entry(why).or_default() += 1;
    }
    let (done, taken) = timed(&evaluator, &batch);
    let duration = taken.mul_f64(jobs as f64 / done.max(1) as f64);
    let memory = (bars(plan.market) * BAR).saturating_add(foreseen(sweep, true));
    Estimate { trials, jobs, duration, memory, alone, sampled }
}

/// Bytes that a sweep will take at most besides the bars, without a sample of it. `keeps`: whether its cache keeps the
/// outcomes, so that they need not be in memory.
pub fn foreseen(sweep: &SweepPlan<'_>, keeps: bool) -> usize {
    let SweepPlan { plan, spec, options, .. } = *sweep;
    let sampled = |window: usize| {
        Sampled::of(plan.market, plan.windows[window].window.ticks, plan.scenario.metrics.periods_per_year)
            .ticks
            .len()
    };
    let float = size_of::<f64>();
    // The returns that the tests take, and their differences from the benchmark's.
    let tested = 2 * float * apart(plan.windows).into_iter().map(sampled).sum::<usize>();
    let windows = plan.windows.len();
    let outcomes = if keeps { 0 } else { windows * OUTCOME + tested };
    let trial = TRIAL + windows * size_of::<Option<TrialOutcome>>() + tested + outcomes;
    let trials = trials(spec);
    let columns = (3 * plan.market.clock.len() * float).saturating_mul(trials).min(options.memory);
    trial.saturating_mul(trials).saturating_add(columns)
}

/// The number of trials; of a large grid, an estimate of how many combinations satisfy its conditions.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate"
)]
fn trials(spec: &SweepSpec) -> usize {
    let total = Space::of(spec).combinations().unwrap_or(0);
    match spec.trials {
        Some(trials) => trials as usize,
        None if spec.conditions.is_empty() => total,
        None => {
            let (allowed, seen) = grid(spec);
            (total as f64 * allowed.len() as f64 / seen.max(1) as f64).round() as usize
        }
    }
}

/// Combinations spread evenly over a grid that satisfy its conditions, and among how many they were found.
fn grid(spec: &SweepSpec) -> (Vec<Vec<SweptValue>>, usize) {
    let space = Space::of(spec);
    let total = space.combinations().unwrap_or(0);
    let numbers = (0..total).step_by(total.div_ceil(MOST).max(1));
    let seen = numbers.len();
    let allowed = numbers.map(|number| space.values(&space.point(number)));
    (allowed.filter(|values| spec.allows(values)).collect(), seen)
}

/// Replays increasing parts of the sample until enough time has passed: jobs, time.
fn timed(evaluator: &Evaluator<'_>, batch: &[TrialJob]) -> (usize, Duration) {
    let mut size = rayon::current_num_threads().max(1);
    let (mut next, mut jobs) = (0, 0);
    let started = Instant::now();
    while next < batch.len() && started.elapsed() < SAMPLE {
        let part = &batch[next..batch.len().min(next + size)];
        let outcomes = evaluator.evaluate(part);
        jobs += outcomes.iter().map(Vec::len).sum::<usize>();
        next += part.len();
        size *= 2;
    }
    (jobs, started.elapsed())
}

fn bars(market: &Market) -> usize {
    market
        .symbols
        .iter()
        .map(|series| {
            let frames: usize = series.frames.values().map(|frame| frame.bars.len()).sum();
            let detail = series.detail.as_ref().map_or(0, crate::market::Bars::len);
            series.bars.len() + frames + detail
        })
        .sum()
}
