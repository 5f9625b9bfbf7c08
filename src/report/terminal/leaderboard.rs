//! The leaderboard as a table.

use super::Style;
use super::grid::{Column, draw};
use super::header::header;
use super::notes;
use super::numbers::{count, gain, money, ratio, signed};
use crate::store::{RankingRecord, StoredRun};

/// Metrics that may have no value, with their heads.
const METRICS: [(&str, &str); 7] = [
    ("roi_pct", "ROI %"),
    ("sharpe_ratio", "Sharpe"),
    ("sortino_ratio", "Sortino"),
    ("calmar_ratio", "Calmar"),
    ("max_drawdown_pct", "max DD %"),
    ("win_rate", "win %"),
    ("profit_factor", "PF"),
];

/// A run's leaderboard: what was replayed, the table, and what its numbers do not say.
pub fn leaderboard(stored: &StoredRun, style: Style) -> String {
    let mut text = header(&stored.run, style);
    text.push('\n');
    text.push_str(&table(stored, style));
    text.push_str(&format!("results: {}\n", stored.folder.display()));
    text
}

/// The table and its notes alone.
pub(super) fn table(stored: &StoredRun, style: Style) -> String {
    let drawing = draw(columns(stored, style), style);
    let shown: Vec<_> = METRICS.into_iter().filter(|(_, head)| !drawing.left_out.contains(head)).collect();
    let notes = [
        notes::left_out(&drawing.left_out, style),
        notes::missing(stored, &shown, style),
        notes::unfinished(stored, style),
        notes::flags(stored, style),
    ];
    format!("{}\n{}", drawing.text, notes.concat())
}

/// The ranking metric's column comes right after the name and always stays.
fn columns(stored: &StoredRun, style: Style) -> Vec<Column> {
    let rows = &stored.leaderboard.rankings;
    let metric = stored.leaderboard.ranking_metric.as_str();
    let text = |make: fn(&RankingRecord) -> String| rows.iter().map(make);
    let number = |key: &'static str, form: fn(f64) -> String| {
        rows.iter().map(move |row| row.value(key).map_or_else(|| style.none().to_owned(), form))
    };
    let mut all = vec![
        ("roi_pct", Column::gains("ROI %", 1, number("roi_pct", signed))),
        ("total_pnl", Column::gains("PnL", 8, text(|row| gain(&row.total_pnl)))),
        ("", Column::numbers("final equity", 4, text(|row| money(&row.final_equity)))),
        ("sharpe_ratio", Column::numbers("Sharpe", 2, number("sharpe_ratio", ratio))),
        ("sortino_ratio", Column::numbers("Sortino", 9, number("sortino_ratio", ratio))),
        ("calmar_ratio", Column::numbers("Calmar", 10, number("calmar_ratio", ratio))),
        ("max_drawdown_pct", Column::numbers("max DD %", 3, number("max_drawdown_pct", ratio))),
        ("win_rate", Column::numbers("win %", 6, number("win_rate", ratio))),
        ("profit_factor", Column::numbers("PF", 7, number("profit_factor", ratio))),
        ("", Column::numbers("trades", 5, text(|row| count(row.trades)))),
        ("", Column::numbers("fees", 11, text(|row| money(&row.fees)))),
    ];
    let ranked_by = all.iter().position(|(key, _)| *key == metric).map(|i| all.remove(i).1.kept());
    let mut columns = vec![
        Column::numbers("#", 0, text(|row| row.rank.to_string())),
        Column::words("agent", 0, text(|row| row.agent.clone())).strong_where(|i| rows[i].rank == 1),
    ];
    columns.extend(score(stored, style));
    columns.extend(ranked_by);
    columns.extend(all.into_iter().map(|(_, column)| column));
    if rows.iter().any(|row| row.status != "completed") {
        columns.push(Column::words("status", 0, text(|row| row.status.clone())));
    }
    columns
}

/// Shown only where it says something else than the ranking metric's own column.
fn score(stored: &StoredRun, style: Style) -> Option<Column> {
    let metric = stored.leaderboard.ranking_metric.as_str();
    let rows = &stored.leaderboard.rankings;
    let shown = |value: Option<f64>| value.map(ratio);
    let differs = rows.iter().any(|row| shown(row.score) != shown(row.value(metric)));
    let cells = rows.iter().map(|row| shown(row.score).unwrap_or_else(|| style.none().to_owned()));
    differs.then(|| Column::numbers("score", 0, cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{StoredRun, fixture};

    /// Six agents of realistic size.
    pub(crate) fn league() -> StoredRun {
        let mut stored = fixture::stored();
        let template = stored.leaderboard.rankings[0].clone();
        let row = |rank, agent: &str, roi: f64, trades| RankingRecord {
            rank,
            agent: agent.to_owned(),
            score: Some(roi),
            final_equity: format!("{:.8}", 10_000.0 * (1.0 + roi / 100.0)),
            roi_pct: Some(roi),
            total_pnl: format!("{:.8}", 100.0 * roi),
            sharpe_ratio: Some(roi / 60.0),
            sortino_ratio: Some(roi / 40.0),
            calmar_ratio: Some(roi / 30.0),
            max_drawdown_pct: Some(-roi.abs() / 3.0 - 1.0),
            win_rate: Some(48.125),
            profit_factor: Some(1.234),
            trades,
            fees: "1234.56789012".to_owned(),
            ..template.clone()
        };
        let idle = stored.leaderboard.rankings[1].clone();
        stored.leaderboard.rankings = vec![
            row(1, "donchian_breakout_20", 154.205, 1234),
            row(2, "momentum_top_3", 88.5, 210),
            row(3, "buy_and_hold", 61.0, 1),
            RankingRecord { rank: 4, ..idle },
            RankingRecord { status: "disqualified".to_owned(), ..row(5, "grid", -35.75, 5012) },
        ];
        stored
    }

    #[test]
    #[ignore = "for the eye: prints the tables at several widths"]
    fn look() {
        for width in [Some(60), Some(80), Some(100), Some(140), None] {
            println!(
                "== {width:?}\n{}",
                leaderboard(&league(), Style { colour: false, unicode: true, width })
            );
        }
        println!(
            "{}",
            leaderboard(&fixture::stored(), Style { colour: true, unicode: true, width: Some(100) })
        );
    }
}
