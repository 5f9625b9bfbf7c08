//! The leaderboard as a table for pages: every column, and what its numbers do not say.

use serde::Serialize;

use crate::report::numbers::{gain, money, ratio, signed};
use crate::report::table::{Cell, Head, Table};
use crate::report::wording::{self, Shown};
use crate::store::{RankingRecord, StoredRun};

/// The table and the sentences under it.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Board {
    pub table: Table,
    pub notes: Vec<String>,
}

type Form = fn(f64) -> String;

/// Metrics that may have no value: key, head, form.
const METRICS: [(&str, &str, Form); 7] = [
    ("roi_pct", "ROI %", signed),
    ("sharpe_ratio", "Sharpe", ratio),
    ("sortino_ratio", "Sortino", ratio),
    ("calmar_ratio", "Calmar", ratio),
    ("max_drawdown_pct", "max DD %", ratio),
    ("win_rate", "win %", ratio),
    ("profit_factor", "PF", ratio),
];

pub(super) fn board(stored: &StoredRun) -> Board {
    let rows = &stored.leaderboard.rankings;
    let scored = score_says_more(stored);
    let unfinished = rows.iter().any(|row| row.status != "completed");
    let mut columns = vec![Head::numbers("#"), Head::words("agent")];
    if scored {
        columns.push(Head::numbers("score"));
    }
    columns.extend(METRICS.map(|(_, head, _)| Head::numbers(head)));
    columns.extend(["PnL", "final equity", "trades", "fees"].map(Head::numbers));
    if unfinished {
        columns.push(Head::words("status"));
    }
    let rows = rows.iter().map(|row| cells(row, scored, unfinished)).collect();
    Board { table: Table { columns, rows }, notes: notes(stored, scored) }
}

fn cells(row: &RankingRecord, scored: bool, unfinished: bool) -> Vec<Cell> {
    let mut cells = vec![
        Cell::number(Some(f64::from(row.rank)), |rank| rank.to_string()),
        Cell::words(row.agent.as_str()),
    ];
    if scored {
        cells.push(Cell::number(row.score, ratio));
    }
    for (key, _, form) in METRICS {
        let value = row.value(key);
        cells.push(if key == "roi_pct" { Cell::gain(value, form) } else { Cell::number(value, form) });
    }
    cells.push(Cell::money(&row.total_pnl, gain));
    cells.push(Cell::money(&row.final_equity, money));
    #[expect(clippy::cast_precision_loss, reason = "a count, shown only")]
    cells.push(Cell::number(Some(row.trades as f64), |_| crate::report::numbers::count(row.trades)));
    cells.push(Cell::money(&row.fees, money));
    if unfinished {
        cells.push(Cell::words(row.status.as_str()));
    }
    cells
}

/// Whether the score is another number than the ranking metric's own column.
fn score_says_more(stored: &StoredRun) -> bool {
    let metric = stored.leaderboard.ranking_metric.as_str();
    let shown = |value: Option<f64>| value.map(ratio);
    stored.leaderboard.rankings.iter().any(|row| shown(row.score) != shown(row.value(metric)))
}

fn notes(stored: &StoredRun, scored: bool) -> Vec<String> {
    let shown = METRICS.map(|(key, head, _)| -> Shown { (key, head) });
    let mut notes = Vec::new();
    if scored && stored.leaderboard.windows > 1 {
        notes.push(wording::SCORE.to_owned());
    }
    notes.extend(wording::missing(stored, &shown));
    notes.extend(wording::unfinished(stored));
    notes
}
