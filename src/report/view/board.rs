//! The leaderboard as a table for pages: every column, and what its numbers do not say.

use serde::Serialize;

use crate::report::board::{Field, explained, fields};
use crate::report::cutoff::{self, CutoffTable};
use crate::report::table::Table;
use crate::report::wording;
use crate::store::StoredRun;

/// The table and the sentences under it.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Board {
    pub table: Table,
    pub notes: Vec<String>,
}

pub(super) fn board(stored: &StoredRun) -> Board {
    Board { table: table(&fields(stored)), notes: notes(stored) }
}

/// The standings before and after one training cutoff.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Cutoff {
    pub title: String,
    pub table: Table,
    pub notes: Vec<String>,
}

pub(super) fn cutoffs(stored: &StoredRun) -> Vec<Cutoff> {
    let shown =
        |found: CutoffTable| Cutoff { table: table(&found.fields), title: found.title, notes: found.notes };
    cutoff::cutoffs(stored).into_iter().map(shown).collect()
}

/// Columns as a table of rows.
pub(super) fn table(fields: &[Field]) -> Table {
    let cell = |row: usize| fields.iter().map(move |field| field.cells[row].clone()).collect();
    let rows = (0..fields.first().map_or(0, |field| field.cells.len())).map(cell).collect();
    Table { columns: fields.iter().map(Field::head).collect(), rows }
}

fn notes(stored: &StoredRun) -> Vec<String> {
    let mut notes = wording::record(stored);
    notes.extend(cutoff::marked(stored));
    notes.extend(wording::annualised(stored));
    notes.extend(wording::missing(stored, &wording::shown_with_score(stored, &explained(|_| true))));
    notes.extend(wording::unfinished(stored));
    notes.extend(wording::proved(stored));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_score_that_is_no_number_has_its_reason_under_the_table() {
        let mut stored = fixture::stored();
        let row = &mut stored.leaderboard.rankings[0];
        row.score = None;
        row.missing.insert("score".to_owned(), "+infinity: no return below the threshold".to_owned());
        let notes = notes(&stored);
        let wanted = "+infinity: no return below the threshold: score of trend, fast";
        assert!(notes.iter().any(|line| line == wanted), "{notes:?}");
    }
}
