//! `tiltyard diff`: what differs between stored runs, in settings and results.

use std::path::PathBuf;

use clap::Args;

use super::{Exit, Failure, output};
use crate::report::terminal;
use crate::store::{StoreError, StoredRun, find_run};

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_help = Exit::help())]
pub struct DiffArgs {
    /// Runs to compare: run ids or prefixes of them, scenario names (their latest runs), or run folders.
    #[arg(required = true, num_args = 2..)]
    pub runs: Vec<String>,
    /// Output folder that holds the store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Shows the settings that differ, each agent's results in every run, and the verdicts.
///
/// # Errors
/// Where there is no such run, or it cannot be read.
pub fn diff(args: &DiffArgs) -> Result<Exit, Failure> {
    let load = |run: &String| StoredRun::load(&find_run(&args.out, run)?);
    let runs = args.runs.iter().map(load).collect::<Result<Vec<_>, StoreError>>()?;
    let text = match args.json {
        true => terminal::run_differences_json(&runs).map_err(crate::report::ReportError::from)?,
        false => terminal::run_differences(&runs, output::style()),
    };
    output::result(&text)?;
    Ok(Exit::Done)
}
