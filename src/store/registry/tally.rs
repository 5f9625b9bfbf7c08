//! Statistics over a part of an agent's history.
//!
//! All windows are put one after the other, in the order of the runs: as if the agent had lived through one after the
//! other. The numbers are those of that record, by the same functions as a leaderboard's. Windows measured by different
//! conventions (sampling, periods a year, rates, profile) have no common Sharpe ratio.

use serde::Serialize;

use super::{HistoryRun, HistoryTrip, HistoryWindow, Placed};
use crate::domain::Cash;
use crate::metrics::{self, Summary, TradeSums};
use crate::scenario::{MetricSpec, RankingMetric};

/// What an agent's runs come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tally {
    /// Runs.
    pub runs: usize,
    /// Windows in them.
    pub windows: usize,
    /// Closed round trips.
    pub trades: usize,
    /// Profit or loss of all windows.
    pub total_pnl: Cash,
    /// Fees of all windows.
    pub fees: Cash,
    /// Growth over all windows one after the other, percent.
    pub roi_pct: Option<f64>,
    /// Annualised, of the returns of all windows.
    pub sharpe_ratio: Option<f64>,
    /// Of all windows one after the other, percent, at most 0.
    pub max_drawdown_pct: Option<f64>,
    /// Winning round trips of the closed ones, percent.
    pub win_rate: Option<f64>,
    /// Gains over losses of the closed round trips.
    pub profit_factor: Option<f64>,
    /// Mean rank among the agents of a run, over the runs in which it was ranked.
    pub mean_rank: Option<f64>,
    /// Runs won.
    pub wins: usize,
    /// Why a number does not exist.
    pub missing: Vec<(&'static str, String)>,
}

const NO_RUNS: &str = "no runs";
const OLDER: &str = "runs of an older version";

impl Tally {
    /// Of these runs and their round trips.
    pub fn of(runs: &[HistoryRun], trips: &[Placed<HistoryTrip>]) -> Self {
        let windows: Vec<&HistoryWindow> = runs.iter().flat_map(|run| &run.windows).collect();
        let known: Option<Vec<Summary>> =
            windows.iter().map(|window| window.summary.map(|one| one.summary)).collect();
        let spec = conventions(&windows);
        let mut missing = Vec::new();
        let mut value = |metric: RankingMetric| {
            let found = match (&known, windows.is_empty()) {
                (_, true) => Err(NO_RUNS.to_owned()),
                (None, _) => older(metric, &windows, trips),
                (Some(known), _) => of_record(metric, known, &spec),
            };
            found.map_err(|why| missing.push((metric.as_str(), why))).ok()
        };
        let roi_pct = value(RankingMetric::RoiPct);
        let sharpe_ratio = value(RankingMetric::SharpeRatio);
        let win_rate = value(RankingMetric::WinRate);
        let profit_factor = value(RankingMetric::ProfitFactor);
        let max_drawdown_pct = value(RankingMetric::MaxDrawdownPct);
        let ranks: Vec<f64> =
            runs.iter().map(|run| run.rank).filter(|&rank| rank > 0).map(f64::from).collect();
        Self {
            runs: runs.len(),
            windows: windows.len(),
            trades: windows.iter().map(|window| window.trades).sum(),
            total_pnl: windows.iter().map(|window| window.final_equity - window.starting_balance).sum(),
            fees: windows.iter().map(|window| window.fees).sum(),
            roi_pct,
            sharpe_ratio,
            max_drawdown_pct,
            win_rate,
            profit_factor,
            mean_rank: metrics::mean(&ranks).ok(),
            wins: runs.iter().filter(|run| run.rank == 1).count(),
            missing,
        }
    }
}

/// The conventions of all windows; why they have none in common otherwise.
fn conventions(windows: &[&HistoryWindow]) -> Result<MetricSpec, String> {
    let Some(first) = windows.first() else { return Err(NO_RUNS.to_owned()) };
    let of = |window: &HistoryWindow| window.summary.map(|one| one.conventions());
    let alike = |window: &&HistoryWindow| {
        window.sampling == first.sampling
            && window.periods_per_year == first.periods_per_year
            && of(window) == of(first)
    };
    if !windows.iter().all(alike) {
        return Err("returns of different sampling".to_owned());
    }
    of(first).ok_or_else(|| OLDER.to_owned())
}

/// A metric of the record. Those of growth, drawdown and trades need no common sampling.
fn of_record(
    metric: RankingMetric,
    windows: &[Summary],
    spec: &Result<MetricSpec, String>,
) -> Result<f64, String> {
    let record = Summary::record(windows.iter().copied());
    let spec = match (metric, spec) {
        (RankingMetric::SharpeRatio, Err(why)) => return Err(why.clone()),
        (_, Err(_)) => MetricSpec::default(),
        (_, Ok(spec)) => *spec,
    };
    metrics::ranked_value(&record, metric, &spec).map_err(|missing| missing.to_string())
}

/// A metric of windows that older versions recorded without their summaries.
fn older(
    metric: RankingMetric,
    windows: &[&HistoryWindow],
    trips: &[Placed<HistoryTrip>],
) -> Result<f64, String> {
    let closed = trips.iter().filter(|trip| trip.row.state == "closed").map(|trip| trip.row.pnl);
    let summary = Summary { windows: 1, acted: 1, trades: TradeSums::of(closed), ..Summary::EMPTY };
    match metric {
        RankingMetric::RoiPct => growth(windows),
        RankingMetric::WinRate | RankingMetric::ProfitFactor => {
            metrics::ranked_value(&summary, metric, &MetricSpec::default()).map_err(|why| why.to_string())
        }
        _ => Err(OLDER.to_owned()),
    }
}

/// Percent.
fn growth(windows: &[&HistoryWindow]) -> Result<f64, String> {
    let mut factor = 1.0;
    for window in windows {
        if !window.starting_balance.is_positive() {
            return Err("nothing to start from".to_owned());
        }
        factor *= window.final_equity.to_f64() / window.starting_balance.to_f64();
    }
    Ok((factor - 1.0) * 100.0)
}
