//! As `backtesting` 0.6.6: growth by the calendar, ratios over the dispersion of COMPOUNDED returns, beta of log
//! returns, statistics of trades on their returns.

use super::super::calmar::calmar_ratio;
use super::super::missing::{Measure, Missing};
use super::super::moments::{count, finite, is_constant, mean, standard_deviation};
use super::super::series::{ReturnSeries, SeriesMetrics};
use super::super::sums::ReturnSums;
use crate::scenario::MetricSpec;

/// The series' metrics. Rates are taken per year as they are.
pub fn series(series: &ReturnSeries, spec: &MetricSpec, ours: SeriesMetrics) -> SeriesMetrics {
    let a = series.periods_per_year;
    let volatility = series.measured(|r| volatility(r, a));
    let excess = series.measured(|r| Ok(annual_return(r, a)? - spec.risk_free_rate));
    SeriesMetrics {
        cagr: series.measured(|_| cagr(series)),
        volatility,
        sharpe_ratio: series.measured(|r| sharpe_ratio(r, excess, volatility)),
        sortino_ratio: series.measured(|r| sortino_ratio(r, excess, a)),
        calmar_ratio: calmar_ratio(series.measured(|r| annual_return(r, a)), series.finest_depth),
        ..ours
    }
}

/// Growth over the length of the series, per year of 365.25 days.
fn cagr(series: &ReturnSeries) -> Measure {
    let growth = 1.0 + series.total_return()?;
    if growth < 0.0 {
        return Err(Missing::Ruined);
    }
    finite(libm::pow(growth, series.years().recip()) - 1.0)
}

/// The geometric mean return; 0 where any period lost everything.
fn geometric_mean(returns: &[f64]) -> Measure {
    if returns.is_empty() {
        return Err(Missing::TooFewReturns);
    }
    if returns.iter().any(|r| 1.0 + r <= 0.0) {
        return Ok(0.0);
    }
    let logs: f64 = returns.iter().map(|r| libm::log(1.0 + r)).sum();
    finite(libm::exp(logs / count(returns)) - 1.0)
}

fn annual_return(returns: &[f64], periods_per_year: f64) -> Measure {
    finite(libm::pow(1.0 + geometric_mean(returns)?, periods_per_year) - 1.0)
}

/// `sqrt((var(r, ddof = 1) + (1 + g)^2)^A - (1 + g)^(2 A))`: the dispersion of a year's compounded return.
fn volatility(returns: &[f64], periods_per_year: f64) -> Measure {
    let deviation = standard_deviation(returns)?;
    if deviation == 0.0 {
        return Ok(0.0);
    }
    let growth = 1.0 + geometric_mean(returns)?;
    let square = growth * growth;
    let spread =
        libm::pow(deviation * deviation + square, periods_per_year) - libm::pow(square, periods_per_year);
    finite(spread.sqrt())
}

fn sharpe_ratio(returns: &[f64], excess: Measure, volatility: Measure) -> Measure {
    let (excess, volatility) = (excess?, volatility?);
    if is_constant(returns) { Err(Missing::NoDispersion) } else { finite(excess / volatility) }
}

fn sortino_ratio(returns: &[f64], excess: Measure, periods_per_year: f64) -> Measure {
    if returns.len() < 2 {
        return Err(Missing::TooFewReturns);
    }
    let downside = returns.iter().map(|r| r.min(0.0) * r.min(0.0)).sum::<f64>() / count(returns);
    if downside == 0.0 {
        return Err(Missing::NoDownside);
    }
    finite(excess? / (downside.sqrt() * periods_per_year.sqrt()))
}

/// Growth a year of sums of returns: the geometric mean return compounded; none where any period lost everything.
pub fn annual_return_of(returns: &ReturnSums) -> Measure {
    returns.at_least(1)?;
    let lost_all = returns.least <= -1.0;
    let growth = if lost_all { 1.0 } else { libm::pow(returns.product, returns.n().recip()) };
    finite(libm::pow(growth, returns.periods_per_year()) - 1.0)
}

/// Growth a year beyond the risk-free rate, which is per year.
pub fn excess_of(returns: &ReturnSums, risk_free: f64) -> Measure {
    finite(annual_return_of(returns)? - risk_free)
}

/// Sharpe's ratio of sums of returns.
pub fn sharpe_of(returns: &ReturnSums, risk_free: f64) -> Measure {
    let deviation = returns.dispersion()?;
    let a = returns.periods_per_year();
    let growth = 1.0 + annual_return_of(returns)?;
    let square = libm::pow(growth, 2.0 / a);
    let spread = libm::pow(deviation * deviation + square, a) - libm::pow(square, a);
    finite(excess_of(returns, risk_free)? / spread.sqrt())
}

/// Beta of log returns.
pub fn beta(returns: &[f64], benchmark: &[f64]) -> Measure {
    let logs = |values: &[f64]| -> Result<Vec<f64>, Missing> {
        let log = |r: &f64| if 1.0 + r > 0.0 { Ok(libm::log(1.0 + r)) } else { Err(Missing::Ruined) };
        values.iter().map(log).collect()
    };
    super::super::benchmark::beta(&logs(returns)?, &logs(benchmark)?)
}

/// `R - rf - beta * (B - rf)` of the whole length: not annualised. `risk_free` is per year as it is.
pub fn alpha(total: Measure, benchmark_total: Measure, beta: Measure, risk_free: f64) -> Measure {
    finite(total? - risk_free - beta? * (benchmark_total? - risk_free))
}

/// Mean return of a trade, in percent.
///
/// # Errors
/// [`Missing::NoTrades`] for no trades.
pub fn expectancy_pct(returns: &[f64]) -> Measure {
    if returns.is_empty() { Err(Missing::NoTrades) } else { Ok(mean(returns)? * 100.0) }
}

/// A length of time rounded up to whole bars.
pub fn whole_bars(seconds: f64, bar_seconds: f64) -> f64 {
    (seconds / bar_seconds).ceil() * bar_seconds
}

/// How many ticks lie within any of these round trips, entry and exit included.
pub fn ticks_touched(mut trips: Vec<(usize, usize)>) -> usize {
    trips.sort_unstable();
    let (mut touched, mut next) = (0, 0);
    for (entry, exit) in trips {
        let from = entry.max(next);
        if exit >= from {
            touched += exit + 1 - from;
            next = exit + 1;
        }
    }
    touched
}
