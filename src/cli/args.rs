//! Arguments that several commands share.

use std::path::PathBuf;
use std::time::Duration;

use bytesize::ByteSize;
use clap::{Args, ValueEnum};

use super::Exit;
use super::progress::Verbosity;
use crate::domain::Shard;
use crate::engine::Loop;
use crate::run::Keep;

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = Exit::help())]
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
    /// Which shard of the run, where it is divided over machines.
    #[command(flatten)]
    pub shard: ShardArgs,
    /// Who evaluates the batches of a sweep.
    #[command(flatten)]
    pub workers: WorkerArgs,
    /// How it is carried out, and where its results go.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Arguments of a sweep whose batches other processes evaluate.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// Evaluate each batch of a sweep in processes that CMD starts, such as `srun -N1 -n1 --exact` inside an allocation; for
    /// searches that learn. CMD is words of a shell; the store (--out) must be a folder that all machines see.
    #[arg(long, value_name = "CMD", conflicts_with = "outcomes", help_heading = "Workers")]
    pub workers: Option<String>,
    /// How many of them at the same time, each with --threads threads [default: from `SLURM_NTASKS`].
    #[arg(
        long,
        value_name = "N",
        value_parser = clap::value_parser!(u16).range(1..=4096),
        requires = "workers",
        help_heading = "Workers"
    )]
    pub worker_count: Option<u16>,
}

/// Arguments of a shard.
#[derive(Debug, Args)]
pub struct ShardArgs {
    /// Compute only this share of the jobs, I from 0 to N - 1, and publish it to --outcomes [default: from
    /// `SLURM_ARRAY_TASK_ID` or `JOB_COMPLETION_INDEX`].
    #[arg(long, value_name = "I/N", requires = "outcomes", help_heading = "Shards")]
    pub shard: Option<Shard>,
    /// Where shards publish packs of outcomes, and find those of others: a folder that all machines see.
    #[arg(long, value_name = "DEST", help_heading = "Shards")]
    pub outcomes: Option<String>,
    /// Longest time between packs, such as 60s or 5m.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "60s", help_heading = "Shards")]
    pub publish_every: Duration,
    /// What of a tournament's replays is published: `full`, or `scores` without curves and logs. Packs are then small,
    /// and `tiltyard merge --keep scores` ranks by them, but stores no run.
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value_t,
        hide_possible_values = true,
        requires = "outcomes",
        help_heading = "Shards"
    )]
    pub keep: KeepArg,
}

/// What of a tournament's replays travels in packs.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum KeepArg {
    /// All of it.
    #[default]
    Full,
    /// Scores, without curves and logs.
    Scores,
}

impl From<KeepArg> for Keep {
    fn from(arg: KeepArg) -> Self {
        match arg {
            KeepArg::Full => Self::Full,
            KeepArg::Scores => Self::Scores,
        }
    }
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
    /// Memory limit for shared indicators, such as 512MB; does not affect results [default: 256MiB].
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<usize>,
    /// Print leaderboard.json instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Also write the Parquet files as CSV.
    #[arg(long)]
    pub csv: bool,
    /// As --csv, and put a ' before text that a spreadsheet would take for a formula, in all CSV files.
    #[arg(long)]
    pub spreadsheet: bool,
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

/// A time with its unit, such as `500ms`, `60s`, `5m`, `2h` or `1d`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let micros = match unit.trim() {
        "ms" => 1_000,
        "s" => 1_000_000,
        "m" | "min" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => 0,
    };
    let found = number.parse::<u64>().ok().and_then(|number| number.checked_mul(micros));
    let found = found.filter(|micros| *micros > 0).map(Duration::from_micros);
    found.ok_or_else(|| "write a number and a unit, such as `60s`, `5m` or `2h`".to_owned())
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
