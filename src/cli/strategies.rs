//! `tiltyard strategies`: the catalogue, as a list, one kind in full, or JSON.

use std::fmt::Write;

use super::args::StrategiesArgs;
use super::{Exit, Failure, output};
use crate::scenario::catalogue::{STRATEGIES, StrategyDoc};
use crate::scenario::expr;

/// Prints the catalogue, or one kind of it.
///
/// # Errors
/// [`Exit::Usage`] for a kind that does not exist.
pub fn strategies(args: &StrategiesArgs) -> Result<Exit, Failure> {
    let chosen: Vec<&StrategyDoc> = match &args.kind {
        None => STRATEGIES.iter().collect(),
        Some(kind) => vec![find(kind)?],
    };
    let text = match (args.json, args.kind.is_some()) {
        (true, _) => format!("{:#}\n", serde_json::json!(chosen)),
        (false, true) => chosen.iter().map(|doc| full(doc)).collect(),
        (false, false) => list(&chosen),
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

fn list(docs: &[&StrategyDoc]) -> String {
    let width = docs.iter().map(|doc| doc.kind.len()).max().unwrap_or(0);
    let mut text = String::new();
    for doc in docs {
        let own: Vec<String> = doc.parameters.iter().filter(|one| one.name != "symbols").map(short).collect();
        let _ = writeln!(text, "{:width$}  {}", doc.kind, doc.summary);
        if !own.is_empty() {
            let _ = writeln!(text, "{:width$}  {}", "", own.join("  "));
        }
    }
    text.push_str(
        "\n`tiltyard strategies KIND` explains one; every kind but cash takes `symbols = [..]` too\n",
    );
    text
}

/// A parameter in a word: its name, with its default where it has a fixed one.
fn short(parameter: &crate::scenario::catalogue::ParameterDoc) -> String {
    match parameter.default_text() {
        Some(default) => format!("{}={default}", parameter.name),
        None => parameter.name.to_owned(),
    }
}

fn full(doc: &StrategyDoc) -> String {
    let mut text =
        format!("{}: {}\n\n{}\n\nwarm-up: {}\n", doc.kind, doc.summary, doc.description, doc.warm_up);
    if !doc.parameters.is_empty() {
        text.push_str("\nparameters:\n");
    }
    for one in doc.parameters {
        let default = one.default_text().map_or_else(String::new, |default| format!(" [default: {default}]"));
        let _ = writeln!(text, "  {:16} {}{default}", one.name, one.doc);
    }
    if doc.kind == "rules" {
        text.push_str("\nconditions are made of:\n");
        for (_, form, explained) in expr::REFERENCE.iter().chain(expr::OPERATORS) {
            let _ = writeln!(text, "  {form:34} {explained}");
        }
    }
    text
}
