//! `tiltyard battle rematch`: the scenario of a finished run, changed, as a new run.

use std::path::{Path, PathBuf};

use super::super::args::{EngineArg, RunArgs};
use super::super::{Exit, Failure, load, run};
use super::args::RematchArgs;
use crate::scenario::{EditError, Edited, edit};
use crate::store::registry::StoredAgents;
use crate::store::{Index, StoreError, StoredRun, find_run};

/// Changes, reads, replays, stores, prints.
///
/// # Errors
/// Where there is no such run, a change leads nowhere, or the changed scenario cannot be run.
pub fn rematch(args: &RematchArgs) -> Result<Exit, Failure> {
    let stored = StoredRun::load(&find_run(&args.out, &args.run)?)?;
    let file = stored.folder.join("scenario.toml");
    let text = crate::decode::read_text(&file).map_err(|source| StoreError::Read { path: file, source })?;
    let change = Edited {
        rematch_of: Some(&stored.run.run_id),
        agents: args.agents.as_deref(),
        settings: &args.settings,
    };
    let text = edit(&text, &change).map_err(|error| refused(&error))?;
    let title = PathBuf::from(format!("rematch of {}", stored.run.run_id));
    let base_dir = base_dir(&args.out, &stored);
    let read = load::read_text(&title, text, &base_dir, &StoredAgents::of(&args.out))?;
    let as_run = RunArgs {
        file: title,
        out: args.out.clone(),
        threads: args.threads,
        memory: args.memory,
        engine: EngineArg::default(),
        dry_run: false,
        json: args.json,
        csv: args.csv,
        quiet: args.quiet,
    };
    run::run_read(&as_run, &read)
}

/// The folder that the first run's relative paths were tried against, where the index knows it.
fn base_dir(out: &Path, stored: &StoredRun) -> PathBuf {
    let known = Index::open_existing(out).and_then(|index| index.base_dir(&stored.run.identity));
    known.ok().flatten().unwrap_or_else(|| stored.folder.clone())
}

fn refused(error: &EditError) -> Failure {
    let help = match error {
        EditError::NotToml { .. } => "the run's scenario.toml was modified".to_owned(),
        EditError::NoPath { .. } => {
            "a path consists of keys, such as battle.ranking_metric or agents.NAME.strategy.fast".to_owned()
        }
        EditError::NoAgent { known, .. } => format!("its agents are {}", known.join(", ")),
    };
    Failure::plain(Exit::Usage, error, help)
}
