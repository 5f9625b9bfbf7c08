//! Every agent over every window, ranked: a run in memory.

use std::collections::BTreeMap;

use super::estimate::results;
use super::observer::Relay;
use super::{Kept, Prepared, RunError, RunEvent, RunObserver, check_memory};
use crate::domain::{AgentName, UsageTotals};
use crate::tournament::{
    self, Assessment, CutoffSplit, Results, RunOptions, Tournament, assess, cutoff_splits,
};

/// What a run gave.
#[derive(Debug)]
pub struct RunResult {
    /// Every agent in every window, the ranking of each window, and the leaderboard.
    pub tournament: Tournament,
    /// Standings and format, where the scenario has a `[tournament]`.
    pub assessment: Option<Assessment>,
    /// The standings before and after each training cutoff of agents' models.
    pub cutoffs: Vec<CutoffSplit>,
    /// What programs used of language models, by agent and window.
    pub usage: BTreeMap<(AgentName, u32), UsageTotals>,
    /// The run in the store, where it was stored.
    #[cfg(feature = "store")]
    pub stored: Option<crate::store::StoredRun>,
}

/// Replays every agent over every window on the threads of the current pool, and ranks them. Stores nothing.
///
/// ```
/// use tiltyard::prelude::*;
///
/// let source = ScenarioSource::read("scenarios/daily_rotation.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// let result = run(&prepared, RunOptions::default(), &NoProgress)?;
/// for row in &result.tournament.leaderboard.rankings {
///     println!("{:?} {} {:?}", row.rank, row.name, row.score);
/// }
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError::Interrupted`] where the observer cancels, [`RunError::Format`] where the scores do not suit the
/// tournament's format.
pub fn run(
    prepared: &Prepared,
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<RunResult, RunError> {
    let plan = prepared.plan();
    check_memory(results(prepared))?;
    observer.event(&RunEvent::ReplayStarted { jobs: plan.jobs() });
    let tournament =
        tournament::run_known(&plan, &prepared.own, &*prepared.known, &Relay(observer), options)?;
    match prepared.collector.abandoned() {
        Some(Some(failure)) => return Err(RunError::NotKept { failure }),
        Some(None) => {
            return Err(RunError::Interrupted { done: "0 of 1 jobs".to_owned(), kept: Kept::Nothing });
        }
        None => {}
    }
    if let Some(difference) = prepared.collector.difference() {
        return Err(RunError::Recording { difference });
    }
    observer.event(&RunEvent::ReplayDone);
    let results = Results::of(&tournament, &prepared.scenario)?;
    let assessment = assessment(prepared, &results, observer)?;
    Ok(RunResult {
        cutoffs: cutoff_splits(&results, &prepared.scenario, &prepared.windows),
        usage: prepared.collector.usage(),
        tournament,
        assessment,
        #[cfg(feature = "store")]
        stored: None,
    })
}

pub(super) fn assessment(
    prepared: &Prepared,
    results: &Results,
    observer: &dyn RunObserver,
) -> Result<Option<Assessment>, RunError> {
    let Some(spec) = &prepared.scenario.tournament else { return Ok(None) };
    let (windows, agents) = (results.matrix.windows().len(), results.matrix.agents().len());
    observer.event(&RunEvent::StandingsStarted { resamples: spec.resamples as usize, windows, agents });
    let found = assess(results, spec);
    observer.event(&RunEvent::StandingsDone);
    Ok(Some(found?))
}
