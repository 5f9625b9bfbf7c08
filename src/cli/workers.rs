//! `tiltyard run --workers CMD`: who evaluates the batches of a sweep.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::RunArgs;
use super::{Exit, Failure, output};
use crate::run::{SWEEP_MEMORY, ScenarioSource, WorkerOptions, Workers};

/// The workers that were asked for.
///
/// # Errors
/// For a scenario without sweep, where their number is not known, and where the store cannot be written.
pub fn of(args: &RunArgs, source: &ScenarioSource) -> Result<Option<Workers>, Failure> {
    let Some(command) = &args.workers.workers else { return Ok(None) };
    let options = WorkerOptions {
        command: command.clone(),
        count: count(args.workers.worker_count, |name| std::env::var(name).ok())?,
        program: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("tiltyard")),
        threads: args.output.threads.count(),
        engine: args.engine.into(),
        memory: args.output.memory.unwrap_or(SWEEP_MEMORY),
    };
    let notice = Arc::new(|sentence: &str| output::say(sentence));
    let workers = Workers::new(source, &args.output.out, options, notice);
    workers.map(Some).map_err(|error| Failure::of_run(&error, source))
}

/// How many there are: as given, else as many as Slurm has allocated tasks.
fn count(given: Option<u16>, variable: impl Fn(&str) -> Option<String>) -> Result<usize, Failure> {
    let tasks =
        || variable("SLURM_NTASKS").and_then(|text| text.trim().parse().ok()).filter(|&count| count > 0);
    given.or_else(tasks).map(usize::from).ok_or_else(|| {
        let help =
            "give --worker-count N; inside a Slurm allocation with tasks (`SLURM_NTASKS`) it is their number";
        Failure::plain(Exit::Usage, "--workers is given, but not how many of them", help)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workers_are_as_many_as_given_or_as_slurm_has_tasks() {
        let of = |given, tasks: Option<&str>| count(given, |_| tasks.map(str::to_owned)).ok();
        assert_eq!(of(Some(3), Some("8")), Some(3));
        assert_eq!(of(None, Some("8")), Some(8));
        assert_eq!((of(None, None), of(None, Some("0")), of(None, Some("x"))), (None, None, None));
    }
}
