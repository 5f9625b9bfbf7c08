//! Everything that can be said of one return series, under one profile.
//!
//! Owns which definition each metric takes: ours, or the library's that the profile names where that library
//! defines it otherwise. Knows neither replays nor files.

use super::cagr::{cagr, growth};
use super::calmar::calmar_ratio;
use super::drawdown::{deepest_fall, ulcer_index};
use super::moments::{count, excess_kurtosis, skewness};
use super::omega::omega_ratio;
use super::profile::{backtesting, quantstats, vectorbt};
use super::quantile::Tails;
use super::report::{Measure, Missing};
use super::sharpe::{per_period_rate, sharpe_ratio};
use super::sortino::sortino_ratio;
use super::tail_ratio::tail_ratio;
use super::value_at_risk::{conditional_value_at_risk_95, value_at_risk_95};
use super::volatility::volatility;
use crate::scenario::{MetricSpec, MetricsProfile};

/// Days of a year as calendars count them.
const CALENDAR_YEAR_DAYS: f64 = 365.25;

/// One return series with what belongs to it.
#[derive(Debug, Clone)]
pub struct ReturnSeries {
    /// The level before the first return, then one level a period.
    pub curve: Vec<f64>,
    /// The returns between the levels; why there are none where a level that one would be compared with is
    /// not positive.
    pub returns: Result<Vec<f64>, Missing>,
    /// Return periods in a year.
    pub periods_per_year: f64,
    /// Length in years of 365.25 days, where the series knows its times.
    pub calendar_years: Option<f64>,
    /// The deepest fall, at most 0, of the finest curve there is: that of every bar for a replay.
    pub finest_depth: f64,
}

impl ReturnSeries {
    /// Of levels such as an equity curve; at least one.
    pub fn of_curve(curve: Vec<f64>, periods_per_year: f64) -> Self {
        let returns = super::sampling::simple_returns(&curve);
        Self::new(curve, returns, periods_per_year)
    }

    /// Of simple returns; the curve begins at 1.
    pub fn of_returns(returns: Vec<f64>, periods_per_year: f64) -> Self {
        let mut level = 1.0;
        let grown = returns.iter().map(|r| {
            level *= 1.0 + r;
            level
        });
        let curve = std::iter::once(1.0).chain(grown).collect();
        // As of levels: a return of -100 % or worse leaves nothing that a later one could be of.
        let ruined = returns.split_last().is_some_and(|(_, before)| before.iter().any(|r| *r <= -1.0));
        let returns = if ruined { Err(Missing::Ruined) } else { Ok(returns) };
        Self::new(curve, returns, periods_per_year)
    }

    fn new(curve: Vec<f64>, returns: Result<Vec<f64>, Missing>, periods_per_year: f64) -> Self {
        let finest_depth = fall(&curve);
        Self { curve, returns, periods_per_year, calendar_years: None, finest_depth }
    }

    /// The same with its length by the calendar, in days.
    pub fn lasting_days(self, days: f64) -> Self {
        Self { calendar_years: Some(days / CALENDAR_YEAR_DAYS), ..self }
    }

    /// Last level over first, minus one.
    ///
    /// # Errors
    /// [`Missing::ZeroDivisor`] where it begins at nothing, [`Missing::TooFewReturns`] without a return.
    pub fn total_return(&self) -> Measure {
        if self.curve.len() < 2 { Err(Missing::TooFewReturns) } else { growth(&self.curve) }
    }

    /// A metric of the returns, or why there are none.
    pub(super) fn measured(&self, metric: impl Fn(&[f64]) -> Measure) -> Measure {
        self.returns.as_deref().map_err(|missing| *missing).and_then(metric)
    }

    /// Length in years: by the calendar where it is known, else by counting periods.
    pub(super) fn years(&self) -> f64 {
        let counted = (count(&self.curve) - 1.0) / self.periods_per_year;
        self.calendar_years.unwrap_or(counted)
    }
}

/// The metrics of one return series. Fractions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeriesMetrics {
    /// Compound annual growth rate.
    pub cagr: Measure,
    /// Annualised.
    pub volatility: Measure,
    /// Annualised.
    pub sharpe_ratio: Measure,
    /// Annualised.
    pub sortino_ratio: Measure,
    /// Growth over the deepest fall.
    pub calmar_ratio: Measure,
    /// The deepest fall by the profile's own curve, at most 0.
    pub max_drawdown: f64,
    /// Root mean square of the falls.
    pub ulcer_index: Measure,
    /// Gains over losses about the minimum acceptable return.
    pub omega_ratio: Measure,
    /// Upper over lower 5 % quantile.
    pub tail_ratio: Measure,
    /// A return: a loss is negative.
    pub var_95: Measure,
    /// Expected return beyond it.
    pub cvar_95: Measure,
    /// G1.
    pub skew: Measure,
    /// G2 (excess).
    pub kurtosis: Measure,
}

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

/// The deepest fall of a curve that begins with its first level.
pub(super) fn fall(curve: &[f64]) -> f64 {
    curve.split_first().map_or(0.0, |(&start, rest)| deepest_fall(start, rest).depth)
}

#[cfg(test)]
mod tests {
    use super::super::golden::{SHORT_NORMAL, close, curve};
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
    fn a_series_of_nothing_has_no_metrics() {
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
