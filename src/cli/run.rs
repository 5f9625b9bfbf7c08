//! `tiltyard run`: the main job, from a file to a ranked leaderboard.

use std::path::Path;
use std::time::Instant;

use super::args::{EngineArg, RunArgs};
use super::clock::now;
use super::interrupt::Interrupt;
use super::load::{self, PreparedRun, Read};
use super::progress::{Progress, Verbosity, Working};
use super::standings::{unfit, unsuited};
use super::{Exit, Failure, diagnostics, output, sweep};
use crate::engine::Loop;
use crate::report::terminal::{self, Style};
use crate::report::{self, ReportError};
use crate::scenario::{ReportFormat, Scenario};
use crate::store::registry::{AgentPart, Registry, StoredAgents, agent_parts};
use crate::store::{
    self, Index, Published, Run, RunCommit, RunTiming, RunWriter, StandingsRecord, StoredRun,
    TournamentRecord,
};
use crate::tournament::formats::FormatView;
use crate::tournament::{self, Assessment, Plan, Results, RunError, RunOptions, Tournament, assess};

/// Reads, loads, replays, stores, prints.
///
/// # Errors
/// What is wrong with the scenario, the data or the output folder; [`Exit::Interrupted`] on Ctrl-C.
pub fn run(args: &RunArgs) -> Result<Exit, Failure> {
    let read = load::read(&args.file, &StoredAgents::of(&args.out))?;
    run_read(args, &read)
}

/// The same for a scenario that has been read.
///
/// # Errors
/// As [`run`].
pub fn run_read(args: &RunArgs, read: &Read) -> Result<Exit, Failure> {
    let interrupt = Interrupt::listen();
    is_no_file(&args.out)?;
    if !args.quiet {
        diagnostics::print(&read.quoted.pages(read.warnings.clone()));
    }
    let pool = load::pool(args.threads)?;
    let started = Instant::now();
    let arena = pool.install(|| load::arena(read))?;
    if args.dry_run {
        return pool.install(|| sweep::dry_run(args, read, &arena));
    }
    if read.scenario.sweep.is_some() {
        return pool.install(|| sweep::run(args, read, &arena, interrupt, started));
    }
    let run = Run {
        id: store::identify(&read.scenario, &arena.market),
        scenario: &read.scenario,
        source: &read.text,
        market: &arena.market,
        csv: args.csv || read.scenario.report.formats.contains(&ReportFormat::Csv),
    };
    let mut index = Index::open(&args.out)?;
    let registered = Registry::of(&read.scenario);
    let hold = match registered.as_slice() {
        [] => None,
        agents => Some(Registry::open(&args.out)?.hold(agents)?),
    };
    let writer = RunWriter::open(&args.out, run)?;
    let (published, parts) = pool.install(|| replay(args, read, &arena, writer, interrupt))?;
    let stored = &published.stored;
    let timing = RunTiming { finished_at: now(), duration: started.elapsed() };
    // The empty path is the working directory.
    let base_dir = std::path::absolute(Path::new(".").join(&read.scenario.market.base_dir)).ok();
    index.record_with(
        stored,
        &timing,
        &RunCommit { base_dir: base_dir.as_deref(), parts: &parts, hold: hold.as_ref() },
    )?;
    show(args, stored)?;
    Ok(Exit::Done)
}

/// Refuses an output folder that cannot come to be because a file lies in its place or above it, before any
/// bar is read.
fn is_no_file(out: &Path) -> Result<(), Failure> {
    match out.ancestors().find(|place| place.exists()) {
        Some(place) if !place.is_dir() => Err(Failure::plain(
            Exit::Usage,
            format!("results cannot go to `{}`: `{}` is a file", out.display(), place.display()),
            "give a folder with --out; it is created if it does not exist",
        )),
        _ => Ok(()),
    }
}

fn replay(
    args: &RunArgs,
    read: &Read,
    arena: &PreparedRun,
    writer: RunWriter<'_>,
    interrupt: Interrupt,
) -> Result<(Published, Vec<AgentPart>), Failure> {
    let plan = Plan { scenario: &read.scenario, market: &arena.market, windows: &arena.windows };
    let verbosity = if args.quiet { Verbosity::Quiet } else { Verbosity::Normal };
    let progress = Progress::new(plan.jobs(), verbosity, interrupt);
    let outcome = tournament::run_by(&plan, &progress, means(args));
    let summary = progress.summary();
    let tournament = outcome.map_err(|error| interrupted(&error))?;
    if !args.quiet {
        output::say(&summary);
    }
    let parts = agent_parts(&read.scenario, &arena.market, &tournament);
    let writer = match assessment(&read.scenario, &tournament, verbosity)? {
        Some(found) => writer.assessed(found),
        None => writer,
    };
    Ok((write(writer, &tournament)?, parts))
}

/// Standings and format, where the scenario asks for them.
fn assessment(
    scenario: &Scenario,
    tournament: &Tournament,
    verbosity: Verbosity,
) -> Result<Option<Assessment>, Failure> {
    let Some(spec) = &scenario.tournament else { return Ok(None) };
    let results = Results::of(tournament, scenario).map_err(|error| unfit(&error))?;
    let (windows, agents) = (results.matrix.windows().len(), results.matrix.agents().len());
    let _working = Working::standings(spec.resamples as usize, windows, agents, verbosity);
    let found = assess(&results, spec).map_err(|error| unsuited(&error, results.matrix.agents()))?;
    Ok(Some(found))
}

/// How the plan is carried out.
pub(super) fn means(args: &RunArgs) -> RunOptions {
    let engine = match args.engine {
        EngineArg::Skip => Loop::Skip,
        EngineArg::BarByBar => Loop::BarByBar,
    };
    RunOptions { engine, memory: args.memory.unwrap_or(usize::MAX) }
}

/// Writes the agents on all threads, then publishes the folder.
pub(super) fn write(writer: RunWriter<'_>, tournament: &Tournament) -> Result<Published, ReportError> {
    use rayon::prelude::*;
    tournament.agents.par_iter().try_for_each(|agent| writer.write_agent(agent))?;
    writer.finish_with(tournament, report::pages)
}

fn interrupted(error: &RunError) -> Failure {
    Failure::plain(Exit::Interrupted, error, "nothing was written; run the same command again to restart")
}

/// The leaderboard in the form that was asked for.
fn show(args: &RunArgs, stored: &StoredRun) -> Result<(), Failure> {
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
