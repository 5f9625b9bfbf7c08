//! The tournament's format for pages: its tables, its rounds, its bracket.

use serde::Serialize;

use super::board::table;
use crate::report::formats::{self, Bracket};
use crate::report::table::Table;
use crate::store::StoredRun;

/// A tournament in its format.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Format {
    /// `knockout`.
    pub name: String,
    /// The places, best first.
    pub placings: Table,
    /// Tests against baselines; empty where the format has none.
    pub tests: Table,
    /// Seasons and rounds, a line each.
    pub story: Vec<String>,
    /// The rounds of a knockout as a tree.
    pub bracket: Option<Bracket>,
    /// What the places prove, and windows by regime.
    pub notes: Vec<String>,
}

/// The format of a run; none without a `[tournament]` table.
pub(super) fn format(stored: &StoredRun) -> Option<Format> {
    let found = formats::format(stored.tournament.as_ref()?);
    Some(Format {
        placings: table(&found.placings),
        tests: table(&found.tests),
        story: found.story,
        bracket: found.bracket,
        notes: std::iter::once(found.proves).chain(found.strata).collect(),
        name: found.name,
    })
}
