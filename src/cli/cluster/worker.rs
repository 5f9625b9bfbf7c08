//! `tiltyard cluster worker`: a part of a batch.

use std::path::PathBuf;

use clap::Args;

use super::super::args::ThreadsArg;
use super::super::{Exit, Failure};
use crate::run::{on_threads, run_worker};

/// Arguments of `cluster worker`.
#[derive(Debug, Args)]
pub struct WorkerArgs {
    /// The file of jobs that the run has written; their outcomes are published in its folder.
    pub job: PathBuf,
    /// On how many threads.
    #[command(flatten)]
    pub threads: ThreadsArg,
}

/// Evaluates the jobs.
///
/// # Errors
/// Where the file, the scenario or its data cannot be read, and where the outcomes cannot be written.
pub fn worker(args: &WorkerArgs) -> Result<Exit, Failure> {
    on_threads(args.threads.count(), || run_worker(&args.job))?;
    Ok(Exit::Done)
}
