//! Equity and trades in, statistics out: one metric per file, each with its formula's source.
//!
//! Owns the definitions. Works in `f64` on curves that the engine made; never touches money itself.
//! Invariant: a value that does not exist is [`Missing`] with its reason, never infinity, never a silent 0.

mod benchmark;
mod cagr;
mod calmar;
mod capture;
mod catalogue;
#[cfg(test)]
mod condensed;
mod correlation;
mod dated;
#[cfg(test)]
mod decided;
#[cfg(test)]
mod directed;
mod drawdown;
mod exposure;
#[cfg(test)]
pub(crate) mod golden;
mod inputs;
mod margin;
mod measure;
mod missing;
mod moments;
mod monthly;
mod omega;
mod period_stats;
mod profile;
mod quantile;
mod ranked;
mod record;
mod record_metrics;
mod relative;
mod report;
mod rolling;
mod sampling;
mod score;
mod series;
mod series_metrics;
#[cfg(test)]
mod several;
mod sharpe;
mod sortino;
mod summary;
#[cfg(test)]
mod summary_laws;
mod sums;
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
pub use capture::{down_capture, up_capture};
pub use catalogue::{series_values, value_of};
pub use correlation::correlation;
pub use dated::{DatedExtremes, Drawdown};
pub use drawdown::{deepest_fall, ulcer_index, walk, worst_falls};
pub use exposure::exposure;
pub use inputs::MetricInputs;
pub use margin::{MarginMetrics, SideTrades};
pub use measure::{measure, metrics_of};
pub use missing::{Measure, Missing};
pub use moments::{
    excess_kurtosis, is_constant, kurtosis_biased, mean, skewness, skewness_biased, standard_deviation,
};
pub use monthly::{MonthReturn, YearReturn, monthly_returns, yearly_returns};
pub use omega::omega_ratio;
pub use period_stats::{DatedFall, PeriodStats, WORST_DRAWDOWNS};
pub use quantile::{Tails, quantile};
pub use ranked::{ranked_value, score};
pub use record::{CurveTimes, Details, Record, TradeDetails};
pub use record_metrics::{record_metrics, series_of};
pub use relative::{Relative, relative};
pub use report::Metrics;
pub use rolling::{ROLLING_RETURNS, rolling_sharpe};
pub use sampling::{LEAST_ANNUALISED, Sample, Sampled, Sampling};
pub use score::Score;
pub use series::{ReturnSeries, SeriesMetrics, simple_returns};
pub use series_metrics::series_metrics;
pub use sharpe::{per_period_rate, sharpe_ratio, sharpe_ratio_per_period};
pub use sortino::sortino_ratio;
pub use summary::{CurveParts, Summary, TradeSums};
pub use sums::{OtherSums, ReturnSums};
pub use tail_ratio::tail_ratio;
pub use trades::{expectancy, kelly_fraction, payoff_ratio, profit_factor, system_quality_number, win_rate};
pub use turnover::turnover;
pub use value_at_risk::{conditional_value_at_risk_95, value_at_risk_95};
pub use volatility::volatility;
