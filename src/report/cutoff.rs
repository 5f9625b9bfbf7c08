//! Training cutoffs: the marked windows in words, and the standings before and after side by side. Once for all forms.

use super::board::Field;
use super::numbers::{self, ratio};
use super::table::Cell;
use super::wording::{head, plural};
use crate::store::{CutoffRecord, CutoffRow, CutoffScore, RankingRecord, StoredRun};

/// The standings on both sides of one training cutoff.
#[derive(Debug, Clone)]
pub(super) struct CutoffTable {
    pub title: String,
    pub fields: Vec<Field>,
    /// The verdict of each side.
    pub notes: Vec<String>,
}

/// One table for each cutoff, the earliest first.
pub(super) fn cutoffs(stored: &StoredRun) -> Vec<CutoffTable> {
    stored.leaderboard.cutoffs.iter().map(|cutoff| table(stored, cutoff)).collect()
}

fn table(stored: &StoredRun, cutoff: &CutoffRecord) -> CutoffTable {
    let metric = &stored.leaderboard.ranking_metric;
    let form = numbers::form(metric);
    let shown = |value: f64| form.as_ref().map_or_else(|| ratio(value), |form| form(value));
    let field = |name, title: String, numeric, cell: &dyn Fn(&CutoffRow) -> Cell| Field {
        name,
        title: Some(title),
        over: None,
        numeric,
        drop: 0,
        metric: None,
        cells: cutoff.rows.iter().map(cell).collect(),
    };
    let score = |score: &CutoffScore| Cell::score(score.known(), shown);
    let rank = |score: &CutoffScore| Cell::number(score.rank.map(f64::from), |rank| rank.to_string());
    let (by, date) = (head(metric), day(&cutoff.training_cutoff));
    let sides = [
        ("before", cutoff.windows_before, &cutoff.verdict_before),
        ("after", cutoff.windows_after, &cutoff.verdict_after),
    ];
    let notes = sides.into_iter().filter_map(|(side, windows, verdict)| {
        Some(format!("{side} {date}, {}: {}", plural(windows, "window"), verdict.as_ref()?))
    });
    CutoffTable {
        title: format!("before and after {date}, the training cutoff of {}", cutoff.agents.join(", ")),
        fields: vec![
            field("agent", "agent".to_owned(), false, &|row| Cell::words(row.agent.as_str())),
            field("before #", "before #".to_owned(), true, &|row| rank(&row.before)),
            field("before", format!("before {by}"), true, &|row| score(&row.before)),
            field("after #", "after #".to_owned(), true, &|row| rank(&row.after)),
            field("after", format!("after {by}"), true, &|row| score(&row.after)),
        ],
        notes: notes.collect(),
    }
}

/// Which windows are marked: one line for each agent whose model has a training cutoff.
pub(super) fn marked(stored: &StoredRun) -> Vec<String> {
    stored.leaderboard.rankings.iter().filter_map(marks).collect()
}

fn marks(row: &RankingRecord) -> Option<String> {
    let model = row.model.as_ref()?;
    let cutoff = day(model.training_cutoff.as_deref()?);
    if model.windows_before_cutoff == 0 {
        return Some(format!(
            "{}: no window begins before the training cutoff {cutoff} of {}",
            row.agent, model.name
        ));
    }
    let marked: Vec<u32> =
        row.windows.iter().filter(|window| window.before_cutoff).map(|window| window.window).collect();
    Some(format!(
        "{}: {} of {} before the training cutoff {cutoff} of {}: {}; it possibly remembers them",
        row.agent,
        plural(marked.len(), "window"),
        row.windows.len(),
        model.name,
        ranges(&marked)
    ))
}

/// Without a midnight.
fn day(time: &str) -> &str {
    time.strip_suffix("T00:00:00Z").unwrap_or(time)
}

/// `0-3, 7`.
fn ranges(windows: &[u32]) -> String {
    let mut text: Vec<String> = Vec::new();
    for run in windows.chunk_by(|a, b| *b == a + 1) {
        match run {
            [one] => text.push(one.to_string()),
            [first, .., last] => text.push(format!("{first}-{last}")),
            [] => {}
        }
    }
    text.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{ModelRecord, fixture};

    #[test]
    fn marked_windows_are_named() {
        let mut stored = fixture::stored();
        assert_eq!((marked(&stored), cutoffs(&stored).len()), (Vec::<String>::new(), 0));
        let row = &mut stored.leaderboard.rankings[0];
        let cutoff = Some("2024-06-01T00:00:00Z".to_owned());
        row.model =
            Some(ModelRecord { name: "m-1".to_owned(), training_cutoff: cutoff, windows_before_cutoff: 1 });
        row.windows[0].before_cutoff = true;
        let expected = "trend, fast: 1 window of 1 before the training cutoff 2024-06-01 of m-1: 0; it possibly remembers them";
        assert_eq!(marked(&stored), [expected]);
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "0-2, 5, 7-8");
        let side = |score, rank| CutoffScore { score: Some(score), missing: None, rank: Some(rank) };
        let row = CutoffRow { agent: "trend, fast".to_owned(), before: side(2.5, 1), after: side(-1.0, 2) };
        stored.leaderboard.cutoffs.push(CutoffRecord {
            training_cutoff: "2024-06-01T00:00:00Z".to_owned(),
            agents: vec!["trend, fast".to_owned()],
            windows_before: 4,
            windows_after: 2,
            rows: vec![row],
            verdict_before: Some("it leads".to_owned()),
            verdict_after: None,
        });
        let found = &cutoffs(&stored)[0];
        assert_eq!(found.title, "before and after 2024-06-01, the training cutoff of trend, fast");
        let texts: Vec<String> = found
            .fields
            .iter()
            .map(|field| format!("{} = {}", field.head().name, field.cells[0].text))
            .collect();
        assert_eq!(
            texts,
            [
                "agent = trend, fast",
                "before # = 1",
                "before ROI % = +2.50",
                "after # = 2",
                "after ROI % = -1.00"
            ]
        );
        assert_eq!(found.notes, ["before 2024-06-01, 4 windows: it leads"]);
    }
}
