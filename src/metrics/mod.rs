//! Equity and trades in, statistics out: one metric per file, each with its formula's source.
//!
//! Owns the definitions. Works in `f64` on curves that the engine made; never touches money itself.
//! Invariant: a value that does not exist is [`Missing`] with its reason, never infinity, never a silent 0.

mod benchmark;
mod cagr;
mod calmar;
#[cfg(test)]
mod condensed;
mod drawdown;
mod exposure;
#[cfg(test)]
pub(crate) mod golden;
mod measure;
mod moments;
mod omega;
mod quantile;
mod report;
mod sampling;
mod sharpe;
mod sortino;
mod tail_ratio;
#[cfg(test)]
pub(crate) mod testing;
mod trades;
mod turnover;
mod value_at_risk;
mod volatility;

pub use benchmark::{alpha, beta, information_ratio};
pub use cagr::{cagr, total_return};
pub use calmar::calmar_ratio;
pub use drawdown::{deepest_fall, ulcer_index};
pub use exposure::exposure;
pub use measure::{condense, measure, measure_condensed};
pub use moments::{
    excess_kurtosis, is_constant, kurtosis_biased, mean, skewness, skewness_biased, standard_deviation,
};
pub use omega::omega_ratio;
pub use quantile::{Tails, quantile};
pub use report::{Drawdown, Measure, Metrics, Missing, Sampling};
pub use sampling::{Sampled, sampled_ticks, simple_returns};
pub use sharpe::{per_period_rate, sharpe_ratio, sharpe_ratio_per_period};
pub use sortino::sortino_ratio;
pub use tail_ratio::tail_ratio;
pub use trades::{expectancy, kelly_fraction, payoff_ratio, profit_factor, system_quality_number, win_rate};
pub use turnover::turnover;
pub use value_at_risk::{conditional_value_at_risk_95, value_at_risk_95};
pub use volatility::volatility;
