//! A sweep as text: its best trials, and what the best of them is worth.

use serde_json::Value;

use super::Style;
use super::evidence::evidence;
use super::grid::{Column, draw};
use super::header::{filled, paragraph};
use crate::domain::Metric;
use crate::metrics::Score;
use crate::report::numbers::{count, ratio};
use crate::report::wording::{self, plural, some};
use crate::store::sweep::{ResultColumn, StoredSweep, SweepRecord, ValidationRecord};

/// Metrics shown beside the one that orders.
const METRICS: [Metric; 4] = [Metric::RoiPct, Metric::SharpeRatio, Metric::MaxDrawdownPct, Metric::WinRate];

/// The indexes of the best trials by a metric, best first: larger values, of equals the first trial. Trials
/// without a value, and pruned ones, are not among them.
pub fn top_rows(sweep: &StoredSweep, by: &str, most: usize) -> Vec<usize> {
    let Some(column) = sweep.column(by) else { return Vec::new() };
    let complete = sweep.column("status");
    let is_pruned = |row: usize| complete.is_some_and(|status| status.texts[row] == "pruned");
    let mut rows: Vec<usize> =
        (0..sweep.rows()).filter(|&row| !column.score(row).is_absent() && !is_pruned(row)).collect();
    rows.sort_by(|&a, &b| column.score(a).better_first(&column.score(b)));
    rows.truncate(most);
    rows
}

/// The best trials by a metric as a table.
pub fn sweep_top(sweep: &StoredSweep, by: &str, most: usize, style: Style) -> String {
    let rows = top_rows(sweep, by, most);
    let mut text = header(&sweep.record, style) + "\n";
    if rows.is_empty() {
        return text + &format!("no trial has a {by}\n");
    }
    let drawing = draw(columns(sweep, by, &rows, style), style);
    text.push_str(&drawing.text);
    text.push('\n');
    if !drawing.left_out.is_empty() {
        let names = drawing.left_out.join(", ");
        text.push_str(&paragraph(
            &format!("hidden for lack of width: {names}; results.parquet has all columns"),
            style,
        ));
    }
    let all = top_rows(sweep, by, usize::MAX).len();
    if all > rows.len() {
        text.push_str(&format!("showing the best {} of {}\n", count(rows.len()), count(all)));
    }
    text.push_str(&infinities(sweep, by, &rows, style));
    text
}

/// Why scores that are shown are infinite: `- +infinity: no losing trades: trial 0, 3`.
fn infinities(sweep: &StoredSweep, by: &str, rows: &[usize], style: Style) -> String {
    let name = |row: &usize| sweep.column("trial").map_or("", |column| column.texts[*row].as_str());
    let line = |(reason, rows): (&str, Vec<usize>)| {
        let names: Vec<&str> = rows.iter().map(name).collect();
        paragraph(&format!("{} {reason}: trial {}", style.none(), some(&names)), style)
    };
    sweep.why_infinite(by, rows).into_iter().map(line).collect()
}

fn header(record: &SweepRecord, style: Style) -> String {
    let parts = [
        format!("sweep of {}", record.agent),
        record.search.clone(),
        plural(record.trials.tried, "trial"),
        plural(record.windows, "window"),
        format!("run {}", record.run_id),
    ];
    format!("{}\n{}", style.bold(&record.scenario), filled(&parts, style.separator(), style))
}

fn columns(sweep: &StoredSweep, by: &str, rows: &[usize], style: Style) -> Vec<Column> {
    let texts = |column: &ResultColumn| {
        let cells: Vec<String> = rows.iter().map(|&row| shown(&column.texts[row], style)).collect();
        cells.into_iter()
    };
    let numbers = |column: &ResultColumn, form: fn(f64) -> String| {
        let cell = |&row: &usize| style.score(column.score(row), form);
        rows.iter().map(cell).collect::<Vec<_>>().into_iter()
    };
    let mut columns = vec![Column::numbers("#", 0, (1..=rows.len()).map(|rank| rank.to_string()))];
    for parameter in sweep.parameters() {
        let column = Column::numbers("", 0, texts(parameter)).named(short(&parameter.name));
        columns.push(column.strong_where(|row| row == 0));
    }
    if let Some(column) = sweep.column(by) {
        let head = wording::head(if by == "score" { &sweep.record.objective } else { &column.name });
        columns.push(Column::numbers("", 0, numbers(column, ratio)).named(head.to_owned()));
    }
    for (drop, metric) in (1..).zip(METRICS) {
        let name = metric.key();
        let doubled =
            name == by || by == "score" && name == sweep.record.objective && is_score(sweep, name, rows);
        if let Some(column) = sweep.column(name).filter(|_| !doubled) {
            let scores = rows.iter().map(|&row| column.score(row));
            columns.push(Column::metric(metric, drop, style, scores));
        }
    }
    if let Some(column) = sweep.column("trades").filter(|_| by != "trades") {
        columns.push(Column::numbers("trades", 5, numbers(column, whole)));
    }
    if let Some(column) = sweep.column("trial") {
        columns.push(Column::numbers("trial", 7, texts(column)));
    }
    columns
}

/// Whether a metric's column would say what the score's says.
fn is_score(sweep: &StoredSweep, metric: &str, rows: &[usize]) -> bool {
    let shown =
        |name: &str, row: usize| sweep.column(name).and_then(|column| column.score(row).value()).map(ratio);
    rows.iter().all(|&row| shown(metric, row) == shown("score", row))
}

fn whole(value: f64) -> String {
    crate::report::numbers::grouped(&format!("{value:.0}"))
}

fn shown(text: &str, style: Style) -> String {
    if text.is_empty() { style.none().to_owned() } else { text.to_owned() }
}

/// The last part of a parameter's path.
pub(super) fn short(path: &str) -> String {
    path.rsplit('.').next().unwrap_or(path).to_owned()
}

/// What a sweep came to: the winner, what it is worth, how choices did elsewhere.
pub fn sweep_outcome(sweep: &StoredSweep, style: Style) -> String {
    let record = &sweep.record;
    let mut text = style.bold("Winner") + "\n\n";
    text.push_str(&paragraph(&winner(record, style), style));
    text.push_str(&paragraph(&tried(record), style));
    text.push('\n');
    match (&record.evidence, &record.evidence_missing) {
        (Some(found), _) => text.push_str(&evidence(found, style)),
        (None, Some(why)) => text.push_str(&paragraph(&format!("no evidence: {why}"), style)),
        (None, None) => {}
    }
    if let Some(validation) = &record.validation {
        text.push('\n');
        text.push_str(&splits(record, validation, style));
    }
    text
}

/// `fast = 20, slow = 100: Sharpe 1.23 (trial 17)`.
fn winner(record: &SweepRecord, style: Style) -> String {
    let Some(winner) = &record.winner else {
        return format!("none: no trial has a {}", wording::head(&record.objective));
    };
    let named = named(record, &winner.values);
    // An infinite score cannot be compared with its neighbours': its reason stands here.
    let alone = || winner.score_missing.clone().unwrap_or_else(|| "no neighbour has a score".to_owned());
    let around = winner.plateau.map_or_else(alone, |around| {
        let share = around
            .ratio
            .map_or_else(String::new, |share| format!(", {} % of its score", ratio(share * 100.0)));
        let neighbours = plural(around.neighbours, "neighbour");
        let has = if around.neighbours == 1 { "has" } else { "have" };
        format!(
            "{neighbours} {has} {} on average{share}, {} at worst",
            ratio(around.mean),
            ratio(around.worst)
        )
    });
    let score = style.score(winner.known_score(), ratio);
    format!("{named}: {} {score} (trial {}); {around}", wording::head(&record.objective), winner.trial)
}

/// `fast = 20, slow = 100`.
pub(super) fn named(record: &SweepRecord, values: &[Value]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs = record.parameters.iter().zip(values);
    pairs
        .map(|(parameter, value)| format!("{} = {}", short(&parameter.path), text(value)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn tried(record: &SweepRecord) -> String {
    let counts = record.trials;
    let mut text = plural(counts.tried, "trial");
    let parts = [(counts.pruned, "pruned"), (counts.failed, "failed")];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}", count(*n))).collect();
    if !parts.is_empty() {
        text.push_str(&format!(" ({})", parts.join(", ")));
    }
    for (n, why) in [(counts.excluded, "excluded by `where`"), (counts.refused, "invalid for the agent")] {
        if n > 0 {
            text.push_str(&format!("; {} {why}", plural(n, "combination")));
        }
    }
    if let Some(reason) = &record.refused_because {
        text.push_str(&format!(" ({reason})"));
    }
    text
}

/// The table of splits.
fn splits(record: &SweepRecord, validation: &ValidationRecord, style: Style) -> String {
    let score = |score: Score| style.score(score, ratio);
    let all = || validation.splits.iter();
    let columns = vec![
        Column::numbers("split", 0, (0..validation.splits.len()).map(|split| split.to_string())),
        Column::words("trained on", 2, all().map(|split| runs(&split.train))),
        Column::words("tested on", 1, all().map(|split| runs(&split.test))),
        Column::words(
            "selected",
            0,
            all().map(|split| {
                split.values.as_ref().map_or_else(|| style.none().to_owned(), |values| named(record, values))
            }),
        ),
        Column::numbers("in sample", 0, all().map(|split| score(split.known_in_sample()))),
        Column::numbers("out of sample", 0, all().map(|split| score(split.known_out_of_sample()))),
    ];
    let kind = validation.spec.get("kind").and_then(Value::as_str).unwrap_or_default();
    let mut text = style.bold("Out of sample") + "\n\n" + &draw(columns, style).text + "\n";
    let slope = validation.slope.map_or_else(|| style.none().to_owned(), ratio);
    text.push_str(&paragraph(
        &format!(
            "{kind}, by window numbers: {} {} in sample, {} out of sample; slope {slope}",
            wording::head(&record.objective),
            score(validation.known_in_sample()),
            score(validation.known_out_of_sample()),
        ),
        style,
    ));
    let paths = validation.known_paths();
    if let (Some(&worst), Some(&best)) = (paths.iter().min(), paths.iter().max()) {
        text.push_str(&paragraph(
            &format!(
                "{} through all folds: {} to {}",
                plural(paths.len(), "path"),
                score(worst),
                score(best)
            ),
            style,
        ));
    }
    text
}

/// Window numbers as runs: `0-4, 7`.
fn runs(windows: &[usize]) -> String {
    let run = |run: &[usize]| match run {
        [first, .., last] => format!("{first}-{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    };
    windows.chunk_by(|a, b| a + 1 == *b).map(run).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_named_by_runs() {
        assert_eq!(runs(&[0, 1, 2, 5, 7, 8]), "0-2, 5, 7-8");
        assert_eq!(runs(&[]), "");
    }

    #[test]
    fn a_parameter_is_shown_by_its_own_name() {
        assert_eq!(short("venue.slippage.bps"), "bps");
    }
}
