//! From a sweep's trials to its files in a run's folder.

use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::Float64Builder;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, StringArray, UInt32Array, UInt64Array};
use arrow_schema::ArrowError;
use rayon::prelude::*;
use serde_json::{Value, json};

use super::super::table_file::{TableFile, TableOptions};
use super::super::tables::{Column, column, money, table};
use super::super::{RunId, SelectionRecord, StoreError, agent_record, json as json_file, score_record};
use super::record::{
    SWEEP_FORMAT, SplitRecord, SweepRecord, SweptRecord, TrialCounts, ValidationRecord, WinnerRecord,
};
use super::stitched;
use crate::domain::{Cash, Metric};
use crate::metrics::{Metrics, Score, value_of};
use crate::scenario::{MetricSpec, RankingMetric, Scenario, SweepSpec, SweptValue};
use crate::statistics::evidence::EvidenceError;
use crate::sweep::validation::OutOfSample;
use crate::sweep::{
    Judged, Outcomes, Searched, Selection, Trial, TrialCache, TrialCacheError, WindowOutcome, load,
    trial_record, window_score,
};
use crate::tournament::score;

/// All that a sweep found.
#[derive(Debug)]
pub struct SweepResults<'a> {
    /// The scenario, as the user wrote it.
    pub scenario: &'a Scenario,
    /// Sweep section of the scenario.
    pub spec: &'a SweepSpec,
    /// Trials that were evaluated.
    pub searched: &'a Searched,
    /// How they rank.
    pub judged: &'a Judged,
    /// What the choice is worth, or why that cannot be said.
    pub evidence: Result<Selection, EvidenceError>,
    /// How choices did elsewhere.
    pub validation: Option<&'a OutOfSample>,
    /// Whether every Parquet file gets a CSV twin.
    pub csv: bool,
}

impl SweepResults<'_> {
    /// Why each trial's score is no number.
    fn reason(&self, trial: usize) -> Option<String> {
        score_record::reason(self.judged.scores[trial], self.judged.reasons[trial])
    }

    /// `sweep.json`.
    pub fn record(&self, id: &RunId) -> SweepRecord {
        let spec = self.spec;
        SweepRecord {
            format_version: SWEEP_FORMAT,
            run_id: id.to_string(),
            scenario: self.scenario.name.clone(),
            agent: spec.agent.to_string(),
            search: word(&spec.search),
            objective: spec.objective.as_str().to_owned(),
            windows: self.judged.windows,
            parameters: spec
                .parameters
                .iter()
                .map(|parameter| SweptRecord {
                    path: parameter.path.clone(),
                    values: json!(parameter.values),
                })
                .collect(),
            conditions: spec.conditions.iter().map(|condition| condition.text().to_owned()).collect(),
            trials: self.counts(),
            refused_because: self.searched.refused_because.clone(),
            winner: self.judged.winner.map(|index| self.winner(index)),
            evidence: self.evidence.as_ref().ok().map(evidence_record),
            evidence_missing: self.evidence.as_ref().err().map(ToString::to_string),
            validation: self.validation.map(validation_record),
        }
    }

    fn winner(&self, index: usize) -> WinnerRecord {
        let trial = &self.searched.trials[index];
        WinnerRecord {
            trial: trial.number,
            values: values(&trial.values),
            score: self.judged.scores[index].number(),
            score_missing: self.reason(index),
            plateau: self.judged.plateau,
        }
    }

    fn counts(&self) -> TrialCounts {
        let (trials, complete) = (&self.searched.trials, self.judged.complete);
        TrialCounts {
            tried: trials.len(),
            complete,
            pruned: trials.len() - complete,
            failed: self.searched.columns.failed.iter().filter(|failed| **failed).count(),
            excluded: self.searched.excluded,
            refused: self.searched.refused,
        }
    }
}

fn evidence_record(found: &Selection) -> SelectionRecord {
    let Selection { evidence, spec, names, benchmark, periods_per_year } = found;
    SelectionRecord::new(evidence, spec, names, benchmark.as_deref(), *periods_per_year)
}

fn values(values: &[SweptValue]) -> Vec<Value> {
    values.iter().map(|value| json!(value)).collect()
}

fn word(value: &impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or_default().to_owned()
}

fn validation_record(found: &OutOfSample) -> ValidationRecord {
    ValidationRecord {
        spec: json!(found.spec),
        splits: found
            .splits
            .iter()
            .map(|split| SplitRecord {
                train: split.train.clone(),
                test: split.test.concat(),
                trials: split.trials,
                values: split.winner.as_deref().map(values),
                in_sample: split.in_sample.number(),
                in_sample_missing: infinite(split.in_sample),
                out_of_sample: split.out_of_sample.number(),
                out_of_sample_missing: infinite(split.out_of_sample),
            })
            .collect(),
        in_sample: found.in_sample.number(),
        in_sample_missing: infinite(found.in_sample),
        out_of_sample: found.out_of_sample.number(),
        out_of_sample_missing: infinite(found.out_of_sample),
        slope: found.slope,
        paths: found.paths.iter().map(|path| path.score.number()).collect(),
        paths_missing: if found.paths.iter().any(|path| path.score.is_infinite()) {
            found.paths.iter().map(|path| infinite(path.score)).collect()
        } else {
            Vec::new()
        },
    }
}

/// The sign of an infinite score.
fn infinite(score: Score) -> Option<String> {
    score_record::reason(score, None)
}

/// Writes `sweep.json`, `results.parquet` and `windows.parquet` into a run's folder. Reads the outcomes once, a few
/// trials at a time, from the cache that the sweep left them to.
///
/// # Errors
/// Where a file cannot be written, or an outcome not be read.
pub fn write_sweep(
    folder: &Path,
    id: &RunId,
    results: &SweepResults<'_>,
    cache: &mut dyn TrialCache,
) -> Result<SweepRecord, StoreError> {
    let options = TableOptions { csv: results.csv, money: results.scenario.report.money };
    let totals = write_windows(folder, &options, results, cache)?;
    let rows = result_rows(results, totals).map_err(StoreError::columns(folder))?;
    write_table(folder, "results", &options, rows)?;
    if let Some(validation) = results.validation {
        let rows = split_rows(results, validation).map_err(StoreError::columns(folder))?;
        write_table(folder, "validation", &options, rows)?;
        stitched::write(folder, &options, &validation.stitched)?;
    }
    let record = results.record(id);
    json_file::write(&folder.join("sweep.json"), "the sweep", &record)?;
    Ok(record)
}

/// Rows of `windows.parquet` that are made at once; whole pages of the file, so that its bytes do not depend on it.
const WINDOW_ROWS: usize = 1 << 14;
/// Outcomes that are read at once.
const READ: usize = 1 << 11;

/// What each trial's outcomes add up to, column by column.
struct Totals {
    trades: Vec<u64>,
    fees: Vec<Cash>,
    /// Metrics of the trials' records, as [`agent_record::own_metrics`] lists them.
    metrics: Vec<Float64Builder>,
}

impl Totals {
    fn new() -> Self {
        let metrics = agent_record::own_metrics().map(|_| Float64Builder::new()).collect();
        Self { trades: Vec::new(), fees: Vec::new(), metrics }
    }

    /// Adds the next trial.
    fn push(&mut self, outcomes: &Outcomes, record: Option<&Metrics>, conventions: &MetricSpec) {
        let all = || outcomes.iter().flatten();
        self.trades.push(all().map(|outcome| outcome.metrics.trades as u64).sum());
        self.fees.push(all().map(|outcome| outcome.metrics.fees).sum());
        for (column, metric) in self.metrics.iter_mut().zip(agent_record::own_metrics()) {
            column.append_option(record.and_then(|record| metric_value(record, metric, conventions)));
        }
    }
}

/// Writes `windows.parquet` part by part: a sweep has a row for each trial and window. Returns what the outcomes of
/// each trial add up to.
fn write_windows(
    folder: &Path,
    options: &TableOptions,
    results: &SweepResults<'_>,
    cache: &mut dyn TrialCache,
) -> Result<Totals, StoreError> {
    let empty = window_rows(results, &[]).map_err(StoreError::columns(folder))?;
    let mut file = TableFile::create(folder, "windows", options, &empty)?;
    let (mut totals, mut rows) = (Totals::new(), Vec::<WindowRow>::new());
    for trials in results.searched.trials.chunks((READ / results.judged.windows.max(1)).max(1)) {
        let read = load(trials, cache).map_err(reread)?;
        let records: Vec<Option<Metrics>> =
            read.par_iter().map(|outcomes| trial_record(outcomes, results.scenario)).collect();
        for ((trial, outcomes), record) in trials.iter().zip(read).zip(records) {
            totals.push(&outcomes, record.as_ref(), &results.scenario.metrics);
            let numbered = (0_u32..).zip(outcomes);
            rows.extend(numbered.filter_map(|(window, outcome)| Some((trial.number, window, outcome?))));
        }
        while rows.len() >= WINDOW_ROWS {
            let rest = rows.split_off(WINDOW_ROWS);
            file.write(window_rows(results, &rows))?;
            rows = rest;
        }
    }
    if !rows.is_empty() {
        file.write(window_rows(results, &rows))?;
    }
    file.close()?;
    Ok(totals)
}

/// An outcome that was kept could not be read.
fn reread(error: TrialCacheError) -> StoreError {
    match error.downcast::<StoreError>() {
        Ok(error) => *error,
        Err(source) => StoreError::Outcomes { source },
    }
}

fn write_table(
    folder: &Path,
    name: &'static str,
    options: &TableOptions,
    rows: arrow_array::RecordBatch,
) -> Result<(), StoreError> {
    let mut file = TableFile::create(folder, name, options, &rows)?;
    file.write(Ok(rows))?;
    file.close()
}

/// One row a trial, in the order of their numbers. Metrics are those of its record: the windows that it was replayed
/// in, one after the other.
fn result_rows(results: &SweepResults<'_>, totals: Totals) -> Result<arrow_array::RecordBatch, ArrowError> {
    let SweepResults { searched, judged, .. } = results;
    let (trials, failed) = (&searched.trials, &searched.columns.failed);
    let windows: Vec<usize> = (0..judged.windows).collect();
    let all = || trials.iter();
    let status = |(trial, failed): (&Trial, &bool)| match (failed, trial.is_complete(&windows)) {
        (true, _) => "failed",
        (false, true) => "complete",
        (false, false) => "pruned",
    };
    let scores: Float64Array = judged.scores.iter().map(|score| score.value()).collect();
    let mut columns = vec![
        numbered("trial", all().map(|trial| trial.number)),
        words("status", all().zip(failed).map(status)),
        column("rank", true, Arc::new(judged.ranks.iter().copied().collect::<UInt32Array>())),
        column("score", true, Arc::new(scores)),
        numbered("windows", all().map(|trial| trial.outcomes.iter().flatten().count() as u32)),
    ];
    columns.extend(parameter_columns(results, all().map(|trial| Some(trial.values.as_slice()))));
    columns.push(counts("trades", totals.trades.into_iter()));
    columns.push(money("fees", totals.fees.into_iter())?);
    for (mut values, metric) in totals.metrics.into_iter().zip(agent_record::own_metrics()) {
        columns.push(column(metric.key(), true, Arc::new(values.finish())));
    }
    let reasons: StringArray = (0..trials.len()).map(|trial| results.reason(trial)).collect();
    columns.push(column("score_missing", true, Arc::new(reasons)));
    table(columns)
}

/// Numbers of a trial and of a window, and what came of it there.
type WindowRow = (u32, u32, Arc<WindowOutcome>);

/// One row a trial and window.
fn window_rows(
    results: &SweepResults<'_>,
    rows: &[WindowRow],
) -> Result<arrow_array::RecordBatch, ArrowError> {
    let all = || rows.iter();
    let of = |metrics: fn(&WindowOutcome) -> Cash| rows.iter().map(move |row| metrics(&row.2));
    let mut columns = vec![
        numbered("trial", all().map(|row| row.0)),
        numbered("window", all().map(|row| row.1)),
        words("status", all().map(|row| row.2.status.as_str())),
        column(
            "score",
            true,
            Arc::new(
                all()
                    .map(|row| window_score(&row.2, results.scenario, results.spec).value())
                    .collect::<Float64Array>(),
            ),
        ),
        money("final_equity", of(|outcome| outcome.metrics.final_equity))?,
        money("fees", of(|outcome| outcome.metrics.fees))?,
        counts("trades", all().map(|row| row.2.metrics.trades as u64)),
    ];
    let conventions = &results.scenario.metrics;
    for metric in agent_record::own_metrics() {
        let value = |row: &WindowRow| metric_value(&row.2.metrics, metric, conventions);
        columns.push(column(metric.key(), true, Arc::new(all().map(value).collect::<Float64Array>())));
    }
    table(columns)
}

/// A metric's value; none where nothing was measured. Metrics that agents are ranked by also where they are infinite,
/// so that trials can be ordered by them.
fn metric_value(metrics: &Metrics, metric: Metric, conventions: &MetricSpec) -> Option<f64> {
    let infinite = || {
        let known = score(metrics, RankingMetric::of_key(metric.key())?, conventions);
        known.value().filter(|value| value.is_infinite())
    };
    value_of(metrics, metric).ok().filter(|value| value.is_finite()).or_else(infinite)
}

/// One row a split, in order.
fn split_rows(
    results: &SweepResults<'_>,
    validation: &OutOfSample,
) -> Result<arrow_array::RecordBatch, ArrowError> {
    let splits = &validation.splits;
    let all = || splits.iter();
    let list =
        |windows: &[usize]| windows.iter().map(|window| window.to_string()).collect::<Vec<_>>().join(" ");
    let optional = |name, values: Vec<Option<f64>>| column(name, true, Arc::new(Float64Array::from(values)));
    let mut columns = vec![
        numbered("split", 0..splits.len() as u32),
        texts("train", all().map(|split| list(&split.train))),
        texts("test", all().map(|split| list(&split.test.concat()))),
        numbered("trials", all().map(|split| split.trials as u32)),
        optional("in_sample", all().map(|split| split.in_sample.value()).collect()),
        optional("out_of_sample", all().map(|split| split.out_of_sample.value()).collect()),
    ];
    columns.extend(parameter_columns(results, all().map(|split| split.winner.as_deref())));
    table(columns)
}

/// A column a parameter, of the narrowest type that holds its values.
fn parameter_columns<'v>(
    results: &SweepResults<'_>,
    rows: impl Iterator<Item = Option<&'v [SweptValue]>>,
) -> Vec<Column> {
    let rows: Vec<Option<&[SweptValue]>> = rows.collect();
    let paths = results.spec.parameters.iter().enumerate();
    paths
        .map(|(index, parameter)| {
            let values: Vec<Option<&SweptValue>> =
                rows.iter().map(|row| row.map(|row| &row[index])).collect();
            column(&parameter.path, true, array(&values))
        })
        .collect()
}

fn array(values: &[Option<&SweptValue>]) -> ArrayRef {
    let all = |is: fn(&SweptValue) -> bool| values.iter().flatten().all(|value| is(value));
    if all(|value| matches!(value, SweptValue::Integer(_))) {
        let whole = |value: &Option<&SweptValue>| match value {
            Some(SweptValue::Integer(value)) => u64::try_from(*value).ok(),
            _ => None,
        };
        return Arc::new(values.iter().map(whole).collect::<UInt64Array>());
    }
    if all(|value| matches!(value, SweptValue::Boolean(_))) {
        let truth = |value: &Option<&SweptValue>| match value {
            Some(SweptValue::Boolean(value)) => Some(*value),
            _ => None,
        };
        return Arc::new(values.iter().map(truth).collect::<BooleanArray>());
    }
    if all(|value| matches!(value, SweptValue::Integer(_) | SweptValue::Number(_))) {
        return Arc::new(
            values.iter().map(|value| value.and_then(SweptValue::number)).collect::<Float64Array>(),
        );
    }
    Arc::new(values.iter().map(|value| value.map(ToString::to_string)).collect::<StringArray>())
}

fn numbered(name: &str, values: impl Iterator<Item = u32>) -> Column {
    column(name, false, Arc::new(UInt32Array::from_iter_values(values)))
}

fn counts(name: &str, values: impl Iterator<Item = u64>) -> Column {
    column(name, false, Arc::new(UInt64Array::from_iter_values(values)))
}

fn words<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Column {
    column(name, false, Arc::new(StringArray::from_iter_values(values)))
}

fn texts(name: &str, values: impl Iterator<Item = String>) -> Column {
    column(name, false, Arc::new(StringArray::from_iter_values(values)))
}
