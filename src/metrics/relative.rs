//! How one return series did against another: the benchmark.

use serde::{Deserialize, Serialize};

use super::benchmark::{alpha, beta, information_ratio};
use super::capture::{down_capture, up_capture};
use super::correlation::correlation;
use super::missing::{Measure, Missing};
use super::profile::{backtesting, quantstats};
use super::series::ReturnSeries;
use super::sharpe::per_period_rate;
use super::volatility::volatility;
use crate::scenario::{MetricSpec, MetricsProfile};

/// The metrics against a benchmark. Fractions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Relative {
    /// Jensen's, per year.
    pub alpha: Measure,
    /// Covariance over the benchmark's variance.
    pub beta: Measure,
    /// Mean over deviation of the active return; not annualised.
    pub information_ratio: Measure,
    /// Total return minus the benchmark's.
    pub excess_return: Measure,
    /// Annualised deviation of the active return.
    pub tracking_error: Measure,
    /// Of the returns, by Pearson.
    pub correlation: Measure,
    /// Growth per year in the periods in which the benchmark rose, over the benchmark's.
    pub up_capture: Measure,
    /// The same for the periods in which it fell.
    pub down_capture: Measure,
}

impl Relative {
    /// Nothing, for one reason.
    pub const fn missing(reason: Missing) -> Self {
        let none = Err(reason);
        Self {
            alpha: none,
            beta: none,
            information_ratio: none,
            excess_return: none,
            tracking_error: none,
            correlation: none,
            up_capture: none,
            down_capture: none,
        }
    }
}

/// A series against its benchmark. Both have one return for each period; where one is longer, its surplus is
/// not looked at.
pub fn relative(series: &ReturnSeries, benchmark: &ReturnSeries, spec: &MetricSpec) -> Relative {
    let excess_return = difference(series.total_return(), benchmark.total_return());
    match (&series.returns, &benchmark.returns) {
        (Ok(returns), Ok(against)) => {
            let of_returns = of_returns(returns, against, series.periods_per_year, spec);
            Relative { excess_return, ..by_profile(of_returns, series, benchmark, (returns, against), spec) }
        }
        (Err(missing), _) | (_, Err(missing)) => Relative { excess_return, ..Relative::missing(*missing) },
    }
}

fn of_returns(returns: &[f64], benchmark: &[f64], a: f64, spec: &MetricSpec) -> Relative {
    let risk_free = per_period_rate(spec.risk_free_rate, a);
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
    Relative {
        alpha: alpha(returns, benchmark, risk_free, a),
        beta: beta(returns, benchmark),
        information_ratio: information_ratio(returns, benchmark),
        excess_return: Err(Missing::TooFewReturns),
        tracking_error: volatility(&active, a),
        correlation: correlation(returns, benchmark),
        up_capture: up_capture(returns, benchmark, a),
        down_capture: down_capture(returns, benchmark, a),
    }
}

/// What the profile's library defines otherwise.
fn by_profile(
    ours: Relative,
    series: &ReturnSeries,
    benchmark: &ReturnSeries,
    (returns, against): (&[f64], &[f64]),
    spec: &MetricSpec,
) -> Relative {
    match spec.profile {
        MetricsProfile::Tiltyard | MetricsProfile::Empyrical | MetricsProfile::Vectorbt => ours,
        MetricsProfile::Quantstats => {
            let a = series.periods_per_year;
            Relative {
                alpha: ours.beta.and_then(|beta| quantstats::alpha(returns, against, beta, a)),
                ..ours
            }
        }
        MetricsProfile::Backtesting => {
            let beta = backtesting::beta(returns, against);
            let (total, market) = (series.total_return(), benchmark.total_return());
            Relative { beta, alpha: backtesting::alpha(total, market, beta, spec.risk_free_rate), ..ours }
        }
    }
}

fn difference(own: Measure, other: Measure) -> Measure {
    Ok(own? - other?)
}

#[cfg(test)]
mod tests {
    use super::super::golden::{SHORT_NORMAL, SHORT_NORMAL_BENCHMARK, close};
    use super::*;

    #[test]
    fn a_series_against_itself() {
        let series = ReturnSeries::of_returns(SHORT_NORMAL.to_vec(), 252.0);
        let against = relative(&series, &series, &MetricSpec::default());
        close(against.beta, 1.0);
        close(against.alpha, 0.0);
        close(against.correlation, 1.0);
        close(against.up_capture, 1.0);
        assert_eq!(against.excess_return, Ok(0.0));
        assert_eq!(against.tracking_error, Ok(0.0));
        assert_eq!(against.information_ratio, Err(Missing::NoDispersion));
    }

    #[test]
    fn worked_by_hand() {
        // Active returns 0.02, -0.01, 0.04: deviation 0.0251661, times sqrt(4).
        let series = ReturnSeries::of_returns(vec![0.03, -0.03, 0.07], 4.0);
        let benchmark = ReturnSeries::of_returns(vec![0.01, -0.02, 0.03], 4.0);
        let against = relative(&series, &benchmark, &MetricSpec::default());
        close(against.tracking_error, 0.050_332_229_568_471_67);
        close(against.correlation, 1.0);
        close(against.excess_return, 1.03 * 0.97 * 1.07 - 1.01 * 0.98 * 1.03);
    }

    #[test]
    fn a_ruined_benchmark_leaves_the_excess_return() {
        let series = ReturnSeries::of_returns(SHORT_NORMAL_BENCHMARK.to_vec(), 252.0);
        let ruined = ReturnSeries::of_curve(vec![1.0, 0.0, 0.0], 252.0);
        let against = relative(&series, &ruined, &MetricSpec::default());
        assert_eq!(against.beta, Err(Missing::Ruined));
        assert!(against.excess_return.unwrap() > 1.0);
    }
}
