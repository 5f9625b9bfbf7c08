//! One return series with what belongs to it, and the metrics that can be said of it.
//!
//! Knows neither replays nor files, nor which definition a metric takes: see
//! [`series_metrics`](super::series_metrics()).

use super::cagr::growth;
use super::drawdown::deepest_fall;
use super::missing::{Measure, Missing};
use super::moments::count;

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
        let returns = simple_returns(&curve);
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
    /// Annualised volatility.
    pub volatility: Measure,
    /// Annualised Sharpe ratio.
    pub sharpe_ratio: Measure,
    /// Annualised Sortino ratio.
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
    /// Sample skewness G1 (bias-corrected).
    pub skew: Measure,
    /// Sample excess kurtosis G2 (bias-corrected).
    pub kurtosis: Measure,
}

/// Simple returns of a curve: one fewer than its points.
///
/// # Errors
/// [`Missing::Ruined`] where a point that a later one would be compared with is not positive.
pub fn simple_returns(curve: &[f64]) -> Result<Vec<f64>, Missing> {
    let ruined = curve.split_last().is_some_and(|(_, bases)| bases.iter().any(|&base| base <= 0.0));
    if ruined {
        return Err(Missing::Ruined);
    }
    Ok(curve.windows(2).map(|pair| pair[1] / pair[0] - 1.0).collect())
}

/// The deepest fall of a curve that begins with its first level.
pub(super) fn fall(curve: &[f64]) -> f64 {
    curve.split_first().map_or(0.0, |(&start, rest)| deepest_fall(start, rest).depth)
}
