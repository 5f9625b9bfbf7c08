//! `tiltyard cluster kubernetes`: API objects for `kubectl apply -f -`.

use std::path::PathBuf;

use clap::Args;

use super::super::args::KeepArg;
use super::super::output;
use super::super::{Exit, Failure};
use super::slurm::shardable;
use crate::run::{JobFiles, KubernetesJob, ScenarioSource, job_name};
use crate::store::registry::StoredAgents;

/// Arguments of `cluster kubernetes`.
#[derive(Debug, Args)]
pub struct KubernetesArgs {
    /// The scenario (TOML); relative paths in it start at the claim's root.
    pub file: PathBuf,
    /// How many shards; each should last some minutes.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub shards: u32,
    /// Image with the program, see Containerfile.
    #[arg(long, value_name = "IMAGE")]
    pub image: String,
    /// Where shards publish: a folder of the claim.
    #[arg(long, value_name = "DEST")]
    pub outcomes: String,
    /// Persistent volume claim that pods work in: market data, outcomes in a folder, the merged run.
    #[arg(long, value_name = "NAME")]
    pub claim: String,
    /// What of a tournament's replays travels: `full`, or `scores`, which makes small packs, and rankings in place of a run.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t, hide_possible_values = true)]
    pub keep: KeepArg,
    /// The store of the merged run, in the claim.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: String,
    /// Most pods at the same time [default: all].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub parallelism: Option<u32>,
    /// How often a shard may fail; exit code 75 is not counted.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub failures: u32,
    /// CPUs of a pod, and its threads.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub cpus: u32,
    /// Memory of a pod, such as 2Gi.
    #[arg(long, value_name = "SIZE")]
    pub memory: Option<String>,
    /// Secret whose entries become environment variables.
    #[arg(long, value_name = "NAME")]
    pub secret: Option<String>,
    /// How long the merge waits for the shards.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = wait)]
    pub wait: String,
}

/// A time as `tiltyard merge --wait` takes it.
fn wait(text: &str) -> Result<String, String> {
    super::super::args::duration(text).map(|_| text.to_owned())
}

/// Prints the objects.
///
/// # Errors
/// What is wrong with the scenario or an argument.
pub fn kubernetes(args: &KubernetesArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(args.out.as_ref()))?;
    shardable(&source, args.keep)?;
    let file = args.file.file_name().and_then(|name| name.to_str()).unwrap_or("scenario.toml");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !file.chars().all(plain) {
        return Err(Failure::plain(
            Exit::Usage,
            format!("`{file}` cannot be the key of a ConfigMap"),
            "give the file a name of letters, digits and -_.",
        ));
    }
    let job = KubernetesJob {
        files: JobFiles {
            program: "tiltyard".to_owned(),
            scenario: file.to_owned(),
            outcomes: args.outcomes.clone(),
            out: args.out.clone(),
            keep: args.keep.into(),
        },
        text: source.text.clone(),
        name: job_name(&source.scenario.name),
        image: args.image.clone(),
        shards: args.shards,
        parallelism: args.parallelism.unwrap_or(args.shards),
        failures: args.failures,
        cpus: args.cpus,
        memory: args.memory.clone(),
        claim: args.claim.clone(),
        secret: args.secret.clone(),
        wait: args.wait.clone(),
    };
    output::result(&format!("{:#}\n", job.objects()))?;
    Ok(Exit::Done)
}
