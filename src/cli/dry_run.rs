//! `tiltyard run --dry-run`: how many jobs, about how long, about how much memory.

use std::time::Duration;

use super::args::RunArgs;
use super::output::{self, counted};
use super::{Exit, Failure, programs, run};
use crate::run::{ReplayPath, RunEstimate, ScenarioSource, check_memory, estimate, on_threads, prepare_with};
use crate::store::registry::StoredAgents;
use crate::tournament::{INDICATOR_MEMORY, RunOptions};

/// Says what a run would take, from a short timed sample of it.
///
/// # Errors
/// What is wrong with the scenario or its data.
pub fn dry_run(args: &RunArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(&args.output.out))?;
    run::begin(&source, &args.output)?;
    let options = RunOptions {
        engine: args.engine.into(),
        memory: args.output.memory.unwrap_or(INDICATOR_MEMORY),
        ..RunOptions::default()
    };
    let found = on_threads(args.output.threads.count(), || {
        let prepared = prepare_with(&source.scenario, &[], &programs::of(&args.output.out))
            .map_err(|error| Failure::of_run(&error, &source))?;
        Ok::<_, Failure>(estimate(&prepared, options))
    })?;
    output::result(&text(&found))?;
    check_memory(found.memory - found.loaded).map_err(|error| Failure::of_run(&error, &source))?;
    Ok(Exit::Done)
}

fn text(found: &RunEstimate) -> String {
    let mut text = format!(
        "{} x {} = {}\n{} on {}, {} of memory\n",
        counted(found.entries as u64, if found.is_sweep { "trial" } else { "agent" }),
        counted(found.windows as u64, "window"),
        counted(found.jobs as u64, "job"),
        length(found.duration),
        counted(found.threads as u64, "thread"),
        size(found.memory),
    );
    for ReplayPath { entries, path, why } in &found.paths {
        text += &format!("{entries}: {path}; {why}\n");
    }
    text
}

/// Two digits are all that an estimate is worth.
fn length(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..0.1 => "under 0.1 s".to_owned(),
        ..120.0 => format!("about {seconds:.1} s"),
        ..7_200.0 => format!("about {:.0} min", seconds / 60.0),
        _ => format!("about {:.1} h", seconds / 3_600.0),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown to two digits")]
fn size(bytes: usize) -> String {
    let megabytes = bytes as f64 / 1e6;
    match megabytes {
        ..1.0 => "under 1 MB".to_owned(),
        ..1_000.0 => format!("about {megabytes:.0} MB"),
        _ => format!("about {:.1} GB", megabytes / 1_000.0),
    }
}
