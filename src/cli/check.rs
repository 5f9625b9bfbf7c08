//! `tiltyard check`: the scenario and its data, without a run.

use std::path::{Path, PathBuf};

use clap::Args;
use miette::Severity;
use serde_json::{Value, json};

use super::output::{self, counted};
use super::{Exit, Failure, diagnostics, programs};
use crate::report::unused_bars;
use crate::run::{self, CheckReport, ScenarioSource};
use crate::store::registry::StoredAgents;

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = Exit::help())]
pub struct CheckArgs {
    /// The scenario (TOML).
    pub file: PathBuf,
    /// The store with the registered agents that the scenario names.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub out: PathBuf,
    /// Print the problems as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Checks and says what would be run; with `--json` the problems are data on stdout.
///
/// # Errors
/// What is wrong with the scenario or its data.
pub fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    let source = ScenarioSource::read(&args.file, &StoredAgents::of(&args.out)).map_err(Failure::from);
    let source = match source {
        Err(failure) if args.json => return answer(&args.file, Vec::new(), Err(failure)),
        other => other?,
    };
    let warnings = diagnostics::warnings(&source);
    let found = run::check_with(&source.scenario, &[], &programs::here())
        .map_err(|error| Failure::of_run(&error, &source));
    if args.json {
        return answer(&args.file, warnings, found.map(|_| ()));
    }
    diagnostics::print(&warnings);
    let found = found?;
    diagnostics::notes(&found.notes);
    output::result(&line(&args.file, &found))?;
    Ok(Exit::Done)
}

/// What a run of the scenario would replay, in a line; a second one where many bars are left out.
fn line(file: &Path, found: &CheckReport) -> String {
    let (unused, of) = (found.unused_bars, found.range_bars);
    let unused = if unused * 10 > of { format!("  {}\n", unused_bars(unused, of)) } else { String::new() };
    format!(
        "{}: ok; {} in {} on {}, {} of {} from {} to {}\n{unused}",
        file.display(),
        counted(found.agents as u64, "agent"),
        counted(found.windows as u64, "window"),
        counted(found.symbols as u64, "symbol"),
        counted(found.bars as u64, "bar"),
        found.interval,
        found.start,
        found.end,
    )
}

/// `{"ok", "file", "problems": [{"severity", "message", "line", "column", "span", "label", "help"}]}`; lines
/// and columns count from 1, spans are bytes; null where a problem has no place in the scenario file.
fn answer(file: &Path, warnings: Vec<miette::Report>, end: Result<(), Failure>) -> Result<Exit, Failure> {
    let (exit, diagnostics) =
        end.map_or_else(|failure| (failure.exit, failure.diagnostics), |()| (Exit::Done, Vec::new()));
    let problems: Vec<Value> = warnings.iter().chain(&diagnostics).map(problem).collect();
    let text = json!({ "ok": exit == Exit::Done, "file": file.display().to_string(), "problems": problems });
    output::result(&format!("{text:#}\n"))?;
    Ok(exit)
}

fn problem(diagnostic: &miette::Report) -> Value {
    let label = diagnostic.labels().and_then(|mut labels| labels.next());
    let span = label.as_ref().map(|label| label.inner());
    let contents = span.and_then(|span| diagnostic.source_code()?.read_span(span, 0, 0).ok());
    json!({
        "severity": if diagnostic.severity() == Some(Severity::Warning) { "warning" } else { "error" },
        "message": diagnostic.to_string(),
        "line": contents.as_ref().map(|contents| contents.line() + 1),
        "column": contents.as_ref().map(|contents| contents.column() + 1),
        "span": span.map(|span| json!({ "start": span.offset(), "end": span.offset() + span.len() })),
        "label": label.as_ref().and_then(|label| label.label()),
        "help": diagnostic.help().map(|help| help.to_string()),
    })
}
