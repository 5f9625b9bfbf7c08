//! The scenario of a finished run, changed, to be run again.

use std::path::{Path, PathBuf};

use super::{RunError, ScenarioSource};
use crate::decode;
use crate::scenario::{Edited, edit};
use crate::store::registry::StoredAgents;
use crate::store::{Index, StoreError, StoredRun, find_run};

/// Which run, and what is different this time.
#[derive(Debug, Clone, Copy)]
pub struct RematchRequest<'a> {
    /// The store of the run.
    pub out: &'a Path,
    /// A run id or its beginning, a scenario's name (its latest run), or a run folder.
    pub run: &'a str,
    /// Who takes part, by name; the same agents where none are given.
    pub agents: Option<&'a [String]>,
    /// Settings of the scenario, by path: `("battle.ranking_metric", "sharpe_ratio")`.
    pub settings: &'a [(String, String)],
}

/// The changed scenario, which names the run as its parent. Prepare and run it as any other.
///
/// # Errors
/// [`RunError::Store`] where there is no such run, [`RunError::Edit`] where a change leads nowhere,
/// [`RunError::InvalidScenario`] where the changed scenario is wrong.
pub fn rematch(request: &RematchRequest<'_>) -> Result<ScenarioSource, RunError> {
    let stored = StoredRun::load(&find_run(request.out, request.run)?)?;
    let file = stored.folder.join("scenario.toml");
    let text = decode::read_text(&file).map_err(|source| StoreError::Read { path: file, source })?;
    let change =
        Edited { rematch_of: Some(&stored.run.run_id), agents: request.agents, settings: request.settings };
    let text = edit(&text, &change)?;
    let title = PathBuf::from(format!("rematch of {}", stored.run.run_id));
    let base_dir = base_dir(request.out, &stored);
    ScenarioSource::parse(&title, text, &base_dir, &StoredAgents::of(request.out))
}

/// The folder that the first run's relative paths were tried against, where the index knows it.
fn base_dir(out: &Path, stored: &StoredRun) -> PathBuf {
    let known = Index::open_existing(out).and_then(|index| index.base_dir(&stored.run.identity));
    known.ok().flatten().unwrap_or_else(|| stored.folder.clone())
}
