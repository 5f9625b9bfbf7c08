//! `tiltyard agent memory`: the same agent open and masked.

use serde_json::{Value, json};

use super::super::data::table;
use super::super::interrupt::Interrupt;
use super::super::{Exit, Failure, output, programs};
use super::args::MemoryArgs;
use super::watch::Watch;
use crate::metrics::Score;
use crate::run::{self, MemoryReport, MemoryRow, Programs, ScenarioSource, on_threads};
use crate::store::registry::StoredAgents;
use crate::tournament::RunOptions;

/// Runs the agent open and masked, and prints what differs.
///
/// # Errors
/// What is wrong with the scenario or its data, an unknown agent, one that is no program; [`Exit::Interrupted`] on
/// Ctrl-C.
pub fn memory(args: &MemoryArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.scenario, &StoredAgents::of(&args.out))?;
    let watch = Watch(Interrupt::listen());
    let programs = Programs { fresh: args.fresh, ..programs::of(&args.out) };
    let found = on_threads(args.threads.count(), || {
        run::memory(&source.scenario, &args.agent, &programs, RunOptions::default(), &watch)
    })
    .map_err(|error| Failure::of_run(&error, &source))?;
    let text = if args.json { format!("{:#}\n", in_json(&found)) } else { text(&found) };
    output::result(&text)?;
    Ok(Exit::Done)
}

/// The table and its sentence.
fn text(found: &MemoryReport) -> String {
    let mut table = table::table(&["window", "from", "open", "masked", "open - masked"]);
    for row in &found.rows {
        let difference = row.difference().map_or_else(|| "-".to_owned(), |value| format!("{value:+.3}"));
        table.add_row([
            row.window.to_string(),
            row.start.to_string(),
            score(row.open),
            score(row.masked),
            difference,
        ]);
    }
    let [open, masked] = found.scores.map(score);
    table.add_row(["all".to_owned(), String::new(), open, masked, String::new()]);
    let by = found.ranking_metric.info().key;
    format!("{} by {by}\n\n{}\n\n{}\n", found.agent, table, found.sentence())
}

fn score(score: Score) -> String {
    score.value().map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn in_json(found: &MemoryReport) -> Value {
    let row = |row: &MemoryRow| {
        json!({
            "window": row.window,
            "start": row.start,
            "open": row.open.number(),
            "masked": row.masked.number(),
            "difference": row.difference(),
        })
    };
    let difference = found.difference.as_ref().ok();
    json!({
        "agent": found.agent,
        "mask": found.mask,
        "ranking_metric": found.ranking_metric.info().key,
        "open": found.scores[0].number(),
        "masked": found.scores[1].number(),
        "windows": found.rows.iter().map(row).collect::<Vec<_>>(),
        "difference": difference.map(|difference| json!({
            "difference": difference.difference,
            "low": difference.interval.low,
            "high": difference.interval.high,
            "level": 0.95,
            "p_value": difference.p_value,
            "unit": difference.unit,
        })),
        "missing": found.difference.as_ref().err(),
        "sentence": found.sentence(),
    })
}
