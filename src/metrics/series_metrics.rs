//! Everything that can be said of one return series, under one profile.
//!
//! Owns which definition each metric takes: ours, or the library's that the profile names where that library
//! defines it otherwise.

use super::cagr::cagr;
use super::calmar::calmar_ratio;
use super::drawdown::ulcer_index;
use super::missing::Measure;
use super::moments::{excess_kurtosis, skewness};
use super::omega::omega_ratio;
use super::profile::{backtesting, quantstats, vectorbt};
use super::quantile::Tails;
use super::series::{ReturnSeries, SeriesMetrics, fall};
use super::sharpe::{per_period_rate, sharpe_ratio};
use super::sortino::sortino_ratio;
use super::tail_ratio::tail_ratio;
use super::value_at_risk::{conditional_value_at_risk_95, value_at_risk_95};
use super::volatility::volatility;
use crate::scenario::{MetricSpec, MetricsProfile};

/// All metrics of a series. Omega's threshold is Sortino's minimum acceptable return.
pub fn series_metrics(series: &ReturnSeries, spec: &MetricSpec) -> SeriesMetrics {
    let ours = our_own(series, spec);
    match spec.profile {
        MetricsProfile::Tiltyard => ours,
        MetricsProfile::Empyrical => {
            let depth = fall(&series.curve);
            SeriesMetrics { max_drawdown: depth, calmar_ratio: calmar_ratio(ours.cagr, depth), ..ours }
        }
        MetricsProfile::Quantstats => quantstats::series(series, spec, ours),
        MetricsProfile::Vectorbt => vectorbt::series(series, ours),
        MetricsProfile::Backtesting => backtesting::series(series, spec, ours),
    }
}

/// By our own definitions.
fn our_own(series: &ReturnSeries, spec: &MetricSpec) -> SeriesMetrics {
    let a = series.periods_per_year;
    let risk_free = per_period_rate(spec.risk_free_rate, a);
    let minimum = per_period_rate(spec.minimum_acceptable_return, a);
    let tails = series.returns.as_deref().map_err(|missing| *missing).and_then(Tails::of);
    let of_tails =
        |metric: fn(&Tails) -> Measure| tails.as_ref().map_err(|missing| *missing).and_then(metric);
    let cagr = series.measured(|r| cagr(r, a));
    SeriesMetrics {
        cagr,
        volatility: series.measured(|r| volatility(r, a)),
        sharpe_ratio: series.measured(|r| sharpe_ratio(r, risk_free, a)),
        sortino_ratio: series.measured(|r| sortino_ratio(r, minimum, a)),
        calmar_ratio: calmar_ratio(cagr, series.finest_depth),
        max_drawdown: series.finest_depth,
        ulcer_index: ulcer_index(&series.curve),
        omega_ratio: series.measured(|r| omega_ratio(r, minimum)),
        tail_ratio: of_tails(tail_ratio),
        var_95: of_tails(value_at_risk_95),
        cvar_95: of_tails(conditional_value_at_risk_95),
        skew: series.measured(skewness),
        kurtosis: series.measured(excess_kurtosis),
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::{SHORT_NORMAL, close, curve};
    use super::super::missing::Missing;
    use super::*;

    #[test]
    fn levels_and_returns_say_the_same() {
        let (returns, levels) = (
            ReturnSeries::of_returns(SHORT_NORMAL.to_vec(), 252.0),
            ReturnSeries::of_curve(curve(&SHORT_NORMAL), 252.0),
        );
        let spec = MetricSpec::default();
        let (a, b) = (series_metrics(&returns, &spec), series_metrics(&levels, &spec));
        close(a.sharpe_ratio, b.sharpe_ratio.unwrap());
        close(Ok(a.max_drawdown), b.max_drawdown);
        close(returns.total_return(), 0.079_298_317_281_338_63);
        close(levels.total_return(), 0.079_298_317_281_338_63);
    }

    #[test]
    fn an_empty_series_has_no_metrics() {
        let none = ReturnSeries::of_returns(Vec::new(), 252.0);
        assert_eq!(none.total_return(), Err(Missing::TooFewReturns));
        for profile in MetricsProfile::ALL {
            let metrics = series_metrics(&none, &MetricSpec { profile, ..MetricSpec::default() });
            assert_eq!(metrics.sharpe_ratio, Err(Missing::TooFewReturns), "{profile:?}");
            assert_eq!(metrics.cagr, Err(Missing::TooFewReturns), "{profile:?}");
            assert_eq!(metrics.max_drawdown, 0.0);
        }
    }

    #[test]
    fn returns_that_ruin_say_the_same_as_their_levels() {
        for (returns, levels) in [
            (vec![0.1, -1.0, 0.2], vec![1.0, 1.1, 0.0, 0.0]),
            (vec![0.1, -1.5, 0.2], vec![1.0, 1.1, -0.55, -0.66]),
            (vec![0.1, -1.0], vec![1.0, 1.1, 0.0]),
            (vec![-1.25], vec![1.0, -0.25]),
        ] {
            let (a, b) =
                (ReturnSeries::of_returns(returns, 252.0), ReturnSeries::of_curve(levels.clone(), 252.0));
            for profile in MetricsProfile::ALL {
                let spec = MetricSpec { profile, ..MetricSpec::default() };
                let (a, b) = (series_metrics(&a, &spec), series_metrics(&b, &spec));
                let same = |a: Measure, b: Measure| match (a, b) {
                    (Ok(a), Ok(b)) => assert!((a - b).abs() < 1e-9, "{levels:?} {profile:?}: {a} and {b}"),
                    (a, b) => assert_eq!(a, b, "{levels:?} {profile:?}"),
                };
                same(a.sharpe_ratio, b.sharpe_ratio);
                same(a.cagr, b.cagr);
                same(a.var_95, b.var_95);
                same(Ok(a.max_drawdown), Ok(b.max_drawdown));
            }
            assert!((a.total_return().unwrap() - b.total_return().unwrap()).abs() < 1e-9);
        }
    }

    #[test]
    fn a_ruined_curve_has_a_return_and_no_ratio() {
        let ruined = ReturnSeries::of_curve(vec![1.0, 0.5, 0.0, 0.0], 252.0);
        assert_eq!(ruined.total_return(), Ok(-1.0));
        for profile in MetricsProfile::ALL {
            let metrics = series_metrics(&ruined, &MetricSpec { profile, ..MetricSpec::default() });
            assert_eq!(metrics.sharpe_ratio, Err(Missing::Ruined), "{profile:?}");
            assert_eq!(metrics.var_95, Err(Missing::Ruined), "{profile:?}");
        }
    }
}
