//! A tournament in its format, once for all forms: who stands where, how it came about, and what that proves.

mod bracket;
mod story;
mod tables;

pub(super) use bracket::Bracket;

use super::board::Field;
use crate::store::TournamentRecord;
use crate::tournament::formats::FormatView;

/// What a format shows.
#[derive(Debug, Clone)]
pub(super) struct Format {
    /// `round robin`.
    pub name: String,
    /// Columns of the places, best first.
    pub placings: Vec<Field>,
    /// Columns of the tests against baselines; empty where the format has none.
    pub tests: Vec<Field>,
    /// Seasons and rounds, a line each.
    pub story: Vec<String>,
    /// The rounds of a knockout as a tree.
    pub bracket: Option<Bracket>,
    /// Windows by the regime before them, where they were drawn by that.
    pub strata: Option<String>,
    /// What the places prove and what they do not.
    pub proves: String,
}

/// The view of a tournament's format.
pub(super) fn format(record: &TournamentRecord) -> Format {
    let (placings, tests) = tables::of(&record.view);
    Format {
        name: record.view.name().replace('_', " "),
        placings,
        tests,
        story: story::of(&record.view),
        bracket: match &record.view {
            FormatView::Knockout(view) => Bracket::of(view),
            _ => None,
        },
        strata: strata(record),
        proves: record.proves.clone(),
    }
}

fn strata(record: &TournamentRecord) -> Option<String> {
    let parts: Vec<String> =
        record.strata.iter().map(|(regime, windows)| format!("{regime} {windows}")).collect();
    (!parts.is_empty()).then(|| format!("windows by regime: {}", parts.join(", ")))
}
