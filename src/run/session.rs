//! A session: one agent plays one window over HTTP. Its result is the replay of its answers, as that of a program.
//!
//! Playing asks the agent and keeps each answer in a journal before the next question; storing replays the journal and
//! publishes the run. Invariants: what the journal holds is never asked again, so that a session goes on after any stop;
//! nothing is stored but what the journal says.

use std::path::PathBuf;

use super::{
    Destination, Prepared, Programs, RunError, ScenarioSource, SessionAnswers, prepare, prepare_with, run,
};
use super::{RunObserver, run_and_store};
use crate::domain::{Cash, Timestamp};
use crate::engine::ReplayStatus;
use crate::scenario::{NoRegistry, SessionAgent, session_text};
use crate::store::StoredRun;
use crate::tournament::{NoProgress, RunOptions};

/// What a played session came to.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SessionEnd {
    /// `completed`, `disqualified` or `forfeit`.
    pub status: String,
    /// Why, where it is not completed.
    pub reason: Option<String>,
    /// Equity at the start, in quote currency.
    pub starting_balance: Cash,
    /// Equity at the end.
    pub final_equity: Cash,
    /// Number of fills.
    pub fills: usize,
}

/// The span of each window of a scenario, whoever plays in it.
///
/// # Errors
/// As [`prepare`].
pub fn session_windows(
    text: &str,
    base_dir: &std::path::Path,
) -> Result<Vec<(Timestamp, Timestamp)>, RunError> {
    let idle = SessionAgent { name: "agent", strategy: "{ kind = \"cash\" }", version: None };
    let source = parse(&session_text(text, &idle, None)?, base_dir)?;
    let prepared = prepare(&source.scenario, &[])?;
    Ok(prepared.windows.iter().map(|window| (window.start, window.end)).collect())
}

fn parse(text: &str, base_dir: &std::path::Path) -> Result<ScenarioSource, RunError> {
    ScenarioSource::parse("session".as_ref(), text.to_owned(), base_dir, &NoRegistry)
}

/// Plays a session: goes on after the answers that are known, and waits for each further one.
///
/// # Errors
/// As [`prepare`]; [`RunError::Interrupted`] where the session was abandoned, [`RunError::NotKept`] where an answer could
/// not be kept, [`RunError::Recording`] where what was asked before would be asked otherwise now.
pub fn play_session(source: &ScenarioSource, answers: SessionAnswers) -> Result<SessionEnd, RunError> {
    let prepared = prepared(source, answers)?;
    let result = run(&prepared, RunOptions::default(), &NoProgress)?;
    let window = result.tournament.agents.first().and_then(|agent| agent.windows.first());
    let Some(window) = window else { return Err(RunError::NoScenario) };
    let replay = &window.replay;
    let reason = match &replay.status {
        ReplayStatus::Forfeit { reason, .. } => Some(reason.clone()),
        status if status.as_str() == "completed" => None,
        status => Some(status.as_str().to_owned()),
    };
    Ok(SessionEnd {
        status: replay.status.as_str().to_owned(),
        reason,
        starting_balance: prepared.scenario.agents[0].starting_balance,
        final_equity: replay.final_equity,
        fills: replay.fills.len(),
    })
}

/// Stores the run of a session that was played to its end.
///
/// # Errors
/// As [`run_and_store`].
pub fn store_session(
    source: &ScenarioSource,
    file: PathBuf,
    out: &std::path::Path,
    observer: &dyn RunObserver,
) -> Result<StoredRun, RunError> {
    let prepared = prepared(source, SessionAnswers { file, mailbox: None })?;
    let destination = Destination { out, text: &source.text, csv: false };
    run_and_store(&prepared, &destination, RunOptions::default(), observer)
}

fn prepared(source: &ScenarioSource, session: SessionAnswers) -> Result<Prepared, RunError> {
    let programs = Programs { session: Some(session), ..Programs::default() };
    prepare_with(&source.scenario, &[], &programs)
}
