//! The columns of a leaderboard, the same in every form of a report.
//!
//! Owns their order and their heads: the ranking metric first, then the other metrics, trades and fees. Over several
//! windows heads say what a number is of: the whole record, or the mean or median of the windows' scores.

use super::names;
use crate::store::StoredRun;

/// What all numbers of a leaderboard of several windows are of.
pub(super) const RECORD: &str = "record";

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoardColumn {
    /// Its key in `leaderboard.json`.
    pub key: &'static str,
    /// Its head.
    pub head: &'static str,
    /// 0 for a column that always stays; else the higher, the sooner it goes where room is short.
    pub drop: u8,
}

const fn column(key: &'static str, head: &'static str, drop: u8) -> BoardColumn {
    BoardColumn { key, head, drop }
}

const ALL: [BoardColumn; 11] = [
    column("roi_pct", "ROI %", 1),
    column("total_pnl", "PnL", 8),
    column("final_equity", "final equity", 4),
    column("sharpe_ratio", "Sharpe", 2),
    column("sortino_ratio", "Sortino", 9),
    column("calmar_ratio", "Calmar", 10),
    column("max_drawdown_pct", "max DD %", 3),
    column("win_rate", "win %", 6),
    column("profit_factor", "PF", 7),
    column("trades", "trades", 5),
    column("fees", "fees", 11),
];

/// The head of a metric in tables of agents; a metric without one goes by its own name.
pub(super) fn head(metric: &str) -> &str {
    ALL.iter().find(|column| column.key == metric).map_or(metric, |column| column.head)
}

/// Columns of numbers after those of rank, name and score.
pub(super) fn columns(stored: &StoredRun) -> Vec<BoardColumn> {
    let metric = stored.leaderboard.ranking_metric.as_str();
    let mut all = ALL.to_vec();
    if stored.leaderboard.windows > 1 {
        // Every window starts with a fresh wallet.
        all.retain(|column| column.key != "final_equity");
    }
    if let Some(place) = all.iter().position(|column| column.key == metric) {
        let first = all.remove(place);
        all.insert(0, BoardColumn { drop: 0, ..first });
    }
    all
}

/// Keys and heads of the columns of metrics that may have no value.
pub(super) fn metrics() -> impl Iterator<Item = (&'static str, &'static str)> {
    let counted = ["final_equity", "total_pnl", "trades", "fees"];
    ALL.into_iter()
        .filter(move |column| !counted.contains(&column.key))
        .map(|column| (column.key, column.head))
}

/// Whether the numbers are those of a record of several windows.
pub(super) fn of_record(stored: &StoredRun) -> bool {
    stored.leaderboard.windows > 1 && !stored.leaderboard.aggregate.is_empty()
}

/// Whether agents are ranked by the mean or median of their windows' scores.
pub(super) fn is_aggregated(stored: &StoredRun) -> bool {
    stored.leaderboard.windows > 1 && matches!(stored.leaderboard.aggregate.as_str(), "mean" | "median")
}

/// The head of the score's own column: `mean ROI %`.
pub(super) fn score_head(stored: &StoredRun) -> String {
    if is_aggregated(stored) {
        format!("{} {}", stored.leaderboard.aggregate, head(&stored.leaderboard.ranking_metric))
    } else {
        "score".to_owned()
    }
}

/// How a metric's number is shown in tables of agents; nothing for a metric that is not known.
pub(super) fn form(metric: &str) -> Option<fn(f64) -> String> {
    match metric {
        "roi_pct" | "total_pnl" => Some(super::numbers::signed),
        known if names::ALL.iter().any(|one| one.name() == known) => Some(super::numbers::ratio),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn the_ranking_metric_comes_first_and_several_windows_have_no_final_equity() {
        let mut stored = fixture::stored();
        stored.leaderboard.ranking_metric = "max_drawdown_pct".to_owned();
        let keys = |stored: &StoredRun| columns(stored).iter().map(|one| one.key).collect::<Vec<_>>();
        assert_eq!(keys(&stored)[..4], ["max_drawdown_pct", "roi_pct", "total_pnl", "final_equity"]);
        stored.leaderboard.windows = 3;
        assert_eq!(keys(&stored)[..4], ["max_drawdown_pct", "roi_pct", "total_pnl", "sharpe_ratio"]);
        assert!(of_record(&stored) && score_head(&stored) == "score");
        stored.leaderboard.aggregate = "median".to_owned();
        assert_eq!(score_head(&stored), "median max DD %");
    }
}
