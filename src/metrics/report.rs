//! All metrics of one agent in one window, in one value.

use serde::{Deserialize, Serialize};

use super::dated::Drawdown;
use super::margin::MarginMetrics;
use super::missing::Measure;
use super::record::Record;
use super::relative::Relative;
use super::sampling::Sampling;
use crate::domain::Cash;
use crate::scenario::MetricsProfile;

/// The metrics of one agent in one window. Fractions unless the name says otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Metrics {
    /// Whose definitions made the numbers.
    pub profile: MetricsProfile,
    /// How returns were sampled.
    pub sampling: Sampling,
    /// Return periods in a year.
    pub periods_per_year: f64,
    /// Number of returns.
    pub returns: usize,
    /// Wallet at the start.
    pub starting_balance: Cash,
    /// Equity at the end.
    pub final_equity: Cash,
    /// End minus start.
    pub total_pnl: Cash,
    /// `E_end / E0 - 1`.
    pub total_return: Measure,
    /// Compound annual growth rate.
    pub cagr: Measure,
    /// Annualised standard deviation.
    pub volatility: Measure,
    /// Annualised Sharpe ratio.
    pub sharpe_ratio: Measure,
    /// Annualised Sortino ratio.
    pub sortino_ratio: Measure,
    /// CAGR over the magnitude of the largest drawdown.
    pub calmar_ratio: Measure,
    /// Deepest fall; where the curve never fell its depth is 0 and all its times are the window's start.
    pub max_drawdown: Drawdown,
    /// Root mean square of the drawdowns.
    pub ulcer_index: Measure,
    /// Gains over losses about the threshold.
    pub omega_ratio: Measure,
    /// Upper over lower 5 % quantile.
    pub tail_ratio: Measure,
    /// Historical value at risk, 95 %, as a return: a loss is negative.
    pub var_95: Measure,
    /// Mean of the worst 5 % of the returns.
    pub cvar_95: Measure,
    /// Sample skewness G1 (bias-corrected).
    pub skew: Measure,
    /// Sample excess kurtosis G2 (bias-corrected).
    pub kurtosis: Measure,
    /// Closed round trips.
    pub trades: usize,
    /// Winning ones of all.
    pub win_rate: Measure,
    /// Sum of gains over sum of losses.
    pub profit_factor: Measure,
    /// Mean win over mean loss.
    pub payoff_ratio: Measure,
    /// Mean PnL, quote currency; in the profile `backtesting` mean return in percent.
    pub expectancy: Measure,
    /// System quality number.
    pub sqn: Measure,
    /// Kelly fraction of the trades.
    pub kelly: Measure,
    /// Ticks with a position over all ticks.
    pub exposure: Measure,
    /// Traded notional over mean equity, per year.
    pub turnover: Measure,
    /// Fees paid in all.
    pub fees: Cash,
    /// Mean holding time of closed round trips, seconds.
    pub mean_trade_seconds: Measure,
    /// Against the scenario's benchmark.
    pub relative: Relative,
    /// Of positions on margin; `None` in a market without an instrument on margin.
    pub margin: Option<Box<MarginMetrics>>,
    /// What they leave for the record of several windows.
    pub record: Record,
}
