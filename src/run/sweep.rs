//! A sweep: many values for an agent's parameters, then the scenario with the winner's values in place.

use super::observer::{CancelOnly, Relay};
use super::{Kept, Prepared, RunError, RunEvent, RunObserver, check_memory};
use crate::scenario::{Scenario, SearchKind, SweepSpec};
use crate::sweep::validation::{OutOfSample, validate};
use crate::sweep::{self, Searched, Space, SweepError, SweepPlan, TrialCache, best};
use crate::tournament::{self, INDICATOR_MEMORY, RunOptions, Tournament, TournamentPlan};

/// Bytes that a sweep's indicator columns may take where nothing else is asked for: they are kept from batch to
/// batch.
pub const SWEEP_MEMORY: usize = INDICATOR_MEMORY;

/// What a sweep found.
#[derive(Debug)]
pub struct SweepResult {
    /// Trials that were evaluated, with their scores and returns; their outcomes are in the cache, where it keeps them.
    pub searched: Searched,
    /// How choices did on windows that they were not made by, where the scenario has a `[validation]`.
    pub validation: Option<OutOfSample>,
    /// The scenario with the best trial's values in place, its own values where no trial has a score.
    pub scenario: Scenario,
    /// Whether a trial won.
    pub has_winner: bool,
    /// That scenario's agents over all windows.
    pub tournament: Tournament,
}

/// Searches, validates, and replays the winner among the others. Outcomes that `cache` has are not computed again.
///
/// ```no_run
/// use tiltyard::prelude::*;
/// use tiltyard::run::{NoCache, SWEEP_MEMORY, sweep};
///
/// let source = ScenarioSource::read("scenarios/sweep_sma_cross.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// let options = RunOptions { memory: SWEEP_MEMORY, ..RunOptions::default() };
/// let found = sweep(&prepared, &mut NoCache, options, &NoProgress)?;
/// println!("{} trials", found.searched.trials.len());
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError::NoSweep`], [`RunError::Memory`] for more trials than fit, [`RunError::NothingToTry`], [`RunError::TrialCache`], [`RunError::Interrupted`].
pub fn sweep(
    prepared: &Prepared,
    cache: &mut dyn TrialCache,
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<SweepResult, RunError> {
    let scenario = &prepared.scenario;
    let spec = scenario.sweep.as_ref().ok_or(RunError::NoSweep)?;
    let plan = prepared.plan();
    let asked =
        SweepPlan { elsewhere: prepared.elsewhere.as_deref(), ..SweepPlan::here(plan, spec, options) };
    check_memory(sweep::foreseen(&asked, cache.keeps()))?;
    let (searched, validation) = search(&asked, cache, observer)?;
    let winner = with_winner(scenario, spec, &searched);
    let has_winner = winner.is_some();
    let scenario = winner.unwrap_or_else(|| scenario.clone());
    let plan = TournamentPlan { scenario: &scenario, ..plan };
    let tournament = tournament::run_entrants(&plan, &prepared.own, &CancelOnly(observer), options)
        .map_err(|error| RunError::from(error).keeping(Kept::Batches))?;
    Ok(SweepResult { searched, validation, has_winner, tournament, scenario })
}

/// The sweep and its validation.
fn search(
    sweep: &SweepPlan<'_>,
    cache: &mut dyn TrialCache,
    observer: &dyn RunObserver,
) -> Result<(Searched, Option<OutOfSample>), RunError> {
    let SweepPlan { plan, spec, .. } = *sweep;
    let windows: Vec<usize> = (0..plan.windows.len()).collect();
    observer.event(&RunEvent::SweepStarted { jobs: jobs(spec, windows.len()) });
    let relay = Relay(observer);
    let searched = sweep::run(sweep, &windows, cache, &relay).map_err(failure)?;
    let validation = plan
        .scenario
        .validation
        .map(|validation| validate(sweep, validation, &searched, cache, &relay).map_err(failure));
    let validation = validation.transpose()?;
    observer.event(&RunEvent::SweepDone { trials: searched.trials.len() });
    Ok((searched, validation))
}

/// How many jobs a sweep has, where it can be known beforehand.
fn jobs(spec: &SweepSpec, windows: usize) -> Option<usize> {
    let trials = spec.trials.map(|trials| trials as usize).or_else(|| Space::of(spec).combinations());
    let known = spec.search != SearchKind::SuccessiveHalving && spec.conditions.is_empty();
    trials.filter(|_| known).map(|trials| trials.saturating_mul(windows))
}

/// The scenario with the best trial's values in place; none where no trial has a score.
fn with_winner(scenario: &Scenario, spec: &SweepSpec, searched: &Searched) -> Option<Scenario> {
    let values = best(&searched.columns.scores).map(|index| searched.trials[index].values.clone())?;
    let setup = spec.setups(&[values]).pop().and_then(Result::ok)?;
    let mut won = scenario.clone();
    won.venue = setup.venue;
    for agent in won.agents.iter_mut().filter(|agent| agent.name == spec.agent) {
        *agent = setup.agent.clone();
    }
    Some(won)
}

pub(super) fn failure(error: SweepError) -> RunError {
    match error {
        SweepError::Interrupted { trials } => {
            RunError::Interrupted { done: format!("{trials} trials"), kept: Kept::Batches }
        }
        #[cfg(feature = "store")]
        SweepError::TrialCache(error) => match error.downcast::<crate::store::StoreError>() {
            Ok(error) => RunError::Store(*error),
            Err(error) => RunError::TrialCache(error),
        },
        #[cfg(not(feature = "store"))]
        SweepError::TrialCache(error) => RunError::TrialCache(error),
        SweepError::Learns { search } => RunError::SearchLearns { search: search.as_str() },
        SweepError::NothingToTry { reason } => RunError::NothingToTry { reason },
    }
}
