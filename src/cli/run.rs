//! `tiltyard run`: from a file to a ranked leaderboard.

use std::sync::atomic::Ordering;

use super::args::{OutputArgs, RunArgs};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{Exit, Failure, cluster, diagnostics, output, programs, sweep, workers};
use crate::engine::Loop;
use crate::report;
use crate::report::terminal::{self, Style};
use crate::run::{
    Destination, Keep, Merging, Prepared, Programs, RunObserver, ScenarioSource, WaitForShards, Workers,
    free_memory, merge_scores, on_threads, prepare_with, run_and_store,
};
use crate::scenario::ReportFormat;
use crate::store::outcomes::PackStore;
use crate::store::registry::StoredAgents;
use crate::store::{StandingsRecord, StoredRun, TournamentRecord};
use crate::tournament::formats::FormatView;
use crate::tournament::{INDICATOR_MEMORY, RunOptions};

/// Reads, replays, stores, prints.
///
/// # Errors
/// What is wrong with the scenario, the data or the output folder; [`Exit::Interrupted`] on Ctrl-C.
pub fn run(args: &RunArgs) -> Result<Exit, Failure> {
    if let Some(dest) = &args.shard.outcomes {
        return cluster::run_shard(args, dest);
    }
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(&args.output.out))?;
    let programs =
        Programs { fresh: args.fresh, replay: args.replay.clone(), ..programs::of(&args.output.out) };
    let made = Made { engine: args.engine.into(), merge: None, workers: workers::of(args, &source)? };
    run_source(&source, &args.output, &programs, made)
}

/// How a run is made; no result depends on it.
#[derive(Debug, Default)]
pub struct Made<'a> {
    /// The replay loop.
    pub engine: Loop,
    /// Outcomes of shards that it is made of.
    pub merge: Option<Merge<'a>>,
    /// Who evaluates the batches of a sweep.
    pub workers: Option<Workers>,
}

/// Outcomes of shards that a run is made of.
#[derive(Debug, Clone, Copy)]
pub struct Merge<'a> {
    /// Where they are published.
    pub dest: &'a str,
    /// How long to wait for shards that are not finished.
    pub wait: Option<WaitForShards>,
    /// Whether a run is wanted of a tournament, or its scores alone.
    pub keep: Keep,
}

impl Merge<'_> {
    /// Merges the packs, and says what they have.
    fn merge(
        self,
        prepared: &Prepared,
        quiet: bool,
        observer: &dyn RunObserver,
    ) -> Result<Merging, crate::run::RunError> {
        // One that waits may come before the first shard.
        let store = PackStore::open(self.dest, self.wait.is_some())?;
        let merging = Merging::keeping(self.keep, prepared, &store, self.wait, observer)?;
        if !quiet {
            let (jobs, packs) = (merging.merged.jobs, merging.packs as u64);
            output::say(&format!(
                "merged {} of {}",
                output::counted(jobs, "outcome"),
                output::counted(packs, "pack")
            ));
        }
        Ok(merging)
    }
}

/// Replays, stores and prints a scenario that has been read.
///
/// # Errors
/// As [`run`].
pub fn run_source(
    source: &ScenarioSource,
    args: &OutputArgs,
    programs: &Programs,
    Made { engine, merge, workers }: Made<'_>,
) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let destination = begin(source, args)?;
    let stored = on_threads(args.threads.count(), || {
        let mut prepared =
            prepare_with(&source.scenario, &[], programs).map_err(|error| Failure::of_run(&error, source))?;
        if args.spreadsheet {
            prepared.scenario.report.formats.push(ReportFormat::Spreadsheet);
        }
        if !args.quiet {
            diagnostics::notes(prepared.notes());
        }
        if let Some(workers) = workers {
            prepared = workers.into_prepared(prepared);
        }
        let progress = Progress::new(args.verbosity(), interrupt.clone());
        let merging = merge.map(|merge| merge.merge(&prepared, args.quiet, &progress)).transpose();
        let merging = merging.map_err(|error| Failure::of_run(&error, source))?;
        if prepared.scenario.sweep.is_some() {
            return sweep::run(&prepared, &destination, args, engine, (interrupt, merging)).map(|()| None);
        }
        let found = merging.as_ref().map(Merging::counter);
        let memory = args.memory.unwrap_or(INDICATOR_MEMORY);
        let options = RunOptions { engine, memory, ..RunOptions::default() };
        let scores = merge.is_some_and(|merge| merge.keep == Keep::Scores);
        let stored = match merging {
            Some(merging) if scores => merge_scores(prepared, &destination, options, &progress, merging),
            Some(merging) => merging
                .into_prepared(prepared)
                .and_then(|prepared| run_and_store(&prepared, &destination, options, &progress)),
            None => run_and_store(&prepared, &destination, options, &progress),
        };
        if let (Some(found), Ok(_), false) = (found, &stored, args.quiet) {
            let found = found.load(Ordering::Relaxed);
            output::say(&format!("of these, {} came from packs", output::counted(found, "job")));
        }
        stored.map(|stored| Some((stored, scores))).map_err(|error| Failure::of_run(&error, source))
    })?;
    match stored {
        Some((stored, false)) => show(args, &stored.with_proofs_of(&args.out)?, true).map(|()| Exit::Done),
        Some((stored, true)) => show(args, &stored, false).map(|()| Exit::Done),
        None => Ok(Exit::Done),
    }
}

/// Checks the output folder and the memory limit and shows the scenario's warnings, before any bar is read.
///
/// # Errors
/// [`Exit::Usage`] where the output folder is a file, [`Exit::RunFailed`] for a memory limit above what is free.
pub fn begin<'a>(source: &'a ScenarioSource, args: &'a OutputArgs) -> Result<Destination<'a>, Failure> {
    let destination = Destination { out: &args.out, text: &source.text, csv: args.csv };
    destination.check()?;
    if let (Some(memory), Some(free)) = (args.memory, free_memory())
        && memory as u64 > free
    {
        let size = |bytes: u64| bytesize::ByteSize(bytes).display().si().to_string();
        let message = format!("--memory {} is more than is free, {}", size(memory as u64), size(free));
        return Err(Failure::plain(
            Exit::RunFailed,
            message,
            "give less: the rest is needed for bars and results",
        ));
    }
    if !args.quiet {
        diagnostics::print(&diagnostics::warnings(source));
    }
    Ok(destination)
}

/// The leaderboard in the form that was asked for; without curves where the folder has none.
fn show(args: &OutputArgs, stored: &StoredRun, has_curves: bool) -> Result<(), Failure> {
    if args.json {
        return output::result(&report::leaderboard_json(&stored.leaderboard)?);
    }
    if args.quiet {
        return Ok(());
    }
    let style = output::style();
    // Curves need signs that only a terminal has: nothing is read for a pipe.
    let curves = if style.unicode && has_curves { report::sparks(stored)? } else { Vec::new() };
    output::result(&terminal::leaderboard_with_curves(stored, &curves, style))?;
    let Some(tournament) = &stored.tournament else {
        return output::result(&format!("\n{}", terminal::verdict(stored, style)));
    };
    output::result(&standings(stored.standings.as_ref(), tournament, style))
}

/// The verdict with its table, the format's table where it says more, and the work.
fn standings(standings: Option<&StandingsRecord>, tournament: &TournamentRecord, style: Style) -> String {
    let table = match (standings, &tournament.standings_missing) {
        (Some(standings), _) => terminal::standings_table(standings, style),
        (None, why) => format!("no standings: {}\n", why.as_deref().unwrap_or_default()),
    };
    let format = match tournament.view {
        FormatView::RoundRobin(_) => String::new(),
        _ => format!("\n{}", terminal::tournament(tournament, style)),
    };
    format!("\n{table}{format}\n{}", terminal::work(tournament))
}
