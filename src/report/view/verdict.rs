//! What can be said about the winner, in one sentence.

use serde::Serialize;

use crate::report::wording::{head, plural};
use crate::store::StoredRun;

/// Verdict as shown on the page.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Verdict {
    /// One sentence, without a full stop.
    pub sentence: String,
    /// Whether a winner is called.
    pub called: bool,
}

/// That of the standings; else who came first, and why that is all.
pub(in crate::report) fn verdict(stored: &StoredRun) -> Verdict {
    if let Some(standings) = &stored.standings {
        let verdict = &standings.verdict;
        return Verdict { sentence: verdict.sentence.clone(), called: verdict.outcome == "called" };
    }
    let board = &stored.leaderboard;
    let first: Vec<&str> =
        board.rankings.iter().filter(|row| row.rank == Some(1)).map(|row| row.agent.as_str()).collect();
    let missing = stored.tournament.as_ref().and_then(|tournament| tournament.standings_missing.clone());
    let why = missing.unwrap_or_else(|| {
        if board.windows > 1 {
            "no winner is called, because the scenario has no [tournament] table".to_owned()
        } else {
            "one window is not enough to separate skill from luck".to_owned()
        }
    });
    let remembered =
        board.rankings.iter().filter(|row| row.rank == Some(1)).filter_map(|row| {
            Some(format!("; possibly remembered: of {}, {}", row.agent, row.remembered()?))
        });
    let sentence = format!(
        "{} ranked first by {} over {}; {why}{}",
        first.join(", "),
        head(&board.ranking_metric),
        plural(board.windows, "window"),
        remembered.collect::<String>()
    );
    Verdict { sentence, called: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn without_standings_no_winner_is_called() {
        let mut stored = fixture::stored();
        let one = verdict(&stored);
        assert!(!one.called && one.sentence.ends_with("separate skill from luck"), "{}", one.sentence);
        stored.leaderboard.windows = 6;
        assert!(verdict(&stored).sentence.contains("over 6 windows; no winner is called"));
    }
}
