//! Evaluates the splits: picks the best trial on the training windows and scores it on the test windows.
//!
//! Non-adaptive searches are run once over all windows, and each split reads its part of the scores. Adaptive
//! searches are run again for each split, on its training windows only: their proposals must not depend on
//! the test windows.

use std::sync::Arc;

use super::split::{Split, splits};
use super::stitched::{StitchedPoint, stitched};
use crate::metrics::Score;
use crate::scenario::{SweptValue, ValidationSpec};
use crate::sweep::objective::mean;
use crate::sweep::{
    Chosen, Evaluator, JobKey, JobKeys, Objective, Outcomes, Searched, SweepError, SweepObserver, SweepPlan,
    Trial, TrialCache, TrialJob, TrialOutcome, WindowOutcome, best, load, run,
};

/// Result of one split.
#[derive(Debug, Clone, PartialEq)]
pub struct SplitOutcome {
    /// Indexes of the training windows.
    pub train: Vec<usize>,
    /// Test windows, one list per fold.
    pub test: Vec<Vec<usize>>,
    /// Number of trials compared.
    pub trials: usize,
    /// The chosen combination; `None` where no trial has a score.
    pub winner: Option<Vec<SweptValue>>,
    /// The score of its record where it was chosen.
    pub in_sample: Score,
    /// The score of its record where it was tested.
    pub out_of_sample: Score,
    /// Its score in each fold tested.
    pub folds: Vec<Score>,
    /// Its returns in each test window, as sampled there; empty where there are none.
    pub returns: Vec<Vec<f64>>,
}

/// One path through all folds: each fold is tested once, by combinations chosen without it.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The mean of the folds' scores; absent where one has none.
    pub score: Score,
}

/// Result of a validation.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfSample {
    /// The validation's settings.
    pub spec: ValidationSpec,
    /// The splits, in order.
    pub splits: Vec<SplitOutcome>,
    /// Mean score of the winners where they were chosen, over the splits that have both scores.
    pub in_sample: Score,
    /// Mean score of the winners where they were tested.
    pub out_of_sample: Score,
    /// Slope of out-of-sample on in-sample scores over the splits whose scores are numbers; `None` under three that
    /// differ.
    pub slope: Option<f64>,
    /// The paths of combinatorial cross-validation.
    pub paths: Vec<Path>,
    /// What the choices earned in the windows that they were tested in, one after the other.
    pub stitched: Vec<StitchedPoint>,
}

/// Validates a sweep, given its trials over all windows.
///
/// # Errors
/// As [`run()`].
pub fn validate(
    sweep: &SweepPlan<'_>,
    validation: ValidationSpec,
    whole: &Searched,
    trial_cache: &mut dyn TrialCache,
    observer: &dyn SweepObserver,
) -> Result<OutOfSample, SweepError> {
    let SweepPlan { plan, spec, .. } = *sweep;
    let mut outcomes = Vec::new();
    for (index, split) in splits(plan.windows.len(), validation).into_iter().enumerate() {
        outcomes.push(match whole.columns.chosen.get(index) {
            Some(chosen) => {
                let objective = Objective::of(plan.scenario, spec.objective);
                read_off(&objective, split, &whole.trials, *chosen, trial_cache)?
            }
            None => searched(sweep, split, trial_cache, observer)?,
        });
    }
    let known = || outcomes.iter().filter(|one| !one.in_sample.is_absent() && !one.out_of_sample.is_absent());
    let numbers = known().filter_map(|one| Some((one.in_sample.number()?, one.out_of_sample.number()?)));
    let (x, y): (Vec<f64>, Vec<f64>) = numbers.unzip();
    Ok(OutOfSample {
        spec: validation,
        in_sample: Score::mean(known().map(|one| one.in_sample)),
        out_of_sample: Score::mean(known().map(|one| one.out_of_sample)),
        slope: slope(&x, &y),
        paths: paths(&outcomes, validation),
        stitched: stitched(&plan, tests(&outcomes)),
        splits: outcomes,
    })
}

/// Each split's index, a window that it tested, and the returns there.
fn tests(outcomes: &[SplitOutcome]) -> Vec<(usize, usize, &[f64])> {
    let of = |(split, outcome): (usize, &'_ SplitOutcome)| -> Vec<(usize, usize)> {
        outcome.test.concat().into_iter().map(|window| (split, window)).collect()
    };
    let windows = outcomes.iter().enumerate().flat_map(of);
    let returns = outcomes.iter().flat_map(|outcome| &outcome.returns);
    windows.zip(returns).map(|((split, window), returns)| (split, window, returns.as_slice())).collect()
}

/// The result of a split whose best trial was found among the trials that are common to all splits.
fn read_off(
    objective: &Objective,
    split: Split,
    trials: &[Trial],
    chosen: Chosen,
    trial_cache: &mut dyn TrialCache,
) -> Result<SplitOutcome, SweepError> {
    let winner = chosen.trial.map(|winner| &trials[winner]);
    tested(objective, split, trials.len(), winner, chosen.score, trial_cache)
}

/// The result of a split with its own search on its training windows.
fn searched(
    sweep: &SweepPlan<'_>,
    split: Split,
    trial_cache: &mut dyn TrialCache,
    observer: &dyn SweepObserver,
) -> Result<SplitOutcome, SweepError> {
    let Searched { mut trials, columns, .. } = run(sweep, &split.train, trial_cache, observer)?;
    let objective = Objective::of(sweep.plan.scenario, sweep.spec.objective);
    let winner = best(&columns.scores);
    if let Some(winner) = winner {
        replay_in(sweep, &mut trials[winner], &split.test.concat(), trial_cache)?;
    }
    let in_sample = winner.map_or(Score::Absent, |winner| columns.scores[winner]);
    let winner = winner.map(|winner| &trials[winner]);
    tested(&objective, split, trials.len(), winner, in_sample, trial_cache)
}

/// How a split's best trial did on the test windows.
fn tested(
    objective: &Objective,
    split: Split,
    trials: usize,
    winner: Option<&Trial>,
    in_sample: Score,
    trial_cache: &mut dyn TrialCache,
) -> Result<SplitOutcome, SweepError> {
    let read = winner.map(|winner| load(std::slice::from_ref(winner), trial_cache)).transpose();
    let outcomes = read.map_err(SweepError::TrialCache)?.and_then(|mut read| read.pop());
    let over = |windows: &[usize]| {
        outcomes.as_ref().map_or(Score::Absent, |outcomes| objective.score(outcomes, windows))
    };
    Ok(SplitOutcome {
        trials,
        winner: winner.map(|winner| winner.values.clone()),
        in_sample,
        out_of_sample: over(&split.test.concat()),
        folds: split.test.iter().map(|fold| over(fold)).collect(),
        returns: split
            .test
            .concat()
            .into_iter()
            .map(|window| returns_in(outcomes.as_ref(), window))
            .collect(),
        train: split.train,
        test: split.test,
    })
}

fn returns_in(outcomes: Option<&Outcomes>, window: usize) -> Vec<f64> {
    let outcome = outcomes.and_then(|outcomes| outcomes[window].as_ref());
    outcome.map_or_else(Vec::new, |outcome| outcome.returns.clone())
}

/// Replays a trial in further windows, unless they are cached.
fn replay_in(
    sweep: &SweepPlan<'_>,
    trial: &mut Trial,
    windows: &[usize],
    trial_cache: &mut dyn TrialCache,
) -> Result<(), SweepError> {
    let SweepPlan { plan, spec, options } = *sweep;
    let Some(Ok(setup)) = spec.setups(std::slice::from_ref(&trial.values)).pop() else { return Ok(()) };
    let mut keys = JobKeys::new(plan);
    let names: Vec<_> = windows.iter().map(|&window| keys.key(&setup, window)).collect();
    let known = trial_cache.find(&names).map_err(SweepError::TrialCache)?;
    let keeps = trial_cache.keeps();
    let mut enter = |window: usize, name: JobKey, outcome: WindowOutcome| {
        let kept = if keeps { TrialOutcome::Cached(name) } else { TrialOutcome::InMemory(Arc::new(outcome)) };
        trial.outcomes[window] = Some(kept);
    };
    let mut open = Vec::new();
    for ((&window, name), found) in windows.iter().zip(names).zip(known) {
        match found {
            Some(outcome) => enter(window, name, outcome),
            None => open.push((window, name)),
        }
    }
    let job = TrialJob { setup, windows: open.iter().map(|(window, _)| *window).collect() };
    let outcomes = Evaluator::new(plan, options).evaluate(&[job]).pop().unwrap_or_default();
    let batch: Vec<_> = open.iter().zip(&outcomes).map(|((_, name), outcome)| (*name, outcome)).collect();
    if !batch.is_empty() {
        trial_cache.append(&batch).map_err(SweepError::TrialCache)?;
    }
    for ((window, name), outcome) in open.into_iter().zip(outcomes) {
        enter(window, name, outcome);
    }
    Ok(())
}

/// Path j uses for each fold the j-th split that tests it: C(folds, tested) * tested / folds paths.
fn paths(outcomes: &[SplitOutcome], validation: ValidationSpec) -> Vec<Path> {
    if !matches!(validation, ValidationSpec::Cpcv { .. }) {
        return Vec::new();
    }
    let mut folds: Vec<(&[usize], Vec<Score>)> = Vec::new();
    for outcome in outcomes {
        for (windows, &score) in outcome.test.iter().zip(&outcome.folds) {
            match folds.iter_mut().find(|(known, _)| known == windows) {
                Some((_, scores)) => scores.push(score),
                None => folds.push((windows, vec![score])),
            }
        }
    }
    let count = folds.iter().map(|(_, scores)| scores.len()).min().unwrap_or(0);
    let path = |j: usize| {
        let scores = || folds.iter().map(|(_, scores)| scores[j]);
        let complete = scores().all(|score| !score.is_absent());
        Path { score: if complete { Score::mean(scores()) } else { Score::Absent } }
    };
    (0..count).map(path).collect()
}

/// Least-squares slope of y on x.
fn slope(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mean_x, mean_y) = (mean(x)?, mean(y)?);
    let square: f64 = x.iter().map(|a| (a - mean_x) * (a - mean_x)).sum();
    let product: f64 = x.iter().zip(y).map(|(a, b)| (a - mean_x) * (b - mean_y)).sum();
    (x.len() > 2 && !crate::metrics::is_constant(x)).then(|| product / square)
}
