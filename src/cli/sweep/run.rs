//! `tiltyard run` of a scenario with `[sweep]`: the sweep, then the scenario with the winner's values in place.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Instant;

use super::super::args::RunArgs;
use super::super::clock::now;
use super::super::interrupt::Interrupt;
use super::super::load::{PreparedRun, Read};
use super::super::progress::{Progress, Verbosity};
use super::super::run::{means, write};
use super::super::{Exit, Failure, output};
use super::progress::SweepProgress;
use crate::report::{self, terminal};
use crate::scenario::{ReportFormat, Scenario, SearchKind, SweepSpec};
use crate::store::sweep::{StoredSweep, SweepResults, TrialStore, write_sweep};
use crate::store::{self, Index, Run, RunTiming, RunWriter, StoreError};
use crate::sweep::validation::{OutOfSample, validate};
use crate::sweep::{Objective, Searched, Space, SweepError, SweepPlan, assess, benchmark_returns, best};
use crate::tournament::{self, Plan, RunOptions};

/// Bytes that a sweep's indicator columns may take where `--memory` does not say.
const DEFAULT_MEMORY: usize = 1 << 28;
/// Trials that are shown after a sweep.
const SHOWN: usize = 10;

/// Sweeps, validates, replays the winner among the others, stores, prints.
///
/// # Errors
/// [`Exit::Interrupted`] on Ctrl-C, with the command that goes on; else where something cannot be stored.
pub fn run(
    args: &RunArgs,
    read: &Read,
    arena: &PreparedRun,
    interrupt: Interrupt,
    started: Instant,
) -> Result<Exit, Failure> {
    let scenario = &read.scenario;
    let Some(spec) = &scenario.sweep else { return Ok(Exit::Done) };
    let plan = Plan { scenario, market: &arena.market, windows: &arena.windows };
    let mut index = Index::open(&args.out)?;
    let sweep = SweepPlan { plan, spec, options: sweep_means(args) };
    let (searched, validation) = search(args, &sweep, interrupt.clone())?;
    let winner = with_winner(scenario, spec, &searched, &plan);
    let has_winner = winner.is_some();
    let won = winner.unwrap_or_else(|| scenario.clone());
    let plan = Plan { scenario: &won, ..plan };
    let progress = Progress::new(plan.jobs(), Verbosity::Quiet, interrupt);
    let tournament =
        tournament::run_by(&plan, &progress, means(args)).map_err(|error| interrupted(&error))?;
    let benchmark =
        scenario.report.benchmark.as_ref().and_then(|of| benchmark_returns(&plan, &tournament, of));
    let csv = args.csv || scenario.report.formats.contains(&ReportFormat::Csv);
    let id = store::identify(scenario, &arena.market);
    let results = SweepResults {
        scenario,
        spec,
        searched: &searched,
        evidence: assess(&plan, spec, &searched, benchmark),
        validation: validation.as_ref(),
        csv,
    };
    let run = Run { id, scenario: &won, source: &read.text, market: &arena.market, csv };
    let writer = RunWriter::open(&args.out, run)?;
    write_sweep(writer.folder(), &id, &results)?;
    let published = write(writer, &tournament)?;
    let stored = &published.stored;
    index.record(stored, &RunTiming { finished_at: now(), duration: started.elapsed() })?;
    if args.json {
        output::result(&report::leaderboard_json(&stored.leaderboard)?)?;
    } else if !args.quiet {
        output::result(&page(&stored.folder)?)?;
        let board = terminal::leaderboard(stored, output::style());
        output::result(&format!(
            "\n{}\n\n{}",
            output::style().bold(heading(has_winner)),
            board.split_once("\n\n").map_or(board.as_str(), |(_, table)| table)
        ))?;
    }
    Ok(Exit::Done)
}

/// As asked for; indicator columns are kept from batch to batch, so they have a budget where none is given.
pub(super) fn sweep_means(args: &RunArgs) -> RunOptions {
    RunOptions { memory: args.memory.unwrap_or(DEFAULT_MEMORY), ..means(args) }
}

/// The sweep and its validation.
fn search(
    args: &RunArgs,
    sweep: &SweepPlan<'_>,
    interrupt: Interrupt,
) -> Result<(Searched, Option<OutOfSample>), Failure> {
    let SweepPlan { plan, spec, .. } = *sweep;
    let mut memo = TrialStore::open(&args.out, &plan.scenario.name)?;
    let windows: Vec<usize> = (0..plan.windows.len()).collect();
    let progress = SweepProgress::new(jobs(&plan, spec), args.quiet, interrupt);
    let searched = crate::sweep::run(sweep, &windows, &mut memo, &progress).map_err(failure)?;
    let validation = plan
        .scenario
        .validation
        .map(|validation| validate(sweep, validation, &searched, &mut memo, &progress).map_err(failure));
    let validation = validation.transpose()?;
    let summary = progress.summary(searched.trials.len());
    if !args.quiet {
        output::say(&summary);
    }
    Ok((searched, validation))
}

/// How many jobs a sweep has, where it can be known beforehand.
fn jobs(plan: &Plan<'_>, spec: &SweepSpec) -> usize {
    let trials = spec.trials.map(|trials| trials as usize).or_else(|| Space::of(spec).combinations());
    let known = spec.search != SearchKind::SuccessiveHalving && spec.conditions.is_empty();
    trials.filter(|_| known).map_or(0, |trials| trials.saturating_mul(plan.windows.len()))
}

/// What is said above the leaderboard.
const fn heading(has_winner: bool) -> &'static str {
    if has_winner {
        "With the winner's parameters"
    } else {
        "No trial has a score: with the scenario's own parameters"
    }
}

/// The scenario with the best trial's values in place; none where no trial has a score.
fn with_winner(
    scenario: &Scenario,
    spec: &SweepSpec,
    searched: &Searched,
    plan: &Plan<'_>,
) -> Option<Scenario> {
    let windows: Vec<usize> = (0..plan.windows.len()).collect();
    let scores = Objective::of(scenario, spec.objective).scores(&searched.trials, &windows);
    let values = best(&scores).map(|place| searched.trials[place].values.clone())?;
    let setup = spec.setups(&[values]).pop().and_then(Result::ok)?;
    let mut won = scenario.clone();
    won.venue = setup.venue;
    for agent in won.agents.iter_mut().filter(|agent| agent.name == spec.agent) {
        *agent = setup.agent.clone();
    }
    Some(won)
}

/// The best trials, the winner and its evidence, and where to look further.
fn page(folder: &Path) -> Result<String, Failure> {
    let sweep = StoredSweep::load(folder)?;
    let style = output::style();
    let mut text = terminal::sweep_top(&sweep, "score", SHOWN, style);
    text.push('\n');
    text.push_str(&terminal::sweep_outcome(&sweep, style));
    if let [x, y, ..] = sweep.parameters().as_slice() {
        let name = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
        text.push_str(&format!(
            "\nheatmap: tiltyard sweep heatmap {} --x {} --y {}\n",
            sweep.record.run_id,
            name(&x.name),
            name(&y.name)
        ));
    }
    Ok(text)
}

fn failure(error: SweepError) -> Failure {
    match error {
        SweepError::Interrupted { .. } => interrupted(&error),
        SweepError::TrialCache(error) => match error.downcast::<StoreError>() {
            Ok(error) => Failure::from(*error),
            Err(error) => {
                Failure::plain(Exit::RunFailed, error, "check that the output folder may be written")
            }
        },
        SweepError::NothingToTry => {
            Failure::plain(Exit::Usage, error, "widen the values of `[sweep.parameters]`, or `where`")
        }
    }
}

fn interrupted(error: &impl std::fmt::Display) -> Failure {
    let command = command(std::env::args_os());
    Failure::plain(
        Exit::Interrupted,
        error,
        format!("every finished batch is stored; resume with: {command}"),
    )
}

/// The command line as it can be typed again, also where a word is no text.
fn command(words: impl Iterator<Item = OsString>) -> String {
    words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    match word.to_str() {
        Some(word) if !word.is_empty() && word.chars().all(plain) => word.to_owned(),
        Some(word) if !word.chars().any(char::is_control) => format!("'{}'", word.replace('\'', r"'\''")),
        // Bytes that are no text, and control characters: as the shells' `$'..'` has them.
        _ => {
            let byte = |&byte: &u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(byte)),
                b' '..=b'~' => char::from(byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            };
            format!("$'{}'", word.as_encoded_bytes().iter().map(byte).collect::<String>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_can_be_typed_again() {
        let words = ["tiltyard", "run", "my sweep.toml", "--out", "it's"].map(OsString::from);
        assert_eq!(command(words.into_iter()), r"tiltyard run 'my sweep.toml' --out 'it'\''s'");
    }

    #[cfg(unix)]
    #[test]
    fn a_word_that_is_no_text_can_be_typed_again_too() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(quoted(OsStr::from_bytes(b"a b/x\xff's")), r"$'a b/x\xff\'s'");
        assert_eq!(quoted(OsStr::new("two\nlines")), r"$'two\x0alines'");
    }
}
