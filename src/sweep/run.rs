//! The loop over batches: ask the search, look up cached outcomes, replay the others, cache them, tell the
//! search.
//!
//! Only the search is random. Whether an outcome was cached or replayed does not affect the result, so an
//! interrupted sweep continues as if it had not been interrupted.

use super::register::{PATIENCE, Register, Registered};
use super::search::{PointBatch, PointResult, search};
use super::{
    Evaluator, JobKeys, Objective, Point, Space, SweepError, SweepPlan, Trial, TrialCache, TrialJob,
    WindowOutcome,
};
use crate::scenario::{SweepSpec, SweptValue, TrialSetup};
use crate::tournament::TournamentPlan;

/// Receives progress, and can stop the sweep between batches.
pub trait SweepObserver {
    /// A batch is finished and cached: trials so far, jobs replayed, jobs found in the cache.
    fn batch_done(&self, trials: usize, replayed: usize, known: usize) {
        let _ = (trials, replayed, known);
    }

    /// Whether to stop before the next batch.
    fn cancelled(&self) -> bool {
        false
    }
}

/// An observer that ignores all events.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl SweepObserver for NoObserver {}

/// All trials of a sweep.
#[derive(Debug, Clone, Default)]
pub struct Searched {
    /// In the order in which they were first proposed.
    pub trials: Vec<Trial>,
    /// Number of distinct combinations that the conditions exclude.
    pub excluded: usize,
    /// Number of distinct combinations that are not valid for the agent, or with these prices.
    pub refused: usize,
    /// Why the first of them is not.
    pub refused_because: Option<String>,
}

/// Runs the sweep in these windows of the plan.
///
/// # Errors
/// [`SweepError::Interrupted`] if the observer cancels it, [`SweepError::TrialCache`] if the cache fails,
/// [`SweepError::NothingToTry`] if no combination is left.
pub fn run(
    sweep: &SweepPlan<'_>,
    windows: &[usize],
    trial_cache: &mut dyn TrialCache,
    observer: &dyn SweepObserver,
) -> Result<Searched, SweepError> {
    let SweepPlan { plan, spec, .. } = *sweep;
    let mut search = search(spec, plan.scenario.seed, windows.len());
    let mut sweep = Sweep::new(*sweep, trial_cache, observer);
    let limit = spec.trials.map_or(usize::MAX, |trials| trials as usize);
    let mut idle = 0;
    loop {
        let most = if idle < PATIENCE { limit.saturating_sub(sweep.trials.len()) } else { 0 };
        let ask = search.ask(most.min(spec.batch as usize));
        if ask.points.is_empty() {
            break;
        }
        if observer.cancelled() {
            return Err(SweepError::Interrupted { trials: sweep.trials.len() });
        }
        let windows = &windows[..ask.windows.unwrap_or(windows.len()).min(windows.len())];
        let (results, news) = sweep.batch(ask, windows)?;
        idle = if news { 0 } else { idle + 1 };
        // A grid is finite: a long excluded part does not mean that it is exhausted.
        if spec.trials.is_none() {
            idle = 0;
        }
        search.tell(results);
    }
    if sweep.trials.is_empty() {
        return Err(SweepError::NothingToTry { reason: sweep.register.refused_because });
    }
    Ok(sweep.finish())
}

/// The configurations of a sweep's first combinations; for estimates.
pub(super) fn first_setups(sweep: &SweepPlan<'_>, most: usize) -> Vec<TrialSetup> {
    let SweepPlan { plan, spec, .. } = *sweep;
    let space = Space::of(spec);
    let mut search = search(spec, plan.scenario.seed, plan.windows.len());
    let mut found = Vec::new();
    for _ in 0..PATIENCE {
        let points = search.ask(most.min(spec.batch as usize).max(1)).points;
        if points.is_empty() || found.len() >= most {
            break;
        }
        let values: Vec<_> =
            points.iter().map(|point| space.values(point)).filter(|values| spec.allows(values)).collect();
        let setups = spec.setups(&values);
        found.extend(setups.into_iter().filter_map(Result::ok));
        search.tell(
            points.into_iter().map(|point| PointResult { point, score: None, repeated: true }).collect(),
        );
    }
    found.truncate(most);
    found
}

struct Sweep<'a> {
    plan: TournamentPlan<'a>,
    spec: &'a SweepSpec,
    evaluator: Evaluator<'a>,
    keys: JobKeys<'a>,
    trial_cache: &'a mut dyn TrialCache,
    observer: &'a dyn SweepObserver,
    register: Register<'a>,
    trials: Vec<Trial>,
}

impl<'a> Sweep<'a> {
    fn new(
        sweep: SweepPlan<'a>,
        trial_cache: &'a mut dyn TrialCache,
        observer: &'a dyn SweepObserver,
    ) -> Self {
        let register = Register::new(&sweep);
        let SweepPlan { plan, spec, options } = sweep;
        Self {
            plan,
            spec,
            evaluator: Evaluator::new(plan, options),
            keys: JobKeys::new(plan),
            trial_cache,
            observer,
            register,
            trials: Vec::new(),
        }
    }

    /// Evaluates a batch; returns the result of each point, and whether any of them was new.
    fn batch(&mut self, ask: PointBatch, windows: &[usize]) -> Result<(Vec<PointResult>, bool), SweepError> {
        let asked = self.register(&ask.points);
        let mut wanted: Vec<usize> = asked.iter().filter_map(|known| known.trial()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|&trial| !self.trials[trial].is_complete(windows));
        let jobs = self.jobs(&wanted, windows);
        let (replayed, found) = self.replay_new(&wanted, jobs)?;
        self.observer.batch_done(self.trials.len(), replayed, found);
        let mut fresh: Vec<usize> = wanted.clone();
        let results = asked
            .into_iter()
            .zip(ask.points)
            .map(|(known, point)| self.point_result(known, point, windows, &mut fresh))
            .collect();
        Ok((results, !wanted.is_empty()))
    }

    fn point_result(
        &self,
        known: Registered,
        point: Point,
        windows: &[usize],
        fresh: &mut Vec<usize>,
    ) -> PointResult {
        let Registered::Trial(trial) = known else {
            return PointResult { point, score: None, repeated: false };
        };
        let index = fresh.iter().position(|&one| one == trial);
        if let Some(index) = index {
            fresh.swap_remove(index);
        }
        let objective = Objective::of(self.plan.scenario, self.spec.objective);
        let score = objective.score(&self.trials[trial], windows);
        PointResult { point, score: Some(score), repeated: index.is_none() }
    }

    /// The trial of each point; new combinations are registered.
    fn register(&mut self, points: &[Point]) -> Vec<Registered> {
        let (asked, new) = self.register.enter(points, |_| true);
        new.into_iter().for_each(|trial| self.enter(trial.values));
        asked
    }

    #[expect(clippy::cast_possible_truncation, reason = "at most ten million combinations")]
    fn enter(&mut self, values: Vec<SweptValue>) {
        let outcomes = vec![None; self.plan.windows.len()];
        self.trials.push(Trial { number: self.trials.len() as u32, values, outcomes });
    }

    /// What was found.
    fn finish(self) -> Searched {
        let Register { excluded, refused, refused_because, .. } = self.register;
        Searched { trials: self.trials, excluded, refused, refused_because }
    }

    /// The jobs that these trials still need in the windows.
    fn jobs(&self, trials: &[usize], windows: &[usize]) -> Vec<TrialJob> {
        let values: Vec<Vec<SweptValue>> =
            trials.iter().map(|&trial| self.trials[trial].values.clone()).collect();
        let setups = self.spec.setups(&values);
        let job = |(setup, &trial): (Result<TrialSetup, _>, &usize)| {
            let outcomes = &self.trials[trial].outcomes;
            let open = windows.iter().copied().filter(|&window| outcomes[window].is_none()).collect();
            // Only valid combinations are registered as trials.
            setup.ok().map(|setup| TrialJob { setup, windows: open })
        };
        setups.into_iter().zip(trials).filter_map(job).collect()
    }

    /// Looks jobs up in the cache, replays and caches the others; returns the numbers of replayed and of
    /// cached jobs.
    fn replay_new(
        &mut self,
        trials: &[usize],
        mut jobs: Vec<TrialJob>,
    ) -> Result<(usize, usize), SweepError> {
        let mut keys = Vec::new();
        for job in &jobs {
            keys.extend(job.windows.iter().map(|&window| self.keys.key(&job.setup, window)));
        }
        let known = self.trial_cache.find(&keys).map_err(SweepError::TrialCache)?;
        let found = known.iter().flatten().count();
        let mut known = keys.into_iter().zip(known);
        let mut open_keys = Vec::new();
        for (job, &trial) in jobs.iter_mut().zip(trials) {
            job.windows.retain(|&window| match known.next() {
                Some((_, Some(outcome))) => {
                    self.trials[trial].outcomes[window] = Some(outcome);
                    false
                }
                Some((key, None)) => {
                    open_keys.push(key);
                    true
                }
                None => false,
            });
        }
        let outcomes = self.evaluator.evaluate(&jobs);
        let flat: Vec<&WindowOutcome> = outcomes.iter().flatten().collect();
        let batch: Vec<_> = open_keys.into_iter().zip(flat).collect();
        let replayed = batch.len();
        if replayed > 0 {
            self.trial_cache.append(&batch).map_err(SweepError::TrialCache)?;
        }
        for ((job, &trial), outcomes) in jobs.iter().zip(trials).zip(outcomes) {
            for (&window, outcome) in job.windows.iter().zip(outcomes) {
                self.trials[trial].outcomes[window] = Some(outcome);
            }
        }
        Ok((replayed, found))
    }
}
