//! Tests of the whole room: results of valid files, and problems of invalid ones.

mod defaults;
mod files;
mod margin;
mod mistakes;
mod references;
mod registered;
mod repeats;
mod rules;
mod schema;
mod settings;
mod sweep;
mod syntax;
mod tournament;
mod warnings;

use std::path::Path;

use super::{Problem, ProblemSeverity, Scenario};

/// A valid scenario, for tests to modify.
pub(super) const GOOD: &str = r#"
[scenario]
name = "test"

[market]
path = "data/sample"
symbols = ["BTCUSDT", "ETHUSDT"]
interval = "1h"
start = 2024-01-01T00:00:00Z
end = 2024-07-01T00:00:00Z

[venue]
slippage = { model = "none" }

[risk.standard]
max_open_orders = 20

[[agents]]
name = "trend"
risk = "standard"
strategy = { kind = "sma_cross", fast = 20, slow = 100 }

[[agents]]
name = "idle"
strategy = { kind = "cash" }

[battle]
ranking_metric = "roi_pct"
"#;

pub(super) fn parse(source: &str) -> Result<(Scenario, Vec<Problem>), Vec<Problem>> {
    Scenario::parse(source, Path::new("somewhere"))
}

/// Parses a file that must have neither errors nor warnings.
pub(super) fn valid(source: &str) -> Scenario {
    let (scenario, warnings) = parse(source).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(warnings, vec![]);
    scenario
}

/// The valid scenario with one text replaced.
pub(super) fn changed(from: &str, to: &str) -> String {
    assert_eq!(GOOD.matches(from).count(), 1, "`{from}` must be there once");
    GOOD.replace(from, to)
}

/// The valid scenario with another strategy for its first agent.
pub(super) fn with_strategy(strategy: &str) -> String {
    changed(r#"{ kind = "sma_cross", fast = 20, slow = 100 }"#, strategy)
}

/// The single error of a file: its message, the underlined text, and its help.
pub(super) fn mistake(source: &str) -> (String, String, Option<String>) {
    let problems = parse(source).expect_err("has a mistake");
    let [problem] = problems.as_slice() else { panic!("not one problem: {problems:#?}") };
    assert_eq!(problem.severity, ProblemSeverity::Error);
    assert!(!problem.label.is_empty());
    (problem.message.clone(), source[problem.span.clone()].to_owned(), problem.help.clone())
}

/// Asserts the single error of a file.
#[track_caller]
pub(super) fn assert_mistake(source: &str, message: &str, underlined: &str, help: Option<&str>) {
    let found = mistake(source);
    assert_eq!((found.0.as_str(), found.1.as_str(), found.2.as_deref()), (message, underlined, help));
}

/// The single warning of a file: its message and the underlined text.
pub(super) fn warning(source: &str) -> (String, String) {
    let (_, warnings) = parse(source).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let [problem] = warnings.as_slice() else { panic!("not one warning: {warnings:#?}") };
    assert_eq!(problem.severity, ProblemSeverity::Warning);
    (problem.message.clone(), source[problem.span.clone()].to_owned())
}
