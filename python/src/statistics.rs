//! Metrics, rankings and evidence for results of other programs, as JSON.

use pyo3::prelude::*;
use tiltyard::Seed;
use tiltyard::internals::metrics::{
    Missing, Relative, ReturnSeries, Score, relative, series_metrics, series_values,
};
use tiltyard::internals::report::SeriesReport;
use tiltyard::internals::scenario::{MetricSpec, MetricsProfile, RatingSystem};
use tiltyard::internals::statistics::evidence::{Panel, SelectionSpec, assess_selection};
use tiltyard::internals::store::{SelectionRecord, StandingsRecord};
use tiltyard::internals::tournament::standings::{Fold, ScoreMatrix, StandingsSpec, standings};

use crate::failure;

/// The metrics of returns, or of equity levels (`kind`).
#[pyfunction]
#[pyo3(signature = (values, kind, periods_per_year, risk_free_rate, minimum_acceptable_return, profile, benchmark = None))]
#[expect(clippy::too_many_arguments, reason = "keyword arguments of Python")]
pub fn metrics(
    py: Python<'_>,
    values: Vec<f64>,
    kind: &str,
    periods_per_year: f64,
    risk_free_rate: f64,
    minimum_acceptable_return: f64,
    profile: &str,
    benchmark: Option<Vec<f64>>,
) -> PyResult<String> {
    let kind = match kind {
        "returns" => "returns",
        "equity" => "equity",
        _ => return Err(failure::plain(py, "`kind` is \"returns\" or \"equity\"")),
    };
    if !(periods_per_year > 0.0 && periods_per_year.is_finite()) {
        return Err(failure::plain(py, "`periods_per_year` is a number above 0"));
    }
    let known = MetricsProfile::ALL.into_iter().find(|one| one.as_str() == profile);
    let profile = known.ok_or_else(|| failure::plain(py, format!("no profile `{profile}`")))?;
    let spec = MetricSpec {
        risk_free_rate,
        minimum_acceptable_return,
        periods_per_year: Some(periods_per_year),
        profile,
    };
    let of = |values: Vec<f64>| match kind {
        "returns" => ReturnSeries::of_returns(values, periods_per_year),
        _ => ReturnSeries::of_curve(values, periods_per_year),
    };
    let count = values.len();
    let series = of(values);
    let against = match benchmark {
        Some(values) if values.len() != count => {
            return Err(failure::plain(
                py,
                format!("the benchmark has {} values, not {count}", values.len()),
            ));
        }
        Some(values) => relative(&series, &of(values), &spec),
        None => Relative::missing(Missing::NoBenchmark),
    };
    let report = SeriesReport {
        file: String::new(),
        column: String::new(),
        kind,
        profile: profile.as_str(),
        periods_per_year,
        risk_free_rate,
        minimum_acceptable_return,
        returns: if kind == "returns" { count } else { count.saturating_sub(1) },
        start: None,
        end: None,
        benchmark: None,
        metrics: series_values(series.total_return(), &series_metrics(&series, &spec), &against),
    };
    report.to_json().map_err(|error| failure::plain(py, error))
}

/// How [`rank`] ranks.
#[derive(FromPyObject)]
pub struct RankOptions {
    #[pyo3(item)]
    metric: String,
    #[pyo3(item)]
    lower_is_better: bool,
    #[pyo3(item)]
    aggregate: String,
    #[pyo3(item)]
    alpha: f64,
    #[pyo3(item)]
    level: f64,
    #[pyo3(item)]
    ratings: Vec<String>,
    #[pyo3(item)]
    benchmark: Option<String>,
    #[pyo3(item)]
    resamples: usize,
    #[pyo3(item)]
    seed: u64,
    #[pyo3(item)]
    minimum_windows: usize,
}

/// Standings of agents by their scores (agents x windows; `None` where there is none).
#[pyfunction]
pub fn rank(
    py: Python<'_>,
    agents: Vec<String>,
    windows: Vec<String>,
    scores: Vec<Vec<Option<f64>>>,
    options: RankOptions,
) -> PyResult<String> {
    let share = |value: f64| value > 0.0 && value < 1.0;
    if !share(options.alpha) || !share(options.level) {
        return Err(failure::plain(py, "`alpha` and `level` are above 0 and below 1"));
    }
    if !(1..=100_000).contains(&options.resamples) {
        return Err(failure::plain(py, "`resamples` is from 1 to 100000"));
    }
    let fold = match options.aggregate.as_str() {
        "mean" => Fold::Mean,
        "median" => Fold::Median,
        _ => return Err(failure::plain(py, "`aggregate` is \"mean\" or \"median\"")),
    };
    let systems = options.ratings.iter().map(|name| {
        let known = RatingSystem::ALL.into_iter().find(|system| system.as_str() == name);
        known.ok_or_else(|| failure::plain(py, format!("no rating system `{name}`")))
    });
    let ratings = systems.collect::<PyResult<Vec<RatingSystem>>>()?;
    let benchmark = match &options.benchmark {
        Some(name) => {
            let index = agents.iter().position(|agent| agent == name);
            Some(index.ok_or_else(|| failure::plain(py, format!("no agent `{name}`")))?)
        }
        None => None,
    };
    let score = |value: Option<f64>| value.map_or(Score::Absent, Score::of);
    let scores = scores.into_iter().map(|row| row.into_iter().map(score).collect()).collect();
    let spec = StandingsSpec {
        metric: options.metric,
        higher_is_better: !options.lower_is_better,
        alpha: options.alpha,
        level: options.level,
        resamples: options.resamples,
        seed: Seed(options.seed),
        ratings,
        benchmark,
        minimum_windows: options.minimum_windows,
    };
    let found = py.detach(|| {
        let matrix = ScoreMatrix::new(agents, windows, scores, fold)?;
        standings(&matrix, &spec)
    });
    let found = found.map_err(|error| failure::plain(py, error))?;
    StandingsRecord::new(&found).to_json().map_err(|error| failure::plain(py, error))
}

/// How [`evidence`] judges.
#[derive(FromPyObject)]
pub struct EvidenceOptions {
    #[pyo3(item)]
    winner: Option<usize>,
    #[pyo3(item)]
    trials: Option<usize>,
    #[pyo3(item)]
    periods_per_year: f64,
    #[pyo3(item)]
    blocks: usize,
    #[pyo3(item)]
    alpha: f64,
    #[pyo3(item)]
    resamples: usize,
    #[pyo3(item)]
    seed: u64,
}

/// Whether the best of many trials is more than luck, by their returns (trials x periods).
#[pyfunction]
#[pyo3(signature = (names, returns, options, benchmark = None))]
pub fn evidence(
    py: Python<'_>,
    names: Vec<String>,
    returns: Vec<Vec<f64>>,
    options: EvidenceOptions,
    benchmark: Option<Vec<f64>>,
) -> PyResult<String> {
    let named = benchmark.is_some().then_some("benchmark");
    let spec = SelectionSpec {
        benchmark,
        winner: options.winner,
        trials: options.trials,
        blocks: options.blocks,
        alpha: options.alpha,
        resamples: options.resamples,
        seed: Seed(options.seed),
        ..SelectionSpec::default()
    };
    let found = py.detach(|| Panel::new(returns).and_then(|panel| assess_selection(&panel, &spec)));
    let found = found.map_err(|error| failure::plain(py, error))?;
    let record = SelectionRecord::new(&found, &spec, &names, named, options.periods_per_year);
    record.to_json().map_err(|error| failure::plain(py, error))
}
