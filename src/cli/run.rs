//! `tiltyard run`: from a file to a ranked leaderboard.

use super::args::{OutputArgs, RunArgs};
use super::interrupt::Interrupt;
use super::progress::Progress;
use super::{Exit, Failure, diagnostics, output, programs, sweep};
use crate::engine::Loop;
use crate::report;
use crate::report::terminal::{self, Style};
use crate::run::{Destination, Programs, ScenarioSource, on_threads, prepare_with, run_and_store};
use crate::store::registry::StoredAgents;
use crate::store::{StandingsRecord, StoredRun, TournamentRecord};
use crate::tournament::RunOptions;
use crate::tournament::formats::FormatView;

/// Reads, replays, stores, prints.
///
/// # Errors
/// What is wrong with the scenario, the data or the output folder; [`Exit::Interrupted`] on Ctrl-C.
pub fn run(args: &RunArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(&args.output.out))?;
    let programs =
        Programs { fresh: args.fresh, replay: args.replay.clone(), ..programs::of(&args.output.out) };
    run_source(&source, &args.output, &programs, args.engine.into())
}

/// Replays, stores and prints a scenario that has been read.
///
/// # Errors
/// As [`run`].
pub fn run_source(
    source: &ScenarioSource,
    args: &OutputArgs,
    programs: &Programs,
    engine: Loop,
) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    let destination = begin(source, args)?;
    let stored = on_threads(args.threads.count(), || {
        let prepared =
            prepare_with(&source.scenario, &[], programs).map_err(|error| Failure::of_run(&error, source))?;
        if !args.quiet {
            diagnostics::notes(prepared.notes());
        }
        if prepared.scenario.sweep.is_some() {
            return sweep::run(&prepared, &destination, args, engine, interrupt).map(|()| None);
        }
        let options = RunOptions { engine, memory: args.memory.unwrap_or(usize::MAX) };
        let progress = Progress::new(args.verbosity(), interrupt);
        let stored = run_and_store(&prepared, &destination, options, &progress);
        stored.map(Some).map_err(|error| Failure::of_run(&error, source))
    })?;
    match stored {
        Some(stored) => show(args, &stored.with_proofs_of(&args.out)?).map(|()| Exit::Done),
        None => Ok(Exit::Done),
    }
}

/// Checks the output folder and shows the scenario's warnings, before any bar is read.
///
/// # Errors
/// [`Exit::Usage`] where the output folder is a file.
pub fn begin<'a>(source: &'a ScenarioSource, args: &'a OutputArgs) -> Result<Destination<'a>, Failure> {
    let destination = Destination { out: &args.out, text: &source.text, csv: args.csv };
    destination.check()?;
    if !args.quiet {
        diagnostics::print(&diagnostics::warnings(source));
    }
    Ok(destination)
}

/// The leaderboard in the form that was asked for.
fn show(args: &OutputArgs, stored: &StoredRun) -> Result<(), Failure> {
    if args.json {
        return output::result(&report::leaderboard_json(&stored.leaderboard)?);
    }
    if args.quiet {
        return Ok(());
    }
    let style = output::style();
    // Curves need signs that only a terminal has: nothing is read for a pipe.
    let curves = if style.unicode { report::sparks(stored)? } else { Vec::new() };
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
