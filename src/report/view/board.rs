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
    let several = stored.leaderboard.windows > 1;
    let scored = wording::score_says_more(stored);
    let counted = several && matches!(stored.leaderboard.aggregate.as_str(), "mean" | "median");
    let unfinished = rows.iter().any(|row| row.status != "completed");
    let mut columns = vec![Head::numbers("#"), Head::words("agent")];
    if scored {
        columns.push(Head::numbers("score"));
    }
    if counted {
        columns.push(Head::numbers("scored"));
    }
    columns.extend(METRICS.map(|(_, head, _)| Head::numbers(head)));
    columns.push(Head::numbers("PnL"));
    // Over several windows every one of them starts with a fresh wallet.
    if !several {
        columns.push(Head::numbers("final equity"));
    }
    columns.extend(["trades", "fees"].map(Head::numbers));
    if unfinished {
        columns.push(Head::words("status"));
    }
    let heads: Vec<String> = columns.iter().map(|head| head.name.clone()).collect();
    let rows = rows
        .iter()
        .map(|row| heads.iter().map(|head| cell(row, head, &stored.leaderboard.ranking_metric)).collect())
        .collect();
    Board { table: Table { columns, rows }, notes: notes(stored) }
}

/// What a row has under a head.
fn cell(row: &RankingRecord, head: &str, ranking_metric: &str) -> Cell {
    #[expect(clippy::cast_precision_loss, reason = "counts, shown only")]
    let counted = |n: usize| Cell::number(Some(n as f64), |_| crate::report::numbers::count(n));
    match head {
        "#" => Cell::number(row.rank.map(f64::from), |rank| rank.to_string()),
        "agent" => Cell::words(row.agent.as_str()),
        "score" => Cell::score(wording::shown_score(row, ranking_metric), ratio),
        "scored" => counted(row.scored_windows),
        "PnL" if row.is_idle() => Cell::number(None, ratio),
        "PnL" => Cell::money(&row.total_pnl, gain),
        "final equity" => Cell::money(&row.final_equity, money),
        "trades" => counted(row.trades),
        "fees" => Cell::money(&row.fees, money),
        "status" => Cell::words(row.status.as_str()),
        head => {
            let metric = METRICS.into_iter().find(|(_, name, _)| *name == head);
            let cell = |(key, _, form): (&str, &str, Form)| Cell::score(wording::shown(row, key), form);
            let cell = metric.map_or_else(|| Cell::words(""), cell);
            if head == "ROI %" { cell.toned() } else { cell }
        }
    }
}

fn notes(stored: &StoredRun) -> Vec<String> {
    let shown = METRICS.map(|(key, head, _)| -> Shown { (key, head) });
    let mut notes = wording::record(stored);
    notes.extend(wording::annualised(stored));
    notes.extend(wording::missing(stored, &wording::shown_with_score(stored, &shown)));
    notes.extend(wording::unfinished(stored));
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
