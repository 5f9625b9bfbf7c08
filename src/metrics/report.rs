//! All metrics of one agent in one window, in one value.

use super::record::Record;
use super::relative::Relative;
use crate::domain::{Cash, Timestamp};
use crate::engine::batch::{Extremes, Fall};
use crate::scenario::MetricsProfile;

/// A metric's value, or why there is none.
pub type Measure = Result<f64, Missing>;

/// Why a metric has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Fewer return periods than the metric needs.
    #[error("too few return periods")]
    TooFewReturns,
    /// All returns are equal.
    #[error("no dispersion in the returns")]
    NoDispersion,
    /// No return lies below the threshold.
    #[error("no return below the threshold")]
    NoDownside,
    /// No return lies above zero.
    #[error("no return above zero")]
    NoUpside,
    /// The curve never fell.
    #[error("no drawdown")]
    NoDrawdown,
    /// No round trip was closed.
    #[error("no closed trades")]
    NoTrades,
    /// No losing round trip.
    #[error("no losing trades")]
    NoLosses,
    /// Fewer closed round trips than the metric needs.
    #[error("too few closed trades")]
    TooFewTrades,
    /// No winning round trip.
    #[error("no winning trades")]
    NoWins,
    /// All the equity is gone.
    #[error("the equity reached zero")]
    Ruined,
    /// The divisor is zero.
    #[error("the divisor is zero")]
    ZeroDivisor,
    /// Nothing was named to be measured against.
    #[error("no benchmark")]
    NoBenchmark,
    /// The record is too short for its growth to be put to a year.
    #[error("too short: under 30 days of record")]
    TooShort,
    /// The agent neither traded nor held anything.
    #[error("idle: nothing was traded")]
    Idle,
    /// A gain of a short window compounds beyond what a number can hold.
    #[error("the value is too large for a number")]
    OutOfRange,
}

/// How the return series was sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Equity at UTC-day closes.
    Daily,
    /// Equity at the close of every tick: windows under 30 days.
    PerBar,
}

/// The deepest fall of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawdown {
    /// Trough over peak minus one: at most 0.
    pub depth: f64,
    /// When the peak was reached (the window's start for the starting balance).
    pub peak_at: Timestamp,
    /// When the trough was.
    pub trough_at: Timestamp,
    /// When the peak was reached again; `None` while it is still open.
    pub recovered_at: Option<Timestamp>,
}

impl Drawdown {
    /// A fall with its times; `at` tells the instant of a place, that of the start for `None`. A curve that never
    /// fell recovered at once.
    pub fn dated(fall: Fall, at: impl Fn(Option<usize>) -> Timestamp) -> Self {
        let recovered = if fall.depth == 0.0 { Some(at(None)) } else { fall.recovered.map(|i| at(Some(i))) };
        Self {
            depth: fall.depth,
            peak_at: at(fall.peak),
            trough_at: at(fall.trough),
            recovered_at: recovered,
        }
    }
}

/// The highest and the lowest point of a curve, its start included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatedExtremes {
    /// The highest value.
    pub high: f64,
    /// When it was reached, after the last fall from it.
    pub high_at: Timestamp,
    /// The lowest value.
    pub low: f64,
    /// When it was reached first.
    pub low_at: Timestamp,
}

impl DatedExtremes {
    /// Extremes with their times; `at` tells the instant of a place, that of the start for `None`.
    pub fn dated(of: Extremes, at: impl Fn(Option<usize>) -> Timestamp) -> Self {
        Self { high: of.high, high_at: at(of.high_at), low: of.low, low_at: at(of.low_at) }
    }
}

/// The metrics of one agent in one window. Fractions unless the name says otherwise.
#[derive(Debug, Clone)]
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
    /// Annualised.
    pub sharpe_ratio: Measure,
    /// Annualised.
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
    /// G1.
    pub skew: Measure,
    /// G2 (excess).
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
    /// Kelly fraction.
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
    /// What they leave for the record of several windows.
    pub record: Record,
}
