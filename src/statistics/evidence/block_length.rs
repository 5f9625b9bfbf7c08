//! How long the blocks of a bootstrap must be for a series.
//!
//! Politis and White (2004), "Automatic Block-Length Selection for the Dependent Bootstrap", Econometric
//! Reviews 23(1), with the correction of Patton, Politis and White (2009). Lag rules as in `arch` 8.0.0: the
//! reference values hold.

use rayon::prelude::*;

use super::error::{EvidenceError, at_least};
use super::numeric::{centred, dot, near_one, real};
use super::panel::Panel;
use crate::metrics::{Missing, is_constant, quantile};

/// Consecutive insignificant autocorrelations that end the search for the bandwidth.
const LEAST_QUIET_LAGS: usize = 5;

/// Under this many values the lags do not fit into the series.
const LEAST_VALUES: usize = 9;

/// Mean block lengths that suit a series. May be under 1 for a series that is no more than noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BlockLength {
    /// For the stationary bootstrap.
    pub stationary: f64,
    /// For the circular block bootstrap.
    pub circular: f64,
}

/// The block lengths that minimise the error of the bootstrap's variance of the mean, at most
/// `ceil(min(3 sqrt(n), n / 3))`.
///
/// # Errors
/// [`EvidenceError::TooFew`] under nine values, [`EvidenceError::NoStatistic`] for equal ones.
pub fn block_length(series: &[f64]) -> Result<BlockLength, EvidenceError> {
    at_least("values", series.len(), LEAST_VALUES)?;
    if is_constant(series) {
        return Err(Missing::NoDispersion.into());
    }
    let n = real(series.len());
    let deviations = near_one(&centred(series));
    let most_lags = series.len().isqrt() + usize::from(series.len().isqrt().pow(2) < series.len()) + quiet(n);
    let bandwidth = bandwidth(&deviations, most_lags);
    let (slope, spectrum) = flat_top_sums(&deviations, bandwidth);
    let most = (3.0 * n.sqrt()).min(n / 3.0).ceil();
    let length = |constant: f64| {
        let curvature = 2.0 * slope * slope / (constant * spectrum * spectrum);
        (libm::cbrt(curvature) * libm::cbrt(n)).min(most)
    };
    let found = BlockLength { stationary: length(2.0), circular: length(4.0 / 3.0) };
    if found.stationary.is_finite() { Ok(found) } else { Err(Missing::OutOfRange.into()) }
}

/// `max(5, floor(log10 n))`.
fn quiet(n: f64) -> usize {
    LEAST_QUIET_LAGS.max(libm::log10(n) as usize)
}

/// Twice the first lag after which enough autocorrelations in a row lie within `2 sqrt(log10(n) / n)`.
fn bandwidth(deviations: &[f64], most_lags: usize) -> usize {
    let n = real(deviations.len());
    let (run, bound) = (quiet(n), 2.0 * (libm::log10(n) / n).sqrt());
    let silent: Vec<bool> = (0..most_lags).map(|lag| autocorrelation(deviations, lag) < bound).collect();
    let first = silent.windows(run).position(|lags| lags.iter().all(|&lag| lag));
    first.map_or(most_lags, |lag| 2 * lag.max(1)).min(most_lags)
}

/// Absolute autocorrelation at a lag, scaled as `arch` does: by the sums of squares without the first and
/// without the last `lag + 1` values.
fn autocorrelation(deviations: &[f64], lag: usize) -> f64 {
    let (later, earlier) = (&deviations[lag + 1..], &deviations[..deviations.len() - lag - 1]);
    (lagged(deviations, lag) / (dot(later, later) * dot(earlier, earlier)).sqrt()).abs()
}

/// Sum of products of values `lag` rows apart.
fn lagged(deviations: &[f64], lag: usize) -> f64 {
    dot(&deviations[lag..], &deviations[..deviations.len() - lag])
}

/// `sum lambda(k/m) |k| R(k)` and `sum lambda(k/m) R(k)` over `-m ..= m`, with the flat-top window: 1 up to
/// half the bandwidth, then linear to 0.
fn flat_top_sums(deviations: &[f64], bandwidth: usize) -> (f64, f64) {
    let n = real(deviations.len());
    let (mut slope, mut spectrum) = (0.0, lagged(deviations, 0) / n);
    for lag in 1..=bandwidth {
        let share = real(lag) / real(bandwidth);
        let weight = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        let covariance = 2.0 * weight * lagged(deviations, lag) / n;
        slope += covariance * real(lag);
        spectrum += covariance;
    }
    (slope, spectrum)
}

/// The block length by which whole windows should be resampled: the largest that any agent's scores ask for,
/// at least 1. Series too short or without dispersion ask for nothing.
pub fn window_block_length(scores: &Panel) -> f64 {
    let lengths = scores.columns().iter().filter_map(|column| block_length(column).ok());
    lengths.map(|length| length.stationary).fold(1.0, f64::max)
}

/// The block length by which the rows of many trials' returns should be resampled: the median of the trials, and at
/// least what the winner's ask for and 1. (The largest of thousands would be that of an outlier.)
pub(super) fn trial_block_length(returns: &Panel, winner: usize) -> f64 {
    let of = |column: &Vec<f64>| block_length(column).map(|length| length.stationary).ok();
    let lengths: Vec<f64> = returns.columns().par_iter().filter_map(of).collect();
    let median = quantile(&lengths, 0.5).unwrap_or(1.0);
    median.max(of(&returns.columns()[winner]).unwrap_or(1.0)).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::super::testing::noise;
    use super::*;

    #[test]
    fn persistence_asks_for_longer_blocks() {
        let draws = noise(5, 800);
        let mut level = 0.0;
        let step = |draw: &f64| {
            level = 0.8 * level + draw;
            level
        };
        let persistent: Vec<f64> = draws.iter().map(step).collect();
        let (calm, long) = (block_length(&draws).unwrap(), block_length(&persistent).unwrap());
        assert!(calm.stationary < 5.0 && long.stationary > 10.0, "{calm:?} {long:?}");
        // The two differ by the constants alone: (2 / (4/3))^(1/3).
        assert!((long.circular / long.stationary - 1.5_f64.cbrt()).abs() < 1e-12);
    }

    #[test]
    fn no_block_is_longer_than_the_bound() {
        // Up, level, down, level, over and over asks for 19.9; the bound is ceil(min(3 sqrt(40), 40 / 3)).
        let wave: Vec<f64> = [0.0, 1.0, 0.0, -1.0].repeat(10);
        assert_eq!(block_length(&wave).unwrap(), BlockLength { stationary: 14.0, circular: 14.0 });
    }

    #[test]
    fn empty_short_and_equal_values() {
        assert!(matches!(block_length(&[]), Err(EvidenceError::TooFew { .. })));
        assert!(block_length(&noise(1, 8)).is_err());
        assert!(block_length(&noise(1, 9)).is_ok());
        assert_eq!(block_length(&[0.0; 60]), Err(Missing::NoDispersion.into()));
        let flat = Panel::new(vec![vec![0.0; 60]]).unwrap();
        assert_eq!(window_block_length(&flat), 1.0);
    }
}
