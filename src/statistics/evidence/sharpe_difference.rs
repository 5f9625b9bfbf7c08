//! Whether two return series over the same periods have different Sharpe ratios.
//!
//! Memmel (2003), "Performance Hypothesis Testing with the Sharpe Ratio", for normal independent returns;
//! Ledoit and Wolf (2008), "Robust Performance Hypothesis Testing with the Sharpe Ratio", Journal of
//! Empirical Finance 15, for any others: with the Parzen kernel of Andrews (1991), or by the studentised
//! circular block bootstrap.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::error::{EvidenceError, at_least, same_length};
use super::numeric::{centred, dot, mean, real, two_sided_normal};
use crate::metrics::{Missing, is_constant, sharpe_ratio_per_period};

/// Fewer periods than this leave no degrees of freedom for the four estimated moments.
const LEAST_PERIODS: usize = 10;

/// Which derivative the standard error takes for the second series' second moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HacGradient {
    /// `+ m2 / (2 s2^3)`, as derived by Ledoit and Wolf (2008, equation 4).
    #[default]
    LedoitWolf,
    /// The same with a minus, as `majkee15/RobustSharpeRatioHAC` @4859e906 has it: a slip, for comparison
    /// with that library alone.
    RobustSharpeRatioHac,
}

/// The test of two Sharpe ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharpeDifference {
    /// The two ratios per period: `ddof = 1` for Memmel, `ddof = 0` otherwise.
    pub sharpe: (f64, f64),
    /// First less second.
    pub difference: f64,
    /// Standard error of the difference.
    pub standard_error: f64,
    /// Two-sided. 1 where the series are identical.
    pub p_value: f64,
    /// Bandwidth of the Parzen kernel, where one was used.
    pub bandwidth: Option<f64>,
}

/// Memmel's test: variance `(2 - 2 rho + (s1^2 + s2^2 - 2 s1 s2 rho^2) / 2) / n`.
///
/// # Errors
/// [`EvidenceError::Lengths`], [`EvidenceError::TooFew`] under ten periods, [`EvidenceError::NoStatistic`]
/// where a series has no dispersion.
pub fn sharpe_difference_memmel(a: &[f64], b: &[f64]) -> Result<SharpeDifference, EvidenceError> {
    check(a, b)?;
    let (first, second) = (sharpe_ratio_per_period(a, 0.0)?, sharpe_ratio_per_period(b, 0.0)?);
    let (x, y) = (centred(a), centred(b));
    let rho = dot(&x, &y) / (dot(&x, &x) * dot(&y, &y)).sqrt();
    let squares = first * first + second * second - 2.0 * first * second * rho * rho;
    let variance = (2.0 - 2.0 * rho + 0.5 * squares) / real(a.len());
    tested((first, second), a == b, variance, None)
}

/// Ledoit and Wolf's test with a HAC standard error (Parzen kernel, automatic bandwidth).
///
/// # Errors
/// As [`sharpe_difference_memmel`].
pub fn sharpe_difference_hac(
    a: &[f64],
    b: &[f64],
    gradient: HacGradient,
) -> Result<SharpeDifference, EvidenceError> {
    check(a, b)?;
    let moments = Moments::of(a, b);
    let n = real(a.len());
    let bandwidth = bandwidth(&moments.influences(a, b)).min(n - 1.0);
    let influence = moments.influence(a, b, gradient);
    let mut psi = dot(&influence, &influence) / n;
    for lag in (1..a.len()).take_while(|lag| real(*lag) < bandwidth) {
        let covariance = dot(&influence[lag..], &influence[..a.len() - lag]) / n;
        psi += 2.0 * parzen(real(lag) / bandwidth) * covariance;
    }
    tested(moments.sharpe(), a == b, psi / (n - 4.0), Some(bandwidth))
}

/// Ledoit and Wolf's studentised circular block bootstrap: `p = (1 + #{d* >= d}) / (B + 1)`. Resample `b`
/// draws from stream `b` of the key's ChaCha generator.
///
/// # Errors
/// As [`sharpe_difference_memmel`]; [`EvidenceError::OutOfRange`] for a block length of 0 or over half the
/// series.
pub fn sharpe_difference_bootstrap(
    a: &[f64],
    b: &[f64],
    block_length: usize,
    count: usize,
    key: [u8; 32],
) -> Result<SharpeDifference, EvidenceError> {
    let observed = sharpe_difference_hac(a, b, HacGradient::LedoitWolf)?;
    at_least("resamples", count, 1)?;
    if block_length == 0 || block_length > a.len() / 2 {
        return Err(EvidenceError::OutOfRange {
            what: "block length up to half the series",
            value: real(block_length),
        });
    }
    if a == b {
        return Ok(observed);
    }
    let distance = observed.difference.abs() / observed.standard_error;
    let reaches = |stream: &usize| {
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(*stream as u64);
        let rows = circular_rows(a.len(), block_length, &mut rng);
        let of = |series: &[f64]| rows.iter().map(|&row| series[row]).collect::<Vec<f64>>();
        let (difference, error) = resampled(&of(a), &of(b), block_length);
        // A resample without dispersion decides nothing: it counts against the difference.
        let surprise = (difference - observed.difference).abs() / error;
        surprise.is_nan() || surprise >= distance
    };
    let reached = (0..count).filter(reaches).count();
    Ok(SharpeDifference { p_value: (1.0 + real(reached)) / (real(count) + 1.0), ..observed })
}

/// Blocks of consecutive rows, wrapping at the end, until the series is full.
fn circular_rows(rows: usize, block_length: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let starts = (0..rows.div_ceil(block_length)).map(|_| rng.random_range(0..rows)).collect::<Vec<usize>>();
    let blocks = starts.iter().flat_map(|start| (0..block_length).map(move |step| (start + step) % rows));
    blocks.take(rows).collect()
}

/// The difference in a resample, and its standard error from the sums of its blocks.
fn resampled(a: &[f64], b: &[f64], block_length: usize) -> (f64, f64) {
    let (moments, n) = (Moments::of(a, b), real(a.len()));
    let influence = moments.influence(a, b, HacGradient::LedoitWolf);
    let blocks = influence.chunks_exact(block_length);
    let count = real(blocks.len());
    let squares: f64 = blocks.map(|block| block.iter().sum::<f64>()).map(|sum| sum * sum).sum();
    let psi = squares / (count * real(block_length));
    let (first, second) = moments.sharpe();
    (first - second, (psi / (n - 4.0)).sqrt())
}

/// First and second uncentred moments of both series.
struct Moments {
    means: [f64; 2],
    squares: [f64; 2],
}

impl Moments {
    fn of(a: &[f64], b: &[f64]) -> Self {
        let n = real(a.len());
        Self { means: [mean(a), mean(b)], squares: [dot(a, a) / n, dot(b, b) / n] }
    }

    fn variance(&self, series: usize) -> f64 {
        self.squares[series] - self.means[series] * self.means[series]
    }

    fn sharpe(&self) -> (f64, f64) {
        let ratio = |series| self.means[series] / self.variance(series).sqrt();
        (ratio(0), ratio(1))
    }

    /// The deviations of the four moments, in every period.
    fn influences(&self, a: &[f64], b: &[f64]) -> [Vec<f64>; 4] {
        let first = |series: &[f64], i: usize| series.iter().map(|r| r - self.means[i]).collect();
        let second = |series: &[f64], i: usize| series.iter().map(|r| r * r - self.squares[i]).collect();
        [first(a, 0), first(b, 1), second(a, 0), second(b, 1)]
    }

    /// The influence of every period on the difference of the ratios (the delta method's gradient applied).
    fn influence(&self, a: &[f64], b: &[f64], gradient: HacGradient) -> Vec<f64> {
        let derivatives = |i: usize| {
            let cubed = self.variance(i) * self.variance(i).sqrt();
            (self.squares[i] / cubed, -0.5 * self.means[i] / cubed)
        };
        let (first, mut second) = (derivatives(0), derivatives(1));
        if gradient == HacGradient::RobustSharpeRatioHac {
            second.1 = -second.1;
        }
        let one =
            |r: f64, i: usize, d: (f64, f64)| d.0 * (r - self.means[i]) + d.1 * (r * r - self.squares[i]);
        a.iter().zip(b).map(|(x, y)| one(*x, 0, first) - one(*y, 1, second)).collect()
    }
}

/// `2.6614 (alpha n)^(1/5)` with alpha from a first-order autoregression of each moment (Andrews 1991,
/// equation 6.4).
fn bandwidth(influences: &[Vec<f64>; 4]) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for series in influences {
        let (rho, variance) = autoregression(series);
        let (weight, root) = (variance * variance, (1.0 - rho) * (1.0 - rho));
        above += 4.0 * rho * rho * weight / (root * root * root * root);
        below += weight / (root * root);
    }
    2.6614 * libm::pow(above / below * real(influences[0].len()), 0.2)
}

/// Least squares of a series on its predecessor and a constant: slope and residual variance.
fn autoregression(series: &[f64]) -> (f64, f64) {
    let (x, y) = (centred(&series[..series.len() - 1]), centred(&series[1..]));
    let rho = dot(&x, &y) / dot(&x, &x);
    let residuals: f64 = x.iter().zip(&y).map(|(x, y)| (y - rho * x) * (y - rho * x)).sum();
    (rho, residuals / real(x.len()))
}

/// Parzen's kernel on 0 to 1.
fn parzen(x: f64) -> f64 {
    if x <= 0.5 { 1.0 - 6.0 * x * x + 6.0 * x * x * x } else { 2.0 * (1.0 - x) * (1.0 - x) * (1.0 - x) }
}

fn check(a: &[f64], b: &[f64]) -> Result<(), EvidenceError> {
    same_length(a, b)?;
    at_least("periods", a.len(), LEAST_PERIODS)?;
    if is_constant(a) || is_constant(b) { Err(Missing::NoDispersion.into()) } else { Ok(()) }
}

fn tested(
    sharpe: (f64, f64),
    identical: bool,
    variance: f64,
    bandwidth: Option<f64>,
) -> Result<SharpeDifference, EvidenceError> {
    let difference = sharpe.0 - sharpe.1;
    if identical {
        return Ok(SharpeDifference { sharpe, difference, standard_error: 0.0, p_value: 1.0, bandwidth });
    }
    if !(variance > 0.0 && variance.is_finite() && difference.is_finite()) {
        return Err(Missing::OutOfRange.into());
    }
    let standard_error = variance.sqrt();
    Ok(SharpeDifference {
        sharpe,
        difference,
        standard_error,
        p_value: two_sided_normal(difference / standard_error),
        bandwidth,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::noise;
    use super::*;

    fn shifted(seed: u64, mean: f64) -> Vec<f64> {
        noise(seed, 300).iter().map(|draw| draw + mean).collect()
    }

    #[test]
    fn the_three_tests_agree_on_plain_noise() {
        let (a, b) = (shifted(1, 0.2), shifted(2, 0.0));
        let memmel = sharpe_difference_memmel(&a, &b).unwrap();
        let hac = sharpe_difference_hac(&a, &b, HacGradient::LedoitWolf).unwrap();
        let bootstrap = sharpe_difference_bootstrap(&a, &b, 3, 300, [1; 32]).unwrap();
        assert!((memmel.standard_error / hac.standard_error - 1.0).abs() < 0.2, "{memmel:?} {hac:?}");
        assert!((hac.p_value - bootstrap.p_value).abs() < 0.05, "{hac:?} {bootstrap:?}");
    }

    #[test]
    fn identical_series_do_not_differ() {
        let a = shifted(3, 0.1);
        for found in
            [sharpe_difference_memmel(&a, &a), sharpe_difference_hac(&a, &a, HacGradient::LedoitWolf)]
        {
            assert_eq!(found.unwrap().p_value, 1.0);
        }
        assert_eq!(sharpe_difference_bootstrap(&a, &a, 5, 50, [0; 32]).unwrap().p_value, 1.0);
    }

    #[test]
    fn a_large_difference_is_found_with_its_sign() {
        let found =
            sharpe_difference_hac(&shifted(4, 0.0), &shifted(5, 0.6), HacGradient::LedoitWolf).unwrap();
        assert!(found.difference < -0.3 && found.p_value < 0.001);
    }

    #[test]
    fn invalid_inputs_are_errors() {
        let a = shifted(6, 0.0);
        assert!(sharpe_difference_hac(&a, &a[1..], HacGradient::LedoitWolf).is_err());
        assert!(sharpe_difference_hac(&a[..9], &a[..9], HacGradient::LedoitWolf).is_err());
        assert!(sharpe_difference_memmel(&a, &[0.0; 300]).is_err());
        assert!(sharpe_difference_bootstrap(&a, &shifted(7, 0.0), 0, 10, [0; 32]).is_err());
    }

    #[test]
    fn parzen_falls_from_one_to_zero() {
        assert_eq!((parzen(0.0), parzen(0.5), parzen(1.0)), (1.0, 0.25, 0.0));
    }
}
