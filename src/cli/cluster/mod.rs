//! Runs on many machines: shards, the merge, how far they are, and the jobs for schedulers that exist.

mod kubernetes;
mod merge;
mod outcomes;
mod shard;
mod slurm;
mod worker;

use clap::Subcommand;

pub use merge::{MergeArgs, merge};
pub use outcomes::{OutcomesArgs, outcomes};
pub use shard::run_shard;

use super::{Exit, Failure};
use kubernetes::KubernetesArgs;
use slurm::SlurmArgs;
use worker::WorkerArgs;

/// The commands that write jobs for schedulers, and the worker of a run.
#[derive(Debug, Subcommand)]
pub enum ClusterCommand {
    /// Write or submit a Slurm array job of shards, and the merge that depends on it.
    Slurm(SlurmArgs),
    /// Write a Kubernetes Indexed Job of shards, and the job that merges them.
    Kubernetes(KubernetesArgs),
    /// Evaluate a part of a sweep's batch, for a run with --workers, which starts it.
    Worker(WorkerArgs),
}

impl ClusterCommand {
    /// Carries it out.
    ///
    /// # Errors
    /// What is wrong with the arguments or the scenario, and where a job cannot be submitted.
    pub fn run(&self) -> Result<Exit, Failure> {
        match self {
            Self::Slurm(args) => slurm::slurm(args),
            Self::Kubernetes(args) => kubernetes::kubernetes(args),
            Self::Worker(args) => worker::worker(args),
        }
    }
}
