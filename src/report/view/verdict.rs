//! What can be said about the winner, in one sentence.

use serde::Serialize;

use crate::report::wording::plural;
use crate::store::StoredRun;

/// The verdict.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Verdict {
    /// One sentence.
    pub sentence: String,
    /// Whether a winner is called.
    pub called: bool,
}

pub(super) fn verdict(stored: &StoredRun) -> Verdict {
    let board = &stored.leaderboard;
    let first: Vec<&str> =
        board.rankings.iter().filter(|row| row.rank == 1).map(|row| row.agent.as_str()).collect();
    let windows = plural(board.windows, "window");
    let sentence = format!(
        "{} ranked first by {} over {windows}; this run holds no standings, so no winner is called",
        first.join(", "),
        board.ranking_metric
    );
    Verdict { sentence, called: false }
}
