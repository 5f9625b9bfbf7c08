//! `tiltyard merge`: what shards have published becomes a run.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::args::{EngineArg, KeepArg, OutputArgs, duration};
use super::super::run::{Made, Merge, run_source};
use super::super::{Exit, Failure, programs};
use crate::run::{ScenarioSource, WaitForShards};
use crate::store::registry::StoredAgents;

/// Longest time between two looks at the packs.
const LOOK: Duration = Duration::from_secs(15);

/// Arguments of `merge`.
#[derive(Debug, Args)]
#[command(after_help = Exit::help())]
pub struct MergeArgs {
    /// The scenario (TOML) that the shards ran.
    pub file: PathBuf,
    /// Where the shards publish.
    #[arg(long, value_name = "DEST")]
    pub outcomes: String,
    /// Wait until all shards have finished, but no longer than this, such as 30m or 12h.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub wait: Option<Duration>,
    /// What is wanted of a tournament: `full`, the run; or `scores`: leaderboard, standings and tests by the scores in packs
    /// of either kind, written to `DIR/<scenario>/<run-id>.scores/`. No run is stored, and registered agents stay as they are.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, hide_possible_values = true)]
    pub keep: KeepArg,
    /// Replay loop for what is missing, `skip` or `bar-by-bar`; both give the same bytes.
    #[arg(long, value_name = "LOOP", value_enum, default_value_t, hide_possible_values = true)]
    pub engine: EngineArg,
    /// How it is carried out, and where its results go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Merges, computes what is missing, stores, prints.
///
/// # Errors
/// As `tiltyard run`; where there are no packs of the run, one was changed, or two differ.
pub fn merge(args: &MergeArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(&args.output.out))?;
    let every = |longest: Duration| LOOK.min(longest / 10).max(Duration::from_millis(100));
    let wait = args.wait.map(|longest| WaitForShards { longest, every: every(longest) });
    let merge = Merge { dest: &args.outcomes, wait, keep: args.keep.into() };
    let made = Made { engine: args.engine.into(), merge: Some(merge), workers: None };
    run_source(&source, &args.output, &programs::of(&args.output.out), made)
}
