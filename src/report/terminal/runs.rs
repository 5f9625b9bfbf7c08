//! The list of runs.

use super::Style;
use super::grid::{Column, draw};
use crate::domain::Timestamp;
use crate::report::numbers::{instant, length, range, ratio};
use crate::report::wording;
use crate::store::RunSummary;

/// All runs as a table, in the given order.
pub fn runs(all: &[RunSummary], style: Style) -> String {
    if all.is_empty() {
        return "no runs yet\n".to_owned();
    }
    let text = |make: fn(&RunSummary) -> String| all.iter().map(make);
    let score = all.iter().map(|run| run.score.map_or_else(|| style.none().to_owned(), ratio));
    let columns = vec![
        Column::words("run", 0, text(|run| run.run_id.clone())),
        Column::words("scenario", 0, text(|run| run.scenario.clone())),
        Column::words("finished (UTC)", 2, text(|run| finished(&run.finished_at))),
        Column::words("from", 4, text(|run| range(&run.start, &run.end).0)),
        Column::words("to", 4, text(|run| range(&run.start, &run.end).1)),
        Column::numbers("windows", 5, text(|run| run.windows.to_string())),
        Column::numbers("agents", 6, text(|run| run.agents.to_string())),
        Column::words("winner", 1, text(|run| run.winner.clone())),
        Column::words("ranked by", 3, text(|run| wording::head(&run.ranking_metric).to_owned())),
        Column::numbers("score", 3, score),
        Column::numbers("took", 7, text(|run| length(run.duration_seconds))),
    ];
    draw(columns, style).text
}

fn finished(at: &str) -> String {
    at.parse::<Timestamp>().map_or_else(|_| at.to_owned(), |at| instant(at, false))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn summary() -> RunSummary {
        RunSummary {
            run_id: "3f2a9c0b1d2e".to_owned(),
            identity: "3f2a9c0b1d2e".to_owned(),
            scenario: "first_tournament".to_owned(),
            folder: PathBuf::from("reports/first_tournament/3f2a9c0b1d2e"),
            start: "2022-01-01T00:00:00Z".to_owned(),
            end: "2024-01-01T00:00:00Z".to_owned(),
            ranking_metric: "roi_pct".to_owned(),
            windows: 24,
            agents: 6,
            winner: "donchian".to_owned(),
            score: Some(12.345),
            format: None,
            verdict: None,
            finished_at: "2026-11-23T15:04:05Z".to_owned(),
            duration_seconds: 93.2,
        }
    }

    #[test]
    fn runs_are_a_table() {
        let expected = "\
run           scenario          finished (UTC)    from        to          windows  agents  winner    ranked by  score    took
-----------------------------------------------------------------------------------------------------------------------------
3f2a9c0b1d2e  first_tournament  2026-11-23 15:04  2022-01-01  2023-12-31       24       6  donchian  ROI %      12.35  1m 33s
";
        let drawn = runs(&[summary()], Style::PLAIN);
        assert_eq!(drawn, expected);
        assert_eq!(runs(&[], Style::PLAIN), "no runs yet\n");
    }

    #[test]
    fn a_narrow_list_keeps_what_names_a_run() {
        let drawn = runs(&[summary()], Style { width: Some(60), ..Style::PLAIN });
        let expected = "\
run           scenario          finished (UTC)    winner
----------------------------------------------------------
3f2a9c0b1d2e  first_tournament  2026-11-23 15:04  donchian
";
        assert_eq!(drawn, expected);
    }
}
