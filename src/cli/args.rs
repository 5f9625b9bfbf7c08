//! Arguments that several commands share.

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Args, ValueEnum};

use super::progress::Verbosity;
use crate::engine::Loop;

pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0 done    1 a run failed    2 the command line or the scenario is wrong
  3 the market data is wrong    130 interrupted";

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub struct RunArgs {
    /// The scenario (TOML).
    pub file: PathBuf,
    /// Print the number of jobs and the estimated time and memory, without running them.
    #[arg(long)]
    pub dry_run: bool,
    /// Replay loop, `skip` or `bar-by-bar`; both give the same bytes.
    #[arg(long, value_name = "LOOP", value_enum, default_value_t, hide_possible_values = true)]
    pub engine: EngineArg,
    /// Take the answers of agents that are programs from the recording of this run; no program is started.
    #[arg(long, value_name = "RUN", conflicts_with = "fresh")]
    pub replay: Option<String>,
    /// Ask agents that are programs everything anew, also what an interrupted run has been answered.
    #[arg(long)]
    pub fresh: bool,
    /// How it is carried out, and where its results go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// On how many threads a command replays.
#[derive(Debug, Clone, Copy, Args)]
pub struct ThreadsArg {
    /// Number of threads; does not affect results [default: all cores].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl ThreadsArg {
    /// Their number; `None` for all cores.
    pub fn count(self) -> Option<usize> {
        self.threads.map(usize::from)
    }
}

/// How a run is carried out, and where its results go.
#[derive(Debug, Args)]
pub struct OutputArgs {
    /// The store; results go to `DIR/<scenario>/<run-id>/`.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// On how many threads.
    #[command(flatten)]
    pub threads: ThreadsArg,
    /// Memory limit for shared indicators, such as 512MB; does not affect results [default: no limit].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<usize>,
    /// Print leaderboard.json instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Also write the Parquet files as CSV.
    #[arg(long)]
    pub csv: bool,
    /// Print only errors: no progress, no leaderboard.
    #[arg(long, short)]
    pub quiet: bool,
}

impl OutputArgs {
    /// How much progress is shown.
    pub const fn verbosity(&self) -> Verbosity {
        if self.quiet { Verbosity::Quiet } else { Verbosity::Normal }
    }
}

/// The replay loops.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum EngineArg {
    /// Skips bars without an event.
    #[default]
    Skip,
    /// Visits every tick.
    BarByBar,
}

impl From<EngineArg> for Loop {
    fn from(arg: EngineArg) -> Self {
        match arg {
            EngineArg::Skip => Self::Skip,
            EngineArg::BarByBar => Self::BarByBar,
        }
    }
}

/// A number of bytes, with a unit or without.
pub fn size(text: &str) -> Result<usize, String> {
    let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    bytes.ok_or_else(|| "write a number and a unit, such as `512MB` or `2GiB`".to_owned())
}

/// Which store to read.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// Output folder that holds the store.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}
