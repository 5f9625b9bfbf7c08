//! Evaluates the splits: picks the best trial on the training windows and scores it on the test windows.
//!
//! Non-adaptive searches are run once over all windows, and each split reads its part of the scores. Adaptive
//! searches are run again for each split, on its training windows only: their proposals must not depend on
//! the test windows.

use super::split::{Split, splits};
use crate::metrics::Score;
use crate::scenario::{SweptValue, ValidationSpec};
use crate::sweep::objective::mean;
use crate::sweep::{
    Evaluator, JobKeys, Objective, Searched, SweepError, SweepObserver, SweepPlan, Trial, TrialCache,
    TrialJob, best, run,
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
    for split in splits(plan.windows.len(), validation) {
        outcomes.push(if spec.search.is_adaptive() {
            searched(sweep, split, trial_cache, observer)?
        } else {
            read_off(&Objective::of(plan.scenario, spec.objective), split, &whole.trials)
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
        splits: outcomes,
    })
}

/// The result of a split from the scores of trials that are common to all splits.
fn read_off(objective: &Objective, split: Split, trials: &[Trial]) -> SplitOutcome {
    let chosen_by = objective.scores(trials, &split.train);
    let winner = best(&chosen_by);
    let tested: Vec<usize> = split.test.concat();
    let in_windows =
        |windows: &[usize]| winner.map_or(Score::Absent, |winner| objective.score(&trials[winner], windows));
    SplitOutcome {
        trials: trials.len(),
        winner: winner.map(|winner| trials[winner].values.clone()),
        in_sample: winner.map_or(Score::Absent, |winner| chosen_by[winner]),
        out_of_sample: in_windows(&tested),
        folds: split.test.iter().map(|fold| in_windows(fold)).collect(),
        train: split.train,
        test: split.test,
    }
}

/// The result of a split with its own search on its training windows.
fn searched(
    sweep: &SweepPlan<'_>,
    split: Split,
    trial_cache: &mut dyn TrialCache,
    observer: &dyn SweepObserver,
) -> Result<SplitOutcome, SweepError> {
    let spec = sweep.spec;
    let mut trials = run(sweep, &split.train, trial_cache, observer)?.trials;
    let objective = Objective::of(sweep.plan.scenario, spec.objective);
    let chosen_by = objective.scores(&trials, &split.train);
    let winner = best(&chosen_by);
    let tested: Vec<usize> = split.test.concat();
    if let Some(winner) = winner {
        replay_in(sweep, &mut trials[winner], &tested, trial_cache)?;
    }
    let alone =
        |windows: &[usize]| winner.map_or(Score::Absent, |winner| objective.score(&trials[winner], windows));
    Ok(SplitOutcome {
        trials: trials.len(),
        winner: winner.map(|winner| trials[winner].values.clone()),
        in_sample: winner.map_or(Score::Absent, |winner| chosen_by[winner]),
        out_of_sample: alone(&tested),
        folds: split.test.iter().map(|fold| alone(fold)).collect(),
        train: split.train,
        test: split.test,
    })
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
    let mut open = Vec::new();
    for ((&window, name), found) in windows.iter().zip(names).zip(known) {
        match found {
            Some(outcome) => trial.outcomes[window] = Some(outcome),
            None => open.push((window, name)),
        }
    }
    let job = TrialJob { setup, windows: open.iter().map(|(window, _)| *window).collect() };
    let outcomes = Evaluator::new(plan, options).evaluate(&[job]).pop().unwrap_or_default();
    let batch: Vec<_> = open.iter().zip(&outcomes).map(|((_, name), outcome)| (*name, outcome)).collect();
    if !batch.is_empty() {
        trial_cache.append(&batch).map_err(SweepError::TrialCache)?;
    }
    for ((window, _), outcome) in open.into_iter().zip(outcomes) {
        trial.outcomes[window] = Some(outcome);
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
