//! The key of a tournament's job. That of a sweep's job is `sweep::JobKeys`.

use super::super::{Prepared, RunError};
use super::Keep;
use crate::domain::AgentName;
use crate::scenario::{AgentSpec, StrategyKind};
use crate::store::outcomes::{JobsOf, PACK_FORMAT};
use crate::store::{RunId, identify};
use crate::sweep::JobKey;

/// The key of an agent in the window with this number: valid for this run alone, and this layout of what is kept.
pub(super) fn tournament_key(keep: Keep, run: &RunId, agent: &AgentName, window: u32) -> JobKey {
    let mut hash = blake3::Hasher::new_derive_key(match keep {
        Keep::Full => "tiltyard 2026 tournament job",
        Keep::Scores => "tiltyard 2026 tournament job, scores",
    });
    hash.update(run.full().as_bytes());
    hash.update(&PACK_FORMAT.to_le_bytes());
    hash.update(&window.to_le_bytes());
    hash.update(agent.as_str().as_bytes());
    JobKey(*hash.finalize().as_bytes())
}

/// The run that shards of a scenario work on, and the kind of its jobs.
///
/// # Errors
/// [`RunError::ProgramsInShards`] where only one process can record what agents answer, [`RunError::ScoresOfSweep`].
pub(super) fn job_kind(prepared: &Prepared, keep: Keep) -> Result<(RunId, JobsOf), RunError> {
    let scenario = &prepared.scenario;
    let program = |agent: &&AgentSpec| {
        matches!(agent.strategy.kind, StrategyKind::Process(_) | StrategyKind::Recorded(_))
    };
    let names: Vec<String> =
        scenario.agents.iter().filter(program).map(|agent| agent.name.to_string()).collect();
    let run = identify(scenario, &prepared.market);
    match (&scenario.sweep, names.is_empty(), keep) {
        (Some(_), _, Keep::Scores) => Err(RunError::ScoresOfSweep),
        // A program cannot be swept; it takes part in the winner's run alone, which the merge replays.
        (Some(_), _, Keep::Full) => Ok((run, JobsOf::Sweep)),
        (None, true, Keep::Full) => Ok((run, JobsOf::Tournament)),
        (None, true, Keep::Scores) => Ok((run, JobsOf::Scores)),
        (None, false, _) => Err(RunError::ProgramsInShards { names }),
    }
}
