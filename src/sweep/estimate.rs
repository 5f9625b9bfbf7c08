//! Estimates the time and memory of a sweep from a short sample.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::run::first_setups;
use super::{Evaluator, Space, SweepPlan, TrialJob};
use crate::engine::batch::Ineligible;
use crate::market::Market;
use crate::scenario::{SweepSpec, TrialSetup};

/// Minimum running time of the sample.
const SAMPLE: Duration = Duration::from_millis(300);
/// Maximum number of trials in the sample.
const MOST: usize = 4_096;
/// About how many trials of the sample are asked for the engine that takes them.
const ASKED: usize = 16;
/// Bytes of an outcome without its returns.
const OUTCOME: usize = 512;
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
    let SweepPlan { plan, spec, options } = *sweep;
    let (trials, sample) = match (spec.trials, Space::of(spec).combinations()) {
        (Some(trials), _) => {
            let trials = trials as usize;
            (trials, first_setups(sweep, trials.min(MOST)))
        }
        (None, total) => grid(spec, total.unwrap_or(0)),
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
    let (done, taken, returns) = timed(&evaluator, &batch);
    let duration = taken.mul_f64(jobs as f64 / done.max(1) as f64);
    let bars: usize = bars(plan.market);
    let columns = (3 * trials * plan.market.clock.len() * size_of::<f64>()).min(options.memory);
    let memory = bars * BAR + jobs * OUTCOME + trials * returns * size_of::<f64>() + columns;
    Estimate { trials, jobs, duration, memory, alone, sampled }
}

/// The number of combinations that satisfy a grid's conditions, and an evenly spread sample of them.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate"
)]
fn grid(spec: &SweepSpec, total: usize) -> (usize, Vec<TrialSetup>) {
    let space = Space::of(spec);
    let numbers = (0..total).step_by(total.div_ceil(MOST).max(1));
    let seen = numbers.len().max(1);
    let allowed: Vec<_> = numbers
        .map(|number| space.values(&space.point(number)))
        .filter(|values| spec.allows(values))
        .collect();
    let sample: Vec<TrialSetup> = spec.setups(&allowed).into_iter().filter_map(Result::ok).collect();
    ((total as f64 * sample.len() as f64 / seen as f64).round() as usize, sample)
}

/// Replays increasing parts of the sample until enough time has passed: jobs, time, returns per trial.
fn timed(evaluator: &Evaluator<'_>, batch: &[TrialJob]) -> (usize, Duration, usize) {
    let mut size = rayon::current_num_threads().max(1);
    let (mut next, mut jobs, mut returns) = (0, 0, 0);
    let started = Instant::now();
    while next < batch.len() && started.elapsed() < SAMPLE {
        let part = &batch[next..batch.len().min(next + size)];
        let outcomes = evaluator.evaluate(part);
        jobs += outcomes.iter().map(Vec::len).sum::<usize>();
        returns = outcomes.first().map_or(0, |windows| windows.iter().map(|w| w.returns.len()).sum());
        next += part.len();
        size *= 2;
    }
    (jobs, started.elapsed(), returns)
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
