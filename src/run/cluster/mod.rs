//! Runs that are divided over many machines: shards that publish their outcomes, and the merge that reads them.
//!
//! A scheduler places and restarts shards; only the workers of a search that learns are started here, batch by batch. Invariants: a merged run has the bytes
//! of a run on one machine, whatever shards did, died or were repeated; what a shard has published is never lost.

mod exchange;
mod job;
mod keep;
mod key;
mod kubernetes;
mod merge;
mod publisher;
mod scores;
mod shard;
mod slurm;
mod worker;
mod worker_job;
mod workers;

pub use job::{JobFiles, job_name};
pub use keep::Keep;
pub use kubernetes::KubernetesJob;
pub use merge::{Merging, WaitForShards};
pub use scores::merge_scores;
pub use shard::{ShardOptions, ShardReport, run_shard};
pub use slurm::SlurmJob;
pub use worker::run_worker;
pub use workers::{WorkerNotice, WorkerOptions, Workers};
