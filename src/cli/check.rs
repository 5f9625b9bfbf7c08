//! `tiltyard check`: the scenario and its data, without a run.

use super::args::CheckArgs;
use super::load::{self, Unread};
use super::{Exit, Failure, diagnostics, output};
use crate::scenario::{Problem, ProblemSeverity};

/// Checks and says what would be run; with `--json` the problems are data on stdout.
///
/// # Errors
/// What is wrong with the scenario or its data.
pub fn check(args: &CheckArgs) -> Result<Exit, Failure> {
    let read = match load::read(&args.file) {
        Ok(read) => read,
        Err(Unread::Problems(_, problems)) if args.json => {
            print_json(&problems, None)?;
            return Ok(Exit::Usage);
        }
        Err(unread) => return Err(unread.into()),
    };
    let arena = load::arena(&read);
    if args.json {
        let exit = arena.as_ref().map_or_else(|failure| failure.exit, |_| Exit::Done);
        print_json(&read.warnings, arena.err().as_ref())?;
        return Ok(exit);
    }
    diagnostics::print(&read.quoted.pages(read.warnings.clone()));
    let arena = arena?;
    let scenario = &read.scenario;
    output::result(&format!(
        "{}: ok; {} agents x {} windows on {} symbols, {} bars of {} from {} to {}\n",
        args.file.display(),
        scenario.agents.len(),
        arena.windows.len(),
        scenario.market.instruments.len(),
        arena.windows.iter().map(|span| span.window.ticks.last - span.window.ticks.first).sum::<usize>(),
        scenario.market.interval,
        arena.windows.first().map_or_else(String::new, |span| span.start.to_string()),
        arena.windows.iter().map(|span| span.end).max().map_or_else(String::new, |end| end.to_string()),
    ))?;
    Ok(Exit::Done)
}

/// `{"ok", "problems": [{severity, message, span, label, help}]}`; a problem of the data has no span.
fn print_json(problems: &[Problem], data: Option<&Failure>) -> Result<(), Failure> {
    let mut list: Vec<serde_json::Value> =
        problems.iter().map(|problem| serde_json::json!(problem)).collect();
    for page in data.map_or(&[][..], |failure| &failure.pages) {
        let help = page.help().map(|help| help.to_string());
        list.push(serde_json::json!({ "severity": "error", "message": page.to_string(), "help": help }));
    }
    let ok = data.is_none() && problems.iter().all(|problem| problem.severity == ProblemSeverity::Warning);
    output::result(&format!("{:#}\n", serde_json::json!({ "ok": ok, "problems": list })))
}
