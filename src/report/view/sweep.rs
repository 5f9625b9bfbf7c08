//! What a sweep searched, what it chose, and what that is worth.

use serde::Serialize;

use super::stitched::{self, Stitched};
use super::trades::{Histogram, histogram};
use crate::domain::Metric;
use crate::report::numbers::{count, ratio};
use crate::report::settings;
use crate::report::table::{Cell, Head, NONE, Table};
use crate::report::wording;
use crate::store::sweep::{ResultColumn, SplitRecord, StoredSweep, SweepRecord};
use crate::store::{SelectionRecord, StoreError, StoredRun};

/// Trials of the list of the best.
const BEST: usize = 12;
/// Trials whose lines a page carries.
const LINES: usize = 1_500;
/// Metrics of the list of the best, where results have them.
const METRICS: [Metric; 3] = [Metric::SharpeRatio, Metric::RoiPct, Metric::MaxDrawdownPct];

/// A sweep as pages show it.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Sweep {
    pub agent: String,
    pub objective: String,
    pub verdict: String,
    pub search: Table,
    pub evidence: Table,
    /// Why there is no evidence.
    pub missing: String,
    pub best: Table,
    /// A row a split: what the training windows chose, and how it fared in the test windows.
    pub splits: Table,
    /// What the choices earned out of sample, and the winner of the whole search in the same windows.
    pub stitched: Option<String>,
    #[serde(skip)]
    pub charts: SweepCharts,
}

/// What its charts are drawn from.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct SweepCharts {
    pub objective: String,
    pub parameters: Vec<Parameter>,
    /// Mean score of each trial shown.
    pub scores: Vec<Option<f64>>,
    /// How many trials there are in all.
    pub trials: usize,
    /// Annual Sharpe ratios of all trials.
    pub sharpes: Histogram,
    /// Value of the winning trial.
    pub winner: Option<f64>,
    /// The annual Sharpe ratio that luck alone finds in so many trials.
    pub threshold: Option<f64>,
    /// In sample, out of sample: one pair a split.
    pub samples: Vec<(f64, f64)>,
    pub slope: Option<f64>,
    /// The test windows one after the other.
    pub stitched: Option<Stitched>,
}

/// One parameter's values in the trials shown.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct Parameter {
    pub name: String,
    pub texts: Vec<String>,
    /// None for words.
    pub numbers: Option<Vec<f64>>,
}

/// The sweep of a run; none where it swept nothing.
pub(super) fn sweep(stored: &StoredRun) -> Result<Option<Sweep>, StoreError> {
    let found = match StoredSweep::load(&stored.folder) {
        Ok(found) => found,
        Err(StoreError::NoSweep { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let record = &found.record;
    let out_of_sample = stitched::read(stored, &record.agent)?;
    let evidence = record.evidence.as_ref();
    let missing = record.evidence_missing.clone().unwrap_or_else(|| "no trial has a score".to_owned());
    Ok(Some(Sweep {
        agent: record.agent.clone(),
        objective: objective(record, &stored.leaderboard.aggregate),
        verdict: evidence.map_or_else(|| "The winner cannot be assessed".to_owned(), |e| e.verdict.clone()),
        search: search(record, &stored.leaderboard.aggregate),
        evidence: evidence.map_or_else(Table::default, worth),
        missing,
        best: best(&found),
        splits: splits(record),
        stitched: out_of_sample.as_ref().map(Stitched::told),
        charts: SweepCharts { stitched: out_of_sample, ..charts(&found) },
    }))
}

fn pairs(rows: Vec<(&str, String)>) -> Table {
    let rows = rows.into_iter().map(|(name, value)| vec![Cell::words(name), Cell::words(value)]).collect();
    Table { columns: vec![Head::words("what"), Head::numbers("value")], rows }
}

/// What trials are compared by: `Sharpe of the record`, `mean Sharpe`.
fn objective(record: &SweepRecord, aggregate: &str) -> String {
    let head = wording::head(&record.objective);
    match aggregate {
        "mean" | "median" => format!("{aggregate} {head}"),
        _ => format!("{head} of the record"),
    }
}

fn search(record: &SweepRecord, aggregate: &str) -> Table {
    let trials = &record.trials;
    let mut rows = vec![
        ("search", record.search.replace('_', " ")),
        ("objective", format!("{} over {} windows", objective(record, aggregate), count(record.windows))),
        ("trials", count(trials.tried)),
        ("replayed in all windows", count(trials.complete)),
        ("pruned", count(trials.pruned)),
        ("failed", count(trials.failed)),
        ("excluded by conditions", count(trials.excluded)),
    ];
    if let Some(winner) = &record.winner {
        rows.push(("winner's score", wording::winner_score(winner)));
        if let Some(plateau) = &winner.plateau {
            rows.push((
                "mean of its neighbours",
                format!("{} ({} of them)", ratio(plateau.mean), plateau.neighbours),
            ));
            rows.push(("lowest of its neighbours", ratio(plateau.worst)));
        }
    }
    if let Some(validation) = &record.validation {
        rows.push(("splits", count(validation.splits.len())));
        rows.push(("in sample", Cell::score(validation.known_in_sample(), ratio).text));
        rows.push(("out of sample", Cell::score(validation.known_out_of_sample(), ratio).text));
        rows.push(("slope of out-of-sample on in-sample scores", number(validation.slope)));
    }
    pairs(rows)
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), ratio)
}

fn probability(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |p| format!("{p:.3}"))
}

fn worth(evidence: &SelectionRecord) -> Table {
    pairs(vec![
        ("annual Sharpe ratio", ratio(evidence.sharpe_ratio_annual)),
        ("probabilistic Sharpe ratio", probability(evidence.psr)),
        ("deflated Sharpe ratio", probability(evidence.dsr)),
        ("annual Sharpe ratio expected from luck", number(threshold(evidence))),
        ("probability of overfitting (PBO)", probability(evidence.pbo)),
        ("SPA test, p", probability(evidence.spa.as_ref().map(|spa| spa.p_value))),
        ("slope of out-of-sample on in-sample Sharpe ratios", number(evidence.degradation_slope)),
    ])
}

/// The threshold of the deflated Sharpe ratio, annualised.
fn threshold(evidence: &SelectionRecord) -> Option<f64> {
    evidence.dsr_threshold.map(|threshold| threshold * evidence.periods_per_year.sqrt())
}

fn best(found: &StoredSweep) -> Table {
    let parameters = found.parameters();
    let metrics: Vec<(&ResultColumn, Metric)> =
        METRICS.iter().filter_map(|metric| Some((found.column(metric.key())?, *metric))).collect();
    let trades = found.column("trades");
    let mut columns = vec![Head::numbers("#"), Head::numbers("trial")];
    columns.extend(parameters.iter().map(|parameter| Head {
        name: short(&parameter.name).to_owned(),
        numeric: parameter.numbers.iter().any(Option::is_some),
        hint: None,
    }));
    columns.push(Head::numbers("score"));
    columns.extend(metrics.iter().map(|(_, metric)| Head::numbers(metric.head()).explained(Some(*metric))));
    columns.extend(trades.map(|_| Head::numbers("trades")));
    let (Some(rank), Some(score), Some(trial)) =
        (found.column("rank"), found.column("score"), found.column("trial"))
    else {
        return Table { columns, rows: Vec::new() };
    };
    let mut order: Vec<usize> = (0..found.rows()).filter(|&row| rank.numbers[row].is_some()).collect();
    order.sort_by(|&a, &b| {
        rank.numbers[a].unwrap_or_default().total_cmp(&rank.numbers[b].unwrap_or_default())
    });
    let cells = |row: usize| {
        let as_text = |column: &ResultColumn| Cell {
            value: column.numbers[row],
            ..Cell::words(column.texts[row].as_str())
        };
        let mut cells = vec![as_text(rank), as_text(trial)];
        cells.extend(parameters.iter().map(|parameter| as_text(parameter)));
        cells.push(Cell::score(score.score(row), ratio));
        cells.extend(metrics.iter().map(|(column, _)| Cell::score(column.score(row), ratio)));
        cells.extend(trades.map(as_text));
        cells
    };
    Table { columns, rows: order.into_iter().take(BEST).map(cells).collect() }
}

fn splits(record: &SweepRecord) -> Table {
    let Some(validation) = &record.validation else { return Table::default() };
    let mut columns =
        vec![Head::numbers("split"), Head::numbers("training windows"), Head::numbers("test windows")];
    columns.extend(record.parameters.iter().map(|parameter| Head::numbers(short(&parameter.path))));
    columns.extend(["in sample", "out of sample"].map(Head::numbers));
    let row = |(index, split): (usize, &SplitRecord)| {
        let mut cells = vec![
            Cell::words(count(index)),
            Cell::words(count(split.train.len())),
            Cell::words(count(split.test.len())),
        ];
        let values = split.values.iter().flatten().map(|value| Cell::words(settings::text(value)));
        cells.extend(values);
        cells.resize(3 + record.parameters.len(), Cell::words(NONE));
        cells.push(Cell::number(split.in_sample, ratio));
        cells.push(Cell::number(split.out_of_sample, ratio));
        cells
    };
    Table { columns, rows: validation.splits.iter().enumerate().map(row).collect() }
}

/// The last part of a path.
fn short(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn charts(found: &StoredSweep) -> SweepCharts {
    let all = found.rows();
    let step = all.div_ceil(LINES).max(1);
    let winner = found.record.winner.as_ref().and_then(|winner| {
        let trial = found.column("trial")?;
        trial.numbers.iter().position(|number| *number == Some(f64::from(winner.trial)))
    });
    // An even selection, so that means of what is shown are means of all; the winner besides.
    let shown: Vec<usize> = (0..all).filter(|row| row % step == 0 || Some(*row) == winner).collect();
    let of = |column: &ResultColumn| Parameter {
        name: short(&column.name).to_owned(),
        texts: shown.iter().map(|&row| column.texts[row].clone()).collect(),
        numbers: shown.iter().map(|&row| column.numbers[row]).collect(),
    };
    let sharpe = found.column(Metric::SharpeRatio.key());
    let sharpes: Vec<f64> =
        sharpe.map_or_else(Vec::new, |column| column.numbers.iter().flatten().copied().collect());
    let validation = found.record.validation.as_ref();
    let rounded = |value: f64| (value * 1e4).round() / 1e4;
    SweepCharts {
        objective: wording::head(&found.record.objective).to_owned(),
        parameters: found.parameters().into_iter().map(of).collect(),
        scores: found.column("score").map_or_else(Vec::new, |column| {
            shown.iter().map(|&row| column.numbers[row].map(rounded)).collect()
        }),
        trials: all,
        sharpes: histogram(&sharpes),
        winner: winner.and_then(|row| sharpe?.numbers[row]).map(rounded),
        threshold: found.record.evidence.as_ref().and_then(threshold).map(rounded),
        samples: validation.map_or_else(Vec::new, |v| {
            v.splits
                .iter()
                .filter_map(|split| Some((rounded(split.in_sample?), rounded(split.out_of_sample?))))
                .collect()
        }),
        slope: validation.and_then(|v| v.slope),
        stitched: None,
    }
}
