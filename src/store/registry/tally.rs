//! Statistics over a part of an agent's history.
//!
//! Returns of all windows are put one after the other, in the order of the runs: as if the agent had lived
//! through one after the other. Returns of different sampling (daily, per bar) make no common Sharpe ratio.

use serde::Serialize;

use super::{HistoryRun, HistoryTrip, Placed};
use crate::domain::Cash;
use crate::metrics;

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
    /// Annualised, of the returns of all windows; the risk-free rate counts as 0.
    pub sharpe_ratio: Option<f64>,
    /// Of the worst window, percent, at most 0.
    pub max_drawdown_pct: Option<f64>,
    /// Winning round trips of the closed ones, percent.
    pub win_rate: Option<f64>,
    /// Gains over losses of the closed round trips.
    pub profit_factor: Option<f64>,
    /// Mean place among the agents of a run.
    pub mean_rank: Option<f64>,
    /// Runs won.
    pub wins: usize,
    /// Why a number does not exist.
    pub missing: Vec<(&'static str, String)>,
}

impl Tally {
    /// Of these runs and their round trips.
    #[expect(clippy::cast_precision_loss, reason = "a count of runs")]
    pub fn of(runs: &[HistoryRun], trips: &[Placed<HistoryTrip>]) -> Self {
        let windows = || runs.iter().flat_map(|run| &run.windows);
        let closed = trips.iter().filter(|trip| trip.row.state == "closed");
        let pnl: Vec<f64> = closed.map(|trip| trip.row.pnl.to_f64()).collect();
        let mut missing = Vec::new();
        let mut noted = |name, value: Result<f64, String>| match value {
            Ok(value) => Some(value),
            Err(why) => {
                missing.push((name, why));
                None
            }
        };
        let text = |value: metrics::Measure| value.map_err(|why| why.to_string());
        let roi_pct = noted("roi_pct", growth(runs));
        let sharpe_ratio = noted("sharpe_ratio", sharpe(runs));
        let win_rate = noted("win_rate", text(metrics::win_rate(&pnl)).map(|share| share * 100.0));
        let profit_factor = noted("profit_factor", text(metrics::profit_factor(&pnl)));
        let worst = windows().map(|window| window.max_drawdown_pct).min_by(f64::total_cmp);
        Self {
            runs: runs.len(),
            windows: windows().count(),
            trades: windows().map(|window| window.trades).sum(),
            total_pnl: windows().map(|window| window.final_equity - window.starting_balance).sum(),
            fees: windows().map(|window| window.fees).sum(),
            roi_pct,
            sharpe_ratio,
            max_drawdown_pct: worst,
            win_rate,
            profit_factor,
            mean_rank: (!runs.is_empty())
                .then(|| runs.iter().map(|run| f64::from(run.rank)).sum::<f64>() / runs.len() as f64),
            wins: runs.iter().filter(|run| run.rank == 1).count(),
            missing,
        }
    }
}

const NO_RUNS: &str = "no runs";

/// Percent.
fn growth(runs: &[HistoryRun]) -> Result<f64, String> {
    let mut factor = None;
    for window in runs.iter().flat_map(|run| &run.windows) {
        if !window.starting_balance.is_positive() {
            return Err("nothing to start from".to_owned());
        }
        let ratio = window.final_equity.to_f64() / window.starting_balance.to_f64();
        factor = Some(factor.unwrap_or(1.0) * ratio);
    }
    factor.map(|factor| (factor - 1.0) * 100.0).ok_or_else(|| NO_RUNS.to_owned())
}

fn sharpe(runs: &[HistoryRun]) -> Result<f64, String> {
    let windows = || runs.iter().flat_map(|run| &run.windows);
    let Some(first) = windows().next() else { return Err(NO_RUNS.to_owned()) };
    let alike = |window: &super::HistoryWindow| {
        window.sampling == first.sampling && window.periods_per_year == first.periods_per_year
    };
    if !windows().all(alike) {
        return Err("returns of different sampling".to_owned());
    }
    let returns: Vec<f64> = windows().flat_map(|window| window.returns.iter().copied()).collect();
    metrics::sharpe_ratio(&returns, 0.0, first.periods_per_year).map_err(|why| why.to_string())
}
