//! `tiltyard run --shard I/N --outcomes DEST`: the shard's jobs, published as packs.

use super::super::args::RunArgs;
use super::super::interrupt::Interrupt;
use super::super::output::{self, counted};
use super::super::{Exit, Failure, diagnostics, programs, progress, sweep};
use crate::domain::Shard;
use crate::run::{
    RunError, RunObserver, ScenarioSource, ShardOptions, ShardReport, on_threads, prepare_with,
    run_shard as shard_of,
};
use crate::store::outcomes::PackStore;
use crate::store::registry::StoredAgents;
use crate::tournament::{INDICATOR_MEMORY, RunOptions};

/// The shard of an element of a Slurm array, or of a pod of an Indexed Job.
fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Shard, Failure> {
    let number = |name: &str| variable(name).and_then(|text| text.trim().parse::<u32>().ok());
    let slurm = || {
        let (task, count) = (number("SLURM_ARRAY_TASK_ID")?, number("SLURM_ARRAY_TASK_COUNT")?);
        let (first, step) = (number("SLURM_ARRAY_TASK_MIN"), number("SLURM_ARRAY_TASK_STEP"));
        Some((task.checked_sub(first.unwrap_or(0))? / step.unwrap_or(1).max(1), count))
    };
    let kubernetes = || Some((number("JOB_COMPLETION_INDEX")?, number("COMPLETIONS")?));
    let found = slurm().or_else(kubernetes).map(|(index, count)| Shard::new(index, count));
    let help = "give --shard I/N; without it a shard is an element of a Slurm array (`SLURM_ARRAY_TASK_ID`, \
                `SLURM_ARRAY_TASK_COUNT`) or a pod of an Indexed Job (`JOB_COMPLETION_INDEX`, `COMPLETIONS`)";
    match found {
        Some(shard) => shard.map_err(|error| Failure::plain(Exit::Usage, error, help)),
        None => Err(Failure::plain(Exit::Usage, "--outcomes is given, but not which shard this is", help)),
    }
}

/// Computes and publishes a shard.
///
/// # Errors
/// As `tiltyard run`; a disk or network that failed leaves with [`Exit::TryAgain`].
pub fn run_shard(args: &RunArgs, dest: &str) -> Result<Exit, Failure> {
    let given = args.shard.shard.map_or_else(|| of_environment(|name| std::env::var(name).ok()), Ok);
    let shard = given?;
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(&args.output.out))?;
    if !args.output.quiet {
        diagnostics::print(&diagnostics::warnings(&source));
    }
    let interrupt = Interrupt::note();
    let report = on_threads(args.output.threads.count(), || {
        let failed = |error| failure(error, &source);
        let store = PackStore::open(dest, true).map_err(|error| failed(error.into()))?;
        let prepared =
            prepare_with(&source.scenario, &[], &programs::of(&args.output.out)).map_err(failed)?;
        let memory = args.output.memory.unwrap_or(INDICATOR_MEMORY);
        let options = RunOptions { engine: args.engine.into(), memory, ..RunOptions::default() };
        let (publish_every, keep) = (args.shard.publish_every, args.shard.keep.into());
        let options = ShardOptions { shard, publish_every, keep, options };
        let observer: Box<dyn RunObserver> = match prepared.scenario.sweep {
            Some(_) => Box::new(sweep::progress(args.output.quiet, interrupt)),
            None => Box::new(progress::Progress::new(args.output.verbosity(), interrupt)),
        };
        shard_of(&prepared, &store, &options, &*observer).map_err(failed)
    })?;
    if !args.output.quiet {
        output::say(&said(shard, &report));
    }
    Ok(if report.stopped { Exit::TryAgain } else { Exit::Done })
}

/// A shard that failed; the exit code says whether to try again.
fn failure(error: RunError, source: &ScenarioSource) -> Failure {
    let failure = Failure::of_run(&error, source);
    if error.is_temporary() { Failure { exit: Exit::TryAgain, ..failure } } else { failure }
}

fn said(shard: Shard, report: &ShardReport) -> String {
    let ShardReport { jobs, known, computed, failed, packs, stopped } = *report;
    let packs = counted(packs as u64, "pack");
    let failures = if failed > 0 { format!(" ({failed} failed)") } else { String::new() };
    if stopped {
        return format!(
            "shard {shard} was asked to stop: {computed} of {} computed{failures} and published in {packs}",
            counted(jobs, "job")
        );
    }
    format!(
        "shard {shard}: {}, {known} known, {computed} computed{failures}; published {packs}",
        counted(jobs, "job")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Option<String> {
        let find =
            |name: &str| variables.iter().find(|(one, _)| *one == name).map(|(_, value)| (*value).to_owned());
        of_environment(find).ok().map(|shard| shard.to_string())
    }

    #[test]
    fn the_shard_is_that_of_the_scheduler() {
        let slurm = |id, count, min, step| {
            of(&[
                ("SLURM_ARRAY_TASK_ID", id),
                ("SLURM_ARRAY_TASK_COUNT", count),
                ("SLURM_ARRAY_TASK_MIN", min),
                ("SLURM_ARRAY_TASK_STEP", step),
            ])
        };
        assert_eq!(slurm("0", "4", "0", "1").as_deref(), Some("0/4"));
        // --array=1-4, --array=10-40:10
        assert_eq!(slurm("4", "4", "1", "1").as_deref(), Some("3/4"));
        assert_eq!(slurm("30", "4", "10", "10").as_deref(), Some("2/4"));
        // --array=3,7
        assert_eq!(slurm("7", "2", "3", "1"), None);
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "5"), ("COMPLETIONS", "6")]).as_deref(), Some("5/6"));
        assert_eq!(of(&[("JOB_COMPLETION_INDEX", "5")]), None);
        assert_eq!(of(&[]), None);
    }
}
