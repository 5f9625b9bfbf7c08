//! `tiltyard strategies`: the catalogue, as a list, one kind in full, or JSON.

use std::fmt::Write;

use clap::Args;

use super::output::{WIDTH, folded};
use super::{Exit, Failure, output};
use crate::scenario::catalogue::{ParameterDoc, STRATEGIES, StrategyDoc};
use crate::scenario::expr;

/// Parameters that nearly every kind has: the list leaves them out.
const SHARED: [&str; 2] = ["symbols", "timeframe"];

/// Arguments of `strategies`.
#[derive(Debug, Args)]
pub struct StrategiesArgs {
    /// Show only this strategy, with its full description.
    pub kind: Option<String>,
    /// Print as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Narrowest column of explanations.
const LEAST: usize = 24;

/// Prints the catalogue, or one kind of it.
///
/// # Errors
/// [`Exit::Usage`] for a kind that does not exist.
pub fn strategies(args: &StrategiesArgs) -> Result<Exit, Failure> {
    let chosen: Vec<&StrategyDoc> = match &args.kind {
        None => STRATEGIES.iter().collect(),
        Some(kind) => vec![find(kind)?],
    };
    let room = output::style().width.map_or(WIDTH, |width| width.min(WIDTH));
    let text = match (args.json, args.kind.is_some()) {
        (true, _) => format!("{:#}\n", serde_json::json!(chosen)),
        (false, true) => chosen.iter().map(|doc| full(doc, room)).collect(),
        (false, false) => list(&chosen, room),
    };
    output::result(&text)?;
    Ok(Exit::Done)
}

fn find(kind: &str) -> Result<&'static StrategyDoc, Failure> {
    STRATEGIES.iter().find(|doc| doc.kind == kind).ok_or_else(|| {
        let near = STRATEGIES
            .iter()
            .map(|doc| doc.kind)
            .max_by(|a, b| strsim::jaro_winkler(a, kind).total_cmp(&strsim::jaro_winkler(b, kind)));
        let help = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        Failure::plain(
            Exit::Usage,
            format!("there is no strategy `{kind}`"),
            format!("{help}`tiltyard strategies` lists them"),
        )
    })
}

/// The kinds with their parameters, in lines of at most `room`.
fn list(docs: &[&StrategyDoc], room: usize) -> String {
    let width = docs.iter().map(|doc| doc.kind.len()).max().unwrap_or(0);
    let mut text = String::new();
    for doc in docs {
        let own: Vec<String> =
            doc.parameters.iter().filter(|one| !SHARED.contains(&one.name)).map(short).collect();
        let room = room.saturating_sub(width + 2);
        let summary = folded(doc.summary.split(' '), " ", room);
        let parameters = folded(own.iter().map(String::as_str), "  ", room);
        for (index, line) in summary.iter().chain(&parameters).enumerate() {
            let kind = if index == 0 { doc.kind } else { "" };
            let _ = writeln!(text, "{kind:width$}  {line}");
        }
    }
    let end =
        "`tiltyard strategies KIND` explains one; all but cash also take `symbols`, most take `timeframe`";
    text.push('\n');
    folded(end.split(' '), " ", room).iter().for_each(|line| {
        let _ = writeln!(text, "{line}");
    });
    text
}

/// A parameter in a word: its name, with its default where it has a fixed one.
fn short(parameter: &ParameterDoc) -> String {
    match parameter.default_text() {
        Some("none") | None => parameter.name.to_owned(),
        Some(default) => format!("{}={default}", parameter.name),
    }
}

fn full(doc: &StrategyDoc, room: usize) -> String {
    let paragraph = |text: &str| folded(text.split(' '), " ", room).join("\n") + "\n";
    let mut text = paragraph(&format!("{}: {}", doc.kind, doc.summary));
    text.push_str(&format!(
        "\n{}\n{}",
        paragraph(doc.description),
        paragraph(&format!("warm-up: {}", doc.warm_up))
    ));
    let parameters: Vec<(String, String)> = doc.parameters.iter().map(explained).collect();
    if !parameters.is_empty() {
        text.push_str("\nparameters:\n");
        text.push_str(&columns(&parameters, room));
    }
    text.push_str(&format!("\nexample:\n  strategy = {}\n", doc.example));
    if doc.kind == "rules" {
        let forms = expr::REFERENCE.iter().chain(expr::OPERATORS);
        let forms: Vec<_> = forms.map(|(_, form, doc)| (form.to_string(), doc.to_string())).collect();
        text.push_str("\nconditions can use:\n");
        text.push_str(&columns(&forms, room));
    }
    text
}

fn explained(parameter: &ParameterDoc) -> (String, String) {
    let doc = parameter.doc.trim_end_matches('.');
    let default =
        parameter.default_text().map_or_else(String::new, |default| format!(" [default: {default}]"));
    (parameter.name.to_owned(), format!("{doc}{default}"))
}

/// Words beside their explanations, which are folded within `room`, or in a narrow column.
fn columns(rows: &[(String, String)], room: usize) -> String {
    let width = rows.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (word, explained) in rows {
        let room = room.saturating_sub(width + 4).max(LEAST);
        for (line, part) in folded(explained.split(' '), " ", room).iter().enumerate() {
            let _ = writeln!(text, "  {:width$}  {part}", if line == 0 { word } else { "" });
        }
    }
    text
}
