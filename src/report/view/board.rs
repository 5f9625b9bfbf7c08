//! The leaderboard as a table for pages: every column, and what its numbers do not say.

use serde::Serialize;

use crate::report::board_columns;
use crate::report::numbers::{gain, money, ratio};
use crate::report::table::{Cell, Head, Table};
use crate::report::wording;
use crate::store::{RankingRecord, StoredRun};

/// The table and the sentences under it.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Board {
    pub table: Table,
    pub notes: Vec<String>,
}

pub(super) fn board(stored: &StoredRun) -> Board {
    let rows = &stored.leaderboard.rankings;
    let scored = wording::score_says_more(stored);
    let counted = board_columns::is_aggregated(stored);
    let unfinished = rows.iter().any(|row| row.status != "completed");
    let numbers = board_columns::columns(stored);
    let mut columns = vec![Head::numbers("#"), Head::words("agent")];
    if scored {
        columns.push(Head::numbers(&board_columns::score_head(stored)));
    }
    if counted {
        columns.push(Head::numbers("scored"));
    }
    let of_record = board_columns::of_record(stored);
    columns.extend(numbers.iter().map(|one| {
        let text = format!("{} {}", board_columns::RECORD, one.head);
        Head::numbers(if of_record { &text } else { one.head })
    }));
    if unfinished {
        columns.push(Head::words("status"));
    }
    let metric = stored.leaderboard.ranking_metric.as_str();
    let row = |row: &RankingRecord| {
        let mut cells = vec![
            Cell::number(row.rank.map(f64::from), |rank| rank.to_string()),
            Cell::words(row.agent.as_str()),
        ];
        if scored {
            let form = board_columns::form(metric).unwrap_or(ratio);
            cells.push(Cell::score(wording::shown_score(row, metric), form));
        }
        if counted {
            cells.push(whole(row.scored_windows));
        }
        cells.extend(numbers.iter().map(|one| cell(row, one.key)));
        if unfinished {
            cells.push(Cell::words(row.status.as_str()));
        }
        cells
    };
    let rows = rows.iter().map(row).collect();
    Board { table: Table { columns, rows }, notes: notes(stored) }
}

#[expect(clippy::cast_precision_loss, reason = "counts, shown only")]
fn whole(n: usize) -> Cell {
    Cell::number(Some(n as f64), |_| crate::report::numbers::count(n))
}

/// What a row has in a column of numbers.
fn cell(row: &RankingRecord, key: &str) -> Cell {
    match key {
        "total_pnl" if row.is_idle() => Cell::number(None, ratio),
        "total_pnl" => Cell::money(&row.total_pnl, gain),
        "final_equity" => Cell::money(&row.final_equity, money),
        "trades" => whole(row.trades),
        "fees" => Cell::money(&row.fees, money),
        metric => {
            let form = board_columns::form(metric).unwrap_or(ratio);
            let cell = Cell::score(wording::shown(row, metric), form);
            if metric == "roi_pct" { cell.toned() } else { cell }
        }
    }
}

fn notes(stored: &StoredRun) -> Vec<String> {
    let shown: Vec<wording::Shown> = board_columns::metrics().collect();
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
    fn heads_and_columns_are_those_of_the_terminal() {
        let mut stored = fixture::stored();
        stored.leaderboard.windows = 6;
        stored.leaderboard.ranking_metric = "sharpe_ratio".to_owned();
        stored.leaderboard.aggregate = "median".to_owned();
        stored.leaderboard.rankings[0].score = Some(9.0);
        let heads: Vec<String> = board(&stored).table.columns.into_iter().map(|head| head.name).collect();
        let expected =
            ["#", "agent", "median Sharpe", "scored", "record Sharpe", "record ROI %", "record PnL"];
        assert_eq!(heads[..7], expected);
        let text = crate::report::terminal::leaderboard(&stored, crate::report::terminal::Style::PLAIN);
        let line = text.lines().find(|line| line.starts_with("#  agent")).unwrap();
        let mut rest = line;
        for head in &heads {
            let head = head.trim_start_matches("record ");
            let at = rest.find(head).unwrap_or_else(|| panic!("{head}: {text}"));
            rest = &rest[at + head.len()..];
        }
    }

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
