//! The scenario of a finished run, changed, to be run again.

use std::path::{Path, PathBuf};

use super::{Entrant, RunError, ScenarioSource};
use crate::decode;
use crate::scenario::{Edited, Scenario, edit};
use crate::store::registry::StoredAgents;
use crate::store::{EntrantRecord, Index, StoreError, StoredRun, find_run};

/// Which run, and what is different this time.
#[derive(Debug, Clone, Copy)]
pub struct RematchRequest<'a> {
    /// The store of the run.
    pub out: &'a Path,
    /// A run id or a prefix of it, a scenario name (its latest run), or a run folder.
    pub run: &'a str,
    /// Who takes part, by name; the same agents where none are given.
    pub agents: Option<&'a [String]>,
    /// Agents of the program's own that will be given to [`prepare`](super::prepare()).
    pub entrants: &'a [Entrant],
    /// Settings of the scenario, by path: `("battle.ranking_metric", "sharpe_ratio")`.
    pub settings: &'a [(String, String)],
}

/// The changed scenario, which names the run as its parent. Prepare and run it as any other.
///
/// ```no_run
/// use tiltyard::prelude::*;
/// use tiltyard::run::{RematchRequest, rematch};
///
/// let settings = [("battle.ranking_metric".to_owned(), "sharpe_ratio".to_owned())];
/// let request =
///     RematchRequest { out: "reports".as_ref(), run: "3f2a9c", agents: None, entrants: &[], settings: &settings };
/// let source = rematch(&request)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError::Store`] where there is no such run, [`RunError::Edit`] where a change leads nowhere,
/// [`RunError::InvalidScenario`] where the changed scenario is wrong.
pub fn rematch(request: &RematchRequest<'_>) -> Result<ScenarioSource, RunError> {
    let stored = StoredRun::load(&find_run(request.out, request.run)?)?;
    check_own(&stored, request)?;
    let file = stored.folder.join("scenario.toml");
    let text = decode::read_text(&file).map_err(|source| StoreError::Read { path: file, source })?;
    let change =
        Edited { rematch_of: Some(&stored.run.run_id), agents: request.agents, settings: request.settings };
    let text = edit(&text, &change)?;
    let title = PathBuf::from(format!("rematch of {}", stored.run.run_id));
    let base_dir = base_dir(request.out, &stored);
    let source = ScenarioSource::parse(&title, text, &base_dir, &StoredAgents::of(request.out))?;
    check_files(&stored, &source, request)?;
    Ok(source)
}

/// Refuses to decide by other signals or another module than the run, without a word: the file has changed. An agent
/// whose strategy is changed may well have another file.
fn check_files(
    stored: &StoredRun,
    source: &ScenarioSource,
    request: &RematchRequest<'_>,
) -> Result<(), RunError> {
    if stored.run.agents.iter().all(|agent| digest(agent).is_none()) {
        return Ok(());
    }
    let mut scenario = source.scenario.clone();
    read_signals(&mut scenario)?;
    super::modules::read(&mut scenario)?;
    let changes = |name: &str| {
        let path = format!("agents.{name}.strategy");
        request.settings.iter().any(|(key, _)| key.starts_with(&path))
    };
    let now = |name: &str| {
        let agent = scenario.agents.iter().find(|agent| agent.name.as_str() == name)?;
        agent.strategy.kind.file_digest()
    };
    let differs = |agent: &&EntrantRecord| {
        let name = agent.name.as_str();
        now(name).is_some_and(|now| digest(agent) != Some(now)) && !changes(name)
    };
    let names: Vec<String> =
        stored.run.agents.iter().filter(differs).map(|agent| agent.name.clone()).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(RunError::FilesChanged { run: stored.run.run_id.clone(), names })
}

/// The content of the file that an agent had in the run.
fn digest(agent: &EntrantRecord) -> Option<&str> {
    agent.signals.as_deref().or(agent.module.as_deref())
}

#[cfg(feature = "import")]
fn read_signals(scenario: &mut Scenario) -> Result<(), RunError> {
    super::signals::read(scenario).map(|_| ())
}

#[cfg(not(feature = "import"))]
fn read_signals(scenario: &mut Scenario) -> Result<(), RunError> {
    super::checks::no_signals(scenario)
}

/// Refuses to leave out, without a word, agents that the run had from the program that made it.
fn check_own(stored: &StoredRun, request: &RematchRequest<'_>) -> Result<(), RunError> {
    let given = |name: &str| request.entrants.iter().any(|entrant| entrant.name() == name);
    let own = stored.run.agents.iter().filter(|agent| agent.version.is_some() && !given(&agent.name));
    let names: Vec<String> = own.map(|agent| agent.name.clone()).collect();
    if names.is_empty() || request.agents.is_some() {
        return Ok(());
    }
    Err(RunError::OwnAgents { run: stored.run.run_id.clone(), names })
}

/// The folder that the first run's relative paths were tried against, where the index knows it.
fn base_dir(out: &Path, stored: &StoredRun) -> PathBuf {
    let known = Index::open_existing(out).and_then(|index| index.base_dir(&stored.run.identity));
    known.ok().flatten().unwrap_or_else(|| stored.folder.clone())
}
