//! `tiltyard agent lag`: what is left of an agent's result where its decisions come late.

use serde_json::{Value, json};

use super::super::data::table;
use super::super::interrupt::Interrupt;
use super::super::{Exit, Failure, diagnostics, output, programs};
use super::args::LagArgs;
use super::watch::Watch;
use crate::domain::Metric;
use crate::metrics::{Measure, Score, value_of};
use crate::run::{self, LagReport, LagRow, ScenarioSource, on_threads, prepare_with};
use crate::store::registry::StoredAgents;
use crate::tournament::RunOptions;

/// What the table shows of a record.
const SHOWN: [Metric; 4] = [Metric::RoiPct, Metric::SharpeRatio, Metric::MaxDrawdownPct, Metric::Turnover];

/// Replays the agent with and without delays, and prints what is left.
///
/// # Errors
/// What is wrong with the scenario or its data, an unknown agent; [`Exit::Interrupted`] on Ctrl-C.
pub fn lag(args: &LagArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.scenario, &StoredAgents::of(&args.out))?;
    let watch = Watch(Interrupt::listen());
    let bars: Vec<usize> = args.bars.iter().map(|&bars| bars as usize).collect();
    let found = on_threads(args.threads.count(), || {
        let prepared = prepare_with(&source.scenario, &[], &programs::here())?;
        diagnostics::notes(prepared.notes());
        run::lag(&prepared, &args.agent, &bars, RunOptions::default(), &watch)
    })
    .map_err(|error| Failure::of_run(&error, &source))?;
    if args.json {
        return output::result(&format!("{:#}\n", in_json(&found))).map(|()| Exit::Done);
    }
    output::result(&text(&found))?;
    Ok(Exit::Done)
}

/// The table and its sentence.
fn text(found: &LagReport) -> String {
    let heads = SHOWN.map(|metric| metric.info().head);
    let heads: Vec<&str> = ["delay", "score", "left"].into_iter().chain(heads).collect();
    let mut table = table::table(&heads);
    for row in &found.rows {
        let delay = match row.bars {
            0 => "none".to_owned(),
            1 => "1 bar".to_owned(),
            bars => format!("{bars} bars"),
        };
        let left = found.kept(row).map_or_else(|| "-".to_owned(), |kept| format!("{:.0} %", 100.0 * kept));
        let values = SHOWN.map(|metric| number(value_of(&row.record, metric)));
        table.add_row([delay, score(row.score), left].into_iter().chain(values));
    }
    let by = found.ranking_metric.info().key;
    format!("{} by {by}\n\n{}\n\n{}\n", found.agent, table, found.sentence())
}

fn number(value: Measure) -> String {
    value.map_or_else(|_| "-".to_owned(), |value| format!("{value:.2}"))
}

fn score(score: Score) -> String {
    score.value().map_or_else(|| "-".to_owned(), |value| format!("{value:.3}"))
}

fn in_json(found: &LagReport) -> Value {
    let row = |row: &LagRow| {
        let values =
            SHOWN.map(|metric| (metric.info().key.to_owned(), json!(value_of(&row.record, metric).ok())));
        json!({
            "bars": row.bars,
            "score": row.score.number(),
            "kept": found.kept(row),
            "metrics": Value::Object(values.into_iter().collect()),
        })
    };
    json!({
        "agent": found.agent,
        "ranking_metric": found.ranking_metric.info().key,
        "rows": found.rows.iter().map(row).collect::<Vec<_>>(),
        "sentence": found.sentence(),
    })
}
