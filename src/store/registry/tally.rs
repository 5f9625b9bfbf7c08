//! Statistics over a part of an agent's history.
//!
//! All windows are put one after the other in the order of their time, whenever they were run: as if the agent had
//! lived through one after the other. Windows of the same time are in the order of their runs. The numbers are those
//! of that record, by the same functions as a leaderboard's. Windows measured by different
//! conventions (sampling, periods a year, rates, profile) have no common Sharpe ratio.

use serde::Serialize;

use super::{HistoryRun, HistoryTrip, HistoryWindow, Placed};
use crate::domain::{Cash, Metric};
use crate::metrics::{self, Score, Summary, TradeSums};
use crate::scenario::{MetricSpec, RankingMetric};
use crate::store::score_record;

/// Totals of an agent's runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tally {
    /// Number of runs.
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
    /// Number of runs won.
    pub wins: usize,
    /// Windows that begin before an earlier one has ended: bars that they share count several times.
    pub overlapping_windows: usize,
    /// Why a number does not exist: with the sign where the score is infinite.
    pub missing: Vec<(&'static str, String)>,
    /// Whether the agent held cash all along.
    #[serde(skip)]
    pub idle: bool,
}

const NO_RUNS: &str = "no runs";
const OLDER: &str = "runs of an older version";

impl Tally {
    /// Of these runs and their round trips.
    pub fn of(runs: &[HistoryRun], trips: &[Placed<HistoryTrip>]) -> Self {
        let mut windows: Vec<&HistoryWindow> = runs.iter().flat_map(|run| &run.windows).collect();
        windows.sort_by_key(|window| (window.start, window.end));
        let known: Option<Vec<Summary>> =
            windows.iter().map(|window| window.summary.map(|one| one.summary)).collect();
        let idle =
            known.as_ref().is_some_and(|known| known.iter().all(Summary::is_idle)) && !windows.is_empty();
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
            overlapping_windows: overlapping(&windows),
            missing,
            idle,
        }
    }

    /// The score of a metric by its key, infinities included.
    pub fn known_value(&self, metric: &str) -> Score {
        let value = match Metric::of_key(metric) {
            Some(Metric::RoiPct) => self.roi_pct,
            Some(Metric::TotalPnl) => Some(self.total_pnl.to_f64()),
            Some(Metric::SharpeRatio) => self.sharpe_ratio,
            Some(Metric::MaxDrawdownPct) => self.max_drawdown_pct,
            Some(Metric::WinRate) => self.win_rate,
            Some(Metric::ProfitFactor) => self.profit_factor,
            _ => None,
        };
        let reason = self.missing.iter().find(|(name, _)| *name == metric).map(|(_, why)| why.as_str());
        score_record::score(value, reason)
    }
}

/// How many windows, in order of time, begin before one before them has ended.
fn overlapping(windows: &[&HistoryWindow]) -> usize {
    let mut latest = None;
    let overlaps = |window: &&&HistoryWindow| {
        let shared = latest.is_some_and(|end| window.start < end);
        latest = latest.max(Some(window.end));
        shared
    };
    windows.iter().filter(overlaps).count()
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
    measured(&record, metric, &spec)
}

/// The value; why there is none otherwise, with the sign of an infinite score.
fn measured(summary: &Summary, metric: RankingMetric, spec: &MetricSpec) -> Result<f64, String> {
    metrics::ranked_value(summary, metric, spec).map_err(|missing| {
        let score = metrics::score(summary, metric, spec);
        let score = if score.is_infinite() { score } else { Score::Absent };
        score_record::reason(score, Some(missing)).unwrap_or_default()
    })
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
            measured(&summary, metric, &MetricSpec::default())
        }
        _ => Err(OLDER.to_owned()),
    }
}

/// Compounded growth over the windows in percent.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Span, Timestamp};
    use crate::store::registry::WindowSummary;
    use crate::tournament::testing::{returns, traded};

    fn at(day: i64) -> Timestamp {
        Timestamp::from_micros(0) + Span::DAY.times(day)
    }

    /// A run of one window of 40 days from this day on.
    fn run(day: i64, measured: &metrics::Metrics) -> HistoryRun {
        let summary = WindowSummary::new(measured.record.summary, &MetricSpec::default());
        let starting_balance: Cash = "10000".parse().unwrap();
        let window = HistoryWindow {
            window: 0,
            start: at(day),
            end: at(day + 40),
            status: "completed".to_owned(),
            starting_balance,
            final_equity: starting_balance + measured.total_pnl,
            fees: Cash::default(),
            trades: measured.trades,
            max_drawdown_pct: 0.0,
            sampling: "daily".to_owned(),
            periods_per_year: 365.0,
            returns: Vec::new(),
            summary: Some(summary),
        };
        HistoryRun {
            run_id: format!("run{day}"),
            scenario: "s".to_owned(),
            entrant: "a".to_owned(),
            version: 1,
            epoch: 1,
            wallet: "fresh".to_owned(),
            overrides: Vec::new(),
            start: at(day),
            end: at(day + 40),
            ranking_metric: "roi_pct".to_owned(),
            rank: 1,
            entrants: 1,
            score: None,
            recorded_at: at(1000),
            windows: vec![window],
        }
    }

    #[test]
    fn windows_are_folded_in_order_of_time_whenever_they_were_run() {
        // Down by half, then up and down: as run the fall comes last, in time it comes first.
        let (early, late) = (run(0, &returns(&[-0.5])), run(50, &returns(&[0.5, -0.2])));
        let (in_time, as_run) =
            (Tally::of(&[early.clone(), late.clone()], &[]), Tally::of(&[late, early], &[]));
        assert_eq!(as_run, in_time);
        assert!((as_run.max_drawdown_pct.unwrap() - -50.0).abs() < 1e-9, "{as_run:?}");
    }

    #[test]
    fn windows_that_share_bars_are_counted() {
        let runs = |days: &[i64]| days.iter().map(|&day| run(day, &returns(&[0.1]))).collect::<Vec<_>>();
        // Windows of 40 days.
        assert_eq!(Tally::of(&runs(&[0, 40, 80]), &[]).overlapping_windows, 0);
        assert_eq!(Tally::of(&runs(&[0, 0, 39, 90]), &[]).overlapping_windows, 2);
    }

    #[test]
    fn a_profit_factor_without_losses_is_infinite_with_its_reason() {
        let tally = Tally::of(&[run(0, &traded(&[30, 20]))], &[]);
        assert_eq!((tally.profit_factor, tally.known_value("profit_factor")), (None, Score::PlusInfinity));
        assert!(tally.missing.contains(&("profit_factor", "+infinity: no losing trades".to_owned())));
        assert!(!tally.idle);
        let idle = Tally::of(&[run(0, &returns(&[0.0]))], &[]);
        assert!(idle.idle);
        assert_eq!((idle.roi_pct, idle.known_value("profit_factor")), (Some(0.0), Score::Absent));
    }
}
