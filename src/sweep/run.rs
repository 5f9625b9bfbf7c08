//! The loop over batches: ask the search, look up cached outcomes, replay the others, cache them, tell the
//! search.
//!
//! Only the search is random. Whether an outcome was cached or replayed does not affect the result, so an
//! interrupted sweep continues as if it had not been interrupted. Outcomes of a batch are measured while they are in
//! memory, and left to the cache where it keeps them.

use std::sync::Arc;

use super::columns::Measuring;
use super::register::{PATIENCE, Register, Registered};
use super::search::{PointBatch, PointResult, search};
use super::{
    Elsewhere, Evaluator, JobKey, JobKeys, Objective, OpenJob, Outcomes, Point, Space, SweepError, SweepPlan,
    Trial, TrialCache, TrialColumns, TrialJob, TrialOutcome, WindowOutcome, load,
};
use crate::metrics::Score;
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
    /// Their scores and returns.
    pub columns: TrialColumns,
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
    let mut sweep = Sweep::new(*sweep, windows, trial_cache, observer);
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
    elsewhere: Option<&'a dyn Elsewhere>,
    keys: JobKeys<'a>,
    trial_cache: &'a mut dyn TrialCache,
    observer: &'a dyn SweepObserver,
    register: Register<'a>,
    trials: Vec<Trial>,
    measuring: Measuring,
    /// Score of each trial over as many of the search's windows as it was last asked for.
    scored: Vec<(usize, Score)>,
}

impl<'a> Sweep<'a> {
    fn new(
        sweep: SweepPlan<'a>,
        windows: &[usize],
        trial_cache: &'a mut dyn TrialCache,
        observer: &'a dyn SweepObserver,
    ) -> Self {
        let (register, measuring) = (Register::new(&sweep), Measuring::new(&sweep, windows));
        let SweepPlan { plan, spec, options, elsewhere } = sweep;
        Self {
            plan,
            spec,
            evaluator: Evaluator::new(plan, options),
            elsewhere,
            keys: JobKeys::new(plan),
            trial_cache,
            observer,
            register,
            trials: Vec::new(),
            measuring,
            scored: Vec::new(),
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
        let (mut fresh, replayed, found) = self.replay_new(&wanted, jobs)?;
        self.add_earlier(&wanted, &mut fresh)?;
        for (&trial, outcomes) in wanted.iter().zip(&fresh) {
            self.measuring.take(trial, &self.trials[trial], outcomes);
            self.scored[trial] = (windows.len(), self.objective().score(outcomes, windows));
        }
        self.observer.batch_done(self.trials.len(), replayed, found);
        let news = !wanted.is_empty();
        let mut results = Vec::with_capacity(ask.points.len());
        for (known, point) in asked.into_iter().zip(ask.points) {
            results.push(self.point_result(known, point, windows, &mut wanted)?);
        }
        Ok((results, news))
    }

    /// The result of a point; the first of a trial that was `fresh` in this batch is not a repetition.
    fn point_result(
        &mut self,
        known: Registered,
        point: Point,
        windows: &[usize],
        fresh: &mut Vec<usize>,
    ) -> Result<PointResult, SweepError> {
        let Registered::Trial(trial) = known else {
            return Ok(PointResult { point, score: None, repeated: false });
        };
        let index = fresh.iter().position(|&one| one == trial);
        if let Some(index) = index {
            fresh.swap_remove(index);
        }
        if self.scored[trial].0 != windows.len() {
            let outcomes = self.read(trial)?;
            self.scored[trial] = (windows.len(), self.objective().score(&outcomes, windows));
        }
        Ok(PointResult { point, score: Some(self.scored[trial].1), repeated: index.is_none() })
    }

    fn objective(&self) -> Objective {
        Objective::of(self.plan.scenario, self.spec.objective)
    }

    /// All outcomes of a trial.
    fn read(&mut self, trial: usize) -> Result<Outcomes, SweepError> {
        let trial = std::slice::from_ref(&self.trials[trial]);
        let read = load(trial, self.trial_cache).map_err(SweepError::TrialCache)?;
        Ok(read.into_iter().next().unwrap_or_default())
    }

    /// Adds to the outcomes of this batch those that earlier batches left.
    fn add_earlier(&mut self, trials: &[usize], fresh: &mut [Outcomes]) -> Result<(), SweepError> {
        for (&trial, outcomes) in trials.iter().zip(fresh) {
            let known = self.trials[trial].outcomes.iter().flatten().count();
            if known > outcomes.iter().flatten().count() {
                *outcomes = self.read(trial)?;
            }
        }
        Ok(())
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
        self.measuring.enter();
        self.scored.push((0, Score::Absent));
    }

    /// What was found.
    fn finish(self) -> Searched {
        let Register { excluded, refused, refused_because, .. } = self.register;
        let columns = self.measuring.finish();
        Searched { trials: self.trials, columns, excluded, refused, refused_because }
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

    /// Looks jobs up in the cache, replays and caches the others; returns the outcomes by trial, and the numbers of
    /// replayed and of cached jobs.
    fn replay_new(
        &mut self,
        trials: &[usize],
        mut jobs: Vec<TrialJob>,
    ) -> Result<(Vec<Outcomes>, usize, usize), SweepError> {
        let mut keys = Vec::new();
        for job in &jobs {
            keys.extend(job.windows.iter().map(|&window| self.keys.key(&job.setup, window)));
        }
        let known = self.trial_cache.find(&keys).map_err(SweepError::TrialCache)?;
        let found = known.iter().flatten().count();
        let mut known = keys.into_iter().zip(known);
        let mut open_keys = Vec::new();
        let mut fresh: Vec<Outcomes> = trials.iter().map(|_| vec![None; self.plan.windows.len()]).collect();
        for ((job, &trial), outcomes) in jobs.iter_mut().zip(trials).zip(&mut fresh) {
            let mut open = Vec::new();
            for &window in &job.windows {
                match known.next() {
                    Some((key, Some(outcome))) => {
                        outcomes[window] = Some(self.keep(trial, window, key, outcome))
                    }
                    Some((key, None)) => {
                        open_keys.push(key);
                        open.push(window);
                    }
                    None => {}
                }
            }
            job.windows = open;
        }
        let replayed = open_keys.len();
        let found_now = self.evaluate(trials, &jobs, &open_keys)?;
        if replayed > 0 {
            let batch: Vec<_> = open_keys.iter().copied().zip(found_now.iter().flatten()).collect();
            self.trial_cache.append(&batch).map_err(SweepError::TrialCache)?;
        }
        let mut open_keys = open_keys.into_iter();
        for (((job, &trial), found), outcomes) in jobs.iter().zip(trials).zip(found_now).zip(&mut fresh) {
            for ((&window, outcome), key) in job.windows.iter().zip(found).zip(&mut open_keys) {
                outcomes[window] = Some(self.keep(trial, window, key, outcome));
            }
        }
        Ok((fresh, replayed, found))
    }

    /// Evaluates these jobs of trials: in other processes where there are any, and here what they leave.
    fn evaluate(
        &mut self,
        trials: &[usize],
        jobs: &[TrialJob],
        keys: &[JobKey],
    ) -> Result<Vec<Vec<WindowOutcome>>, SweepError> {
        let Some(elsewhere) = self.elsewhere.filter(|_| !keys.is_empty()) else {
            return Ok(self.evaluator.evaluate(jobs));
        };
        let mut open = Vec::with_capacity(keys.len());
        let mut rest = keys.iter();
        for (job, &trial) in jobs.iter().zip(trials) {
            let values = &self.trials[trial].values;
            open.extend(job.windows.iter().zip(&mut rest).map(|(&window, &key)| OpenJob {
                values,
                window,
                key,
            }));
        }
        let mut found = elsewhere.evaluate(&open, &|| self.observer.cancelled());
        found.resize_with(keys.len(), || None);
        if self.observer.cancelled() {
            let batch: Vec<_> = keys
                .iter()
                .zip(&found)
                .filter_map(|(&key, outcome)| Some((key, outcome.as_ref()?)))
                .collect();
            self.trial_cache.append(&batch).map_err(SweepError::TrialCache)?;
            return Err(SweepError::Interrupted { trials: self.trials.len() });
        }
        let mut missing = found.iter().map(Option::is_none);
        let left = |job: &TrialJob| {
            let windows = job.windows.iter().copied().zip(&mut missing).filter(|(_, missing)| *missing);
            TrialJob { windows: windows.map(|(window, _)| window).collect(), setup: job.setup.clone() }
        };
        let left: Vec<TrialJob> = jobs.iter().map(left).collect();
        let mut here = self.evaluator.evaluate(&left).into_iter().flatten();
        let mut all = found.into_iter().filter_map(|outcome| outcome.or_else(|| here.next()));
        Ok(jobs.iter().map(|job| all.by_ref().take(job.windows.len()).collect()).collect())
    }

    /// Enters where a trial's outcome is: in the cache, or in memory where that keeps nothing.
    fn keep(
        &mut self,
        trial: usize,
        window: usize,
        key: JobKey,
        outcome: WindowOutcome,
    ) -> Arc<WindowOutcome> {
        let outcome = Arc::new(outcome);
        let kept = if self.trial_cache.keeps() {
            TrialOutcome::Cached(key)
        } else {
            TrialOutcome::InMemory(Arc::clone(&outcome))
        };
        self.trials[trial].outcomes[window] = Some(kept);
        outcome
    }
}
