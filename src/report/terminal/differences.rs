//! Several runs on a terminal: the settings that differ, and each agent's results in every run.

use serde::Serialize;

use super::Style;
use super::grid::{Column, draw};
use super::header::{paragraph, titled};
use super::notes;
use crate::domain::Metric;
use crate::report::differences::differences;
use crate::report::numbers::{count, range};
use crate::report::view::verdict::verdict;
use crate::report::wording;
use crate::store::sweep::StoredSweep;
use crate::store::{RankingRecord, StoredRun};

/// The runs, what differs between them, their agents' results, and their verdicts.
pub fn run_differences(runs: &[StoredRun], style: Style) -> String {
    let found = differences(runs);
    let arrow = if style.unicode { "→" } else { "->" };
    let settings: String = match found.is_empty() {
        true => "the runs agree in all settings\n".to_owned(),
        false => found
            .iter()
            .map(|one| paragraph(&format!("{}: {}", one.setting, one.told(arrow)), style))
            .collect(),
    };
    let sections = [
        overview(runs, style),
        titled(&format!("Settings that differ ({})", count(found.len())), settings, style),
        titled("Results", results(runs, style), style),
        titled("Verdicts", verdicts(runs, style), style),
    ];
    sections.map(|section| section.trim_end().to_owned()).join("\n\n") + "\n"
}

fn overview(runs: &[StoredRun], style: Style) -> String {
    let text = |make: fn(&StoredRun) -> String| runs.iter().map(make);
    let columns = vec![
        Column::numbers("run", 0, (1..=runs.len()).map(|number| number.to_string())),
        Column::words("id", 0, text(|run| run.run.run_id.clone())),
        Column::words("scenario", 0, text(|run| run.run.scenario.clone())),
        Column::words("bars", 2, text(|run| run.run.market.interval.clone())),
        Column::words("from", 1, text(|run| range(&run.run.market.start, &run.run.market.end).0)),
        Column::words("to", 1, text(|run| range(&run.run.market.start, &run.run.market.end).1)),
        Column::numbers("windows", 4, text(|run| count(run.run.windows.len()))),
        Column::numbers("agents", 3, text(|run| count(run.run.agents.len()))),
    ];
    draw(columns, style).text
}

/// An agent in a run.
struct Entry<'r> {
    number: usize,
    stored: &'r StoredRun,
    row: &'r RankingRecord,
}

/// Every agent's rows, one for each run that it takes part in; agents in the order of the first run's leaderboard.
fn entries(runs: &[StoredRun]) -> Vec<Entry<'_>> {
    let mut names: Vec<&str> = Vec::new();
    for row in runs.iter().flat_map(|run| &run.leaderboard.rankings) {
        if !names.contains(&row.agent.as_str()) {
            names.push(&row.agent);
        }
    }
    let of = |name: &str| {
        let name = name.to_owned();
        runs.iter().enumerate().filter_map(move |(index, stored)| {
            let row = stored.leaderboard.rankings.iter().find(|row| row.agent == name)?;
            Some(Entry { number: index + 1, stored, row })
        })
    };
    names.into_iter().flat_map(of).collect()
}

fn results(runs: &[StoredRun], style: Style) -> String {
    let rows = entries(runs);
    let metric = |metric: Metric, drop: u8| {
        Column::metric(metric, drop, style, rows.iter().map(|entry| wording::shown(entry.row, metric.key())))
    };
    // The name of an agent stands in its first row alone.
    let first = |index: usize| index == 0 || rows[index - 1].row.agent != rows[index].row.agent;
    let names = rows
        .iter()
        .enumerate()
        .map(|(index, entry)| if first(index) { entry.row.agent.clone() } else { String::new() });
    let scores = rows.iter().map(|entry| {
        let metric = &entry.stored.leaderboard.ranking_metric;
        let form = crate::report::numbers::form(metric);
        let shown =
            |value| form.as_ref().map_or_else(|| crate::report::numbers::ratio(value), |form| form(value));
        style.score(wording::shown_score(entry.row, metric), shown)
    });
    let columns = vec![
        Column::words("agent", 0, names),
        Column::numbers("run", 0, rows.iter().map(|entry| entry.number.to_string())),
        Column::numbers(
            "rank",
            0,
            rows.iter().map(|e| e.row.rank.map_or_else(|| style.none().to_owned(), |r| r.to_string())),
        ),
        Column::numbers("score", 0, scores),
        metric(Metric::RoiPct, 1),
        metric(Metric::SharpeRatio, 2),
        metric(Metric::MaxDrawdownPct, 3),
        metric(Metric::WinRate, 5),
        Column::numbers("trades", 4, rows.iter().map(|entry| count(entry.row.trades))),
    ];
    let drawing = draw(columns, style);
    let hidden = notes::hidden(&drawing.left_out, "leaderboard.csv of each run", style);
    let metrics = notes_of_metrics(runs, style);
    drawing.text + &hidden + &metrics
}

fn notes_of_metrics(runs: &[StoredRun], style: Style) -> String {
    let first = &runs[0].run.ranking_metric;
    if runs.iter().all(|run| run.run.ranking_metric == *first) {
        return paragraph(&format!("score: {}", wording::head(first)), style);
    }
    paragraph("the runs are ranked by different metrics, so their ranks and scores are not comparable", style)
}

fn verdicts(runs: &[StoredRun], style: Style) -> String {
    let mut text = String::new();
    for (index, run) in runs.iter().enumerate() {
        text.push_str(&paragraph(&format!("{}: {}", index + 1, verdict(run).sentence), style));
        let sweep = StoredSweep::load(&run.folder).ok();
        if let Some(evidence) = sweep.as_ref().and_then(|sweep| sweep.record.evidence.as_ref()) {
            text.push_str(&paragraph(&format!("{}, its sweep: {}", index + 1, evidence.verdict), style));
        }
    }
    text
}

/// The same for programs.
///
/// # Errors
/// Never: every value is text or a finite number.
pub fn run_differences_json(runs: &[StoredRun]) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Row {
        agent: String,
        run: usize,
        rank: Option<u32>,
        score: Option<f64>,
        roi_pct: Option<f64>,
        sharpe_ratio: Option<f64>,
        max_drawdown_pct: Option<f64>,
        trades: usize,
    }
    let rows = entries(runs);
    let row = |entry: &Entry<'_>| Row {
        agent: entry.row.agent.clone(),
        run: entry.number,
        rank: entry.row.rank,
        score: entry.row.score,
        roi_pct: entry.row.roi_pct,
        sharpe_ratio: entry.row.sharpe_ratio,
        max_drawdown_pct: entry.row.max_drawdown_pct,
        trades: entry.row.trades,
    };
    let ids: Vec<&str> = runs.iter().map(|run| run.run.run_id.as_str()).collect();
    let verdicts: Vec<String> = runs.iter().map(|run| verdict(run).sentence).collect();
    let value = serde_json::json!({
        "runs": ids,
        "differences": differences(runs),
        "results": rows.iter().map(row).collect::<Vec<_>>(),
        "verdicts": verdicts,
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn settings_and_results_of_two_runs() {
        let first = fixture::stored();
        let mut second = first.clone();
        second.run.seed = 8;
        second.leaderboard.rankings[0].roi_pct = Some(2.0);
        let text = run_differences(&[first, second], Style { width: Some(80), ..Style::PLAIN });
        assert!(text.contains("\nSettings that differ (1)\n\nseed: 7 -> 8\n"), "{text}");
        let rows: Vec<&str> =
            text.lines().filter(|line| line.contains("+1.50") || line.contains("+2.00")).collect();
        assert_eq!(rows.len(), 2, "{text}");
        assert!(rows[0].starts_with("trend, fast") && rows[1].starts_with("            "), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn equal_runs_agree() {
        let one = fixture::stored();
        let text = run_differences(&[one.clone(), one], Style::PLAIN);
        assert!(text.contains("Settings that differ (0)\n\nthe runs agree in all settings\n"), "{text}");
    }
}
