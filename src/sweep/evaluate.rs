//! Evaluates a batch of trials: the only place where combinations are replayed.
//!
//! Trials that differ in nothing but their strategy are replayed by the batch engine: those of a crossing strategy
//! together, those of strategies that decide by the bars alone side by side. All others go through the general
//! engine. Both give the same outcome, bit by bit.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::WindowOutcome;
use crate::engine::batch::{Batch, Ineligible, Prepared, ReplaySummary};
use crate::engine::{Job, Loop};
use crate::indicator::{Budget, History, IndicatorCache};
use crate::metrics::{MetricInputs, Sampled};
use crate::scenario::{StrategySpec, TrialSetup};
use crate::strategy::{Setup, decides_by_bars, points_by_bars};
use crate::tournament::{RunOptions, TournamentPlan, replay_agent};

/// One combination and the windows to replay it in.
#[derive(Debug, Clone)]
pub struct TrialJob {
    /// The configuration to replay.
    pub setup: TrialSetup,
    /// Indexes of the plan's windows.
    pub windows: Vec<usize>,
}

/// Replays trials of one plan. Batches share the indicator columns of their windows, as far as the memory
/// budget allows.
#[derive(Debug)]
pub struct Evaluator<'a> {
    plan: TournamentPlan<'a>,
    options: RunOptions,
    caches: Vec<IndicatorCache>,
}

impl<'a> Evaluator<'a> {
    /// An evaluator for the windows of a plan.
    pub fn new(plan: TournamentPlan<'a>, options: RunOptions) -> Self {
        let budget = Arc::new(Budget::of(options.memory));
        let caches = plan.windows.iter().map(|_| IndicatorCache::within(Arc::clone(&budget))).collect();
        Self { plan, options, caches }
    }

    /// Replays a batch on the threads of the current rayon pool. Returns one list per trial and one outcome
    /// per window, in order.
    pub fn evaluate(&self, batch: &[TrialJob]) -> Vec<Vec<WindowOutcome>> {
        let jobs: Vec<(&TrialSetup, usize)> = batch
            .iter()
            .flat_map(|job| job.windows.iter().map(move |&window| (&job.setup, window)))
            .collect();
        let mut together = self.together(&jobs);
        let outcomes: Vec<WindowOutcome> = jobs
            .par_iter()
            .zip(together.par_iter_mut())
            .with_max_len(1)
            .map(|(&(setup, window), done)| done.take().unwrap_or_else(|| self.replay(setup, window)))
            .collect();
        let mut outcomes = outcomes.into_iter();
        batch.iter().map(|job| outcomes.by_ref().take(job.windows.len()).collect()).collect()
    }

    /// Replays one job with the general engine.
    fn replay(&self, setup: &TrialSetup, window: usize) -> WindowOutcome {
        let TournamentPlan { scenario, market, windows } = self.plan;
        let TrialSetup { agent, venue } = setup;
        let cache = &self.caches[window];
        let replay = replay_agent(&self.plan, venue, agent, &windows[window], cache, self.options.engine);
        WindowOutcome::of(&replay, market, &scenario.metrics)
    }

    /// Replays with the batch engine where it applies: jobs of one window that differ only in their
    /// strategies. `None` for the others.
    pub(super) fn together(&self, jobs: &[(&TrialSetup, usize)]) -> Vec<Option<WindowOutcome>> {
        let mut done: Vec<Option<WindowOutcome>> = jobs.iter().map(|_| None).collect();
        // The bar-by-bar loop is the oracle, so the batch engine must not replace it.
        if self.options.engine == Loop::BarByBar {
            return done;
        }
        let mut groups: BTreeMap<(usize, String), Vec<usize>> = BTreeMap::new();
        for (index, &(setup, window)) in jobs.iter().enumerate() {
            let spec = &setup.agent.strategy;
            if batched(spec) {
                groups.entry((window, batch_key(setup))).or_default().push(index);
            }
        }
        let groups: Vec<((usize, String), Vec<usize>)> = groups.into_iter().collect();
        let outcomes: Vec<(usize, WindowOutcome)> =
            groups.par_iter().flat_map(|((window, _), indexes)| self.group(*window, jobs, indexes)).collect();
        for (index, outcome) in outcomes {
            done[index] = Some(outcome);
        }
        done
    }

    /// Why a trial is replayed by the general engine in a window; `None` where the batch engine takes it. On margin it is
    /// followed through the window: a liquidation shows only there.
    pub fn why_alone(&self, setup: &TrialSetup, window: usize) -> Option<Ineligible> {
        let (market, periods) = (self.plan.market, self.plan.scenario.metrics.periods_per_year);
        let sampled = Sampled::of(market, self.plan.windows[window].window.ticks, periods);
        let prepared = match self.batch(setup, window, &sampled).prepare() {
            Ok(prepared) => prepared,
            Err(why) => return Some(why),
        };
        match prepared.is_on_margin() {
            true => prepared.follow(&setup.agent.strategy, &self.setup(setup, window)).err(),
            false => prepared.eligible(&setup.agent.strategy).err(),
        }
    }

    /// What a strategy is prepared with in a window.
    fn setup<'s>(&'s self, trial: &'s TrialSetup, window: usize) -> Setup<'s> {
        let TournamentPlan { scenario, market, windows } = self.plan;
        let window_of = windows[window].window;
        let history = History {
            market,
            cache: &self.caches[window],
            ticks: window_of.ticks,
            warm_up: scenario.market.warm_up,
        };
        Setup { history, seed: scenario.seed, agent: trial.agent.name.as_str(), window: window_of.index }
    }

    /// What all trials like this one have in common in a window.
    fn batch<'s>(&'s self, setup: &'s TrialSetup, window: usize, sampled: &'s Sampled) -> Batch<'s> {
        let TournamentPlan { scenario, market, windows } = self.plan;
        let TrialSetup { agent, venue } = setup;
        let job = Job {
            market,
            window: windows[window].window,
            venue,
            delisted: scenario.market.delisted,
            starting_balance: agent.starting_balance,
            carried: &[],
            risk: &agent.risk,
        };
        Batch { job, warm_up: scenario.market.warm_up, samples: &sampled.ticks }
    }

    /// The outcomes of a group, with their indexes, for the jobs that the batch engine supports.
    fn group(
        &self,
        window: usize,
        jobs: &[(&TrialSetup, usize)],
        indexes: &[usize],
    ) -> Vec<(usize, WindowOutcome)> {
        let TournamentPlan { scenario, market, windows } = self.plan;
        let Some(setup) = indexes.first().map(|&index| jobs[index].0) else { return Vec::new() };
        let span = &windows[window];
        let sampled = Sampled::of(market, span.window.ticks, scenario.metrics.periods_per_year);
        let Ok(prepared) = self.batch(setup, window, &sampled).prepare() else { return Vec::new() };
        let (decided, crosses): (Vec<usize>, Vec<usize>) =
            indexes.iter().partition(|&&index| prepared.follows(&jobs[index].0.agent.strategy));
        let measured = |index: usize, outcome: ReplaySummary| {
            let observed = MetricInputs::of_condensed(outcome, market, &sampled);
            (index, WindowOutcome::observed(&observed, &scenario.metrics))
        };
        let part = |indexes: &[usize]| indexes.len().div_ceil(rayon::current_num_threads()).max(1);
        let crosses = crosses.par_chunks(part(&crosses)).flat_map(|part| run(&prepared, jobs, part));
        let decided = decided.par_chunks(part(&decided).min(SIDE_BY_SIDE)).flat_map(|part| {
            let trials = part.iter().map(|&index| {
                let trial = jobs[index].0;
                (&trial.agent.strategy, self.setup(trial, window))
            });
            let (trials, mut found) = (trials.collect::<Vec<_>>(), Vec::with_capacity(part.len()));
            prepared.follow_all(&trials, |place, outcome| {
                found.extend(outcome.ok().map(|outcome| measured(part[place], outcome)));
            });
            found
        });
        crosses.map(|(index, outcome)| measured(index, outcome)).chain(decided).collect()
    }
}

/// Trials that one thread takes together.
const SIDE_BY_SIDE: usize = 64;

/// Whether the batch engine may take a strategy: it decides by the bars of its symbol, or of each of its symbols.
fn batched(spec: &StrategySpec) -> bool {
    spec.symbols.len() > 1 || points_by_bars(spec) || decides_by_bars(spec)
}

/// Key of the jobs that can be replayed together: everything but the strategy.
fn batch_key(setup: &TrialSetup) -> String {
    let TrialSetup { agent, venue } = setup;
    format!("{venue:?} {:?} {}", agent.risk, agent.starting_balance)
}

fn run(
    prepared: &Prepared<'_>,
    jobs: &[(&TrialSetup, usize)],
    indexes: &[usize],
) -> Vec<(usize, ReplaySummary)> {
    let specs: Vec<StrategySpec> =
        indexes.iter().map(|&index| jobs[index].0.agent.strategy.clone()).collect();
    let mut found = Vec::with_capacity(specs.len());
    prepared.run(&specs, |index, outcome| {
        if let Ok(condensed) = outcome {
            found.push((indexes[index], condensed));
        }
    });
    found
}
