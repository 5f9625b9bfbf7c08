//! `tiltyard cluster slurm`: a script that submits shards and their merge, printed or run.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;

use super::super::args::KeepArg;
use super::super::output;
use super::super::{Exit, Failure};
use crate::run::{JobFiles, RunError, ScenarioSource, SlurmJob, job_name};
use crate::store::registry::StoredAgents;

/// `MaxArraySize` of a cluster that does not set it.
const MAX_ARRAY_SIZE: u32 = 1_001;

/// Arguments of `cluster slurm`.
#[derive(Debug, Args)]
pub struct SlurmArgs {
    /// The scenario (TOML); the compute nodes must see it and its data under the same path.
    pub file: PathBuf,
    /// How many shards; each should last some minutes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub shards: u32,
    /// Where shards publish: a folder that all nodes see.
    #[arg(long, value_name = "DEST")]
    pub outcomes: String,
    /// What of a tournament's replays travels: `full`, or `scores`, which makes small packs, and rankings in place of a run.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, hide_possible_values = true)]
    pub keep: KeepArg,
    /// The store of the merged run.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: String,
    /// Partition of the jobs.
    #[arg(long, value_name = "NAME")]
    pub partition: Option<String>,
    /// Account that the jobs are charged to.
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
    /// Time limit of a shard, as sbatch takes it; shards are told to publish two minutes before it.
    #[arg(long, value_name = "TIME")]
    pub time: Option<String>,
    /// Memory of a job, as sbatch takes it.
    #[arg(long, value_name = "SIZE")]
    pub mem: Option<String>,
    /// CPUs of a shard, and its threads.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub cpus_per_task: u32,
    /// Most shards that run at the same time [default: as many as the cluster takes].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub array_limit: Option<u32>,
    /// `MaxArraySize` of the cluster; more shards are cut into several arrays [default: asked of `scontrol`, else 1001].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_array_size: Option<u32>,
    /// How often a shard that stopped early (exit code 75) is started again.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub restarts: u32,
    /// The program on the compute nodes [default: this one].
    #[arg(long, value_name = "PATH")]
    pub program: Option<String>,
    /// Submit the jobs (with `sbatch`) instead of printing the script.
    #[arg(long)]
    pub submit: bool,
}

/// Prints or runs the script.
///
/// # Errors
/// What is wrong with the scenario or an argument, and where `sbatch` fails.
pub fn slurm(args: &SlurmArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(args.out.as_ref()))?;
    shardable(&source, args.keep)?;
    let script = job(args, &source)?.script();
    if !args.submit {
        output::result(&script)?;
        return Ok(Exit::Done);
    }
    submit(&script)
}

/// Refuses what cannot be divided, or not like this, before anything is submitted.
pub(super) fn shardable(source: &ScenarioSource, keep: KeepArg) -> Result<(), Failure> {
    match &source.scenario.sweep {
        Some(_) if matches!(keep, KeepArg::Scores) => Err(Failure::of_run(&RunError::ScoresOfSweep, source)),
        Some(sweep) if sweep.search.is_adaptive() => {
            let error = RunError::SearchLearns { search: sweep.search.as_str() };
            Err(Failure::of_run(&error, source))
        }
        _ => Ok(()),
    }
}

fn job(args: &SlurmArgs, source: &ScenarioSource) -> Result<SlurmJob, Failure> {
    let option = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| word(name, value).map(|value| format!("--{name}={value}"))).transpose()
    };
    let options =
        [option("partition", &args.partition)?, option("account", &args.account)?, option("mem", &args.mem)?];
    let time = option("time", &args.time)?;
    // Two minutes before the limit; a shard then publishes, leaves with 75 and is started again.
    let signal = time.as_ref().map(|_| "--signal=TERM@120".to_owned());
    let this =
        || std::env::current_exe().map_or_else(|_| "tiltyard".to_owned(), |path| path.display().to_string());
    Ok(SlurmJob {
        files: JobFiles {
            program: args.program.clone().unwrap_or_else(this),
            scenario: args.file.display().to_string(),
            outcomes: args.outcomes.clone(),
            out: args.out.clone(),
            keep: args.keep.into(),
        },
        name: job_name(&source.scenario.name),
        shards: args.shards,
        max_array_size: args.max_array_size.or_else(asked).unwrap_or(MAX_ARRAY_SIZE),
        array_limit: args.array_limit,
        cpus_per_task: args.cpus_per_task,
        options: options.into_iter().flatten().collect(),
        shard_options: [time, signal].into_iter().flatten().collect(),
        restarts: args.restarts,
    })
}

/// A value that stays one word of an `#SBATCH` line.
fn word<'v>(name: &str, value: &'v str) -> Result<&'v str, Failure> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:,+@/=".contains(c);
    match !value.is_empty() && value.chars().all(plain) {
        true => Ok(value),
        false => Err(Failure::plain(
            Exit::Usage,
            format!("`{value}` cannot be the value of --{name}"),
            "it is one word of letters, digits and -_.:,+@/=",
        )),
    }
}

/// `MaxArraySize` of the cluster that this machine belongs to.
fn asked() -> Option<u32> {
    let output = Command::new("scontrol").args(["show", "config"]).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().find(|line| line.starts_with("MaxArraySize"))?;
    line.split('=').nth(1)?.trim().parse().ok().filter(|size| *size > 0)
}

/// Runs the script, which prints the ids of the jobs.
fn submit(script: &str) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| {
        Failure::plain(
            Exit::RunFailed,
            format!("cannot submit the jobs: {error}"),
            "bash and sbatch are needed",
        )
    };
    let mut shell = Command::new("bash").arg("-s").stdin(Stdio::piped()).spawn().map_err(failed)?;
    if let Some(mut input) = shell.stdin.take() {
        input.write_all(script.as_bytes()).map_err(failed)?;
    }
    match shell.wait().map_err(failed)?.success() {
        true => Ok(Exit::Done),
        false => Err(Failure::plain(
            Exit::RunFailed,
            "the jobs could not be submitted",
            "the same command without --submit prints the script",
        )),
    }
}
