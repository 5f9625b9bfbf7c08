//! Returns against a benchmark's, period by period: Jensen (1968), Sharpe (1964), Goodwin (1998).
//!
//! Both series have one value for each period; where one is longer, its surplus is not looked at.

use super::missing::{Measure, Missing};
use super::moments::{count, dispersion, finite, is_constant, mean};

/// `cov(r, b) / var(b)`. As `empyrical.beta`.
///
/// # Errors
/// [`Missing::TooFewReturns`] under two periods, [`Missing::NoDispersion`] for a benchmark of equal returns.
pub fn beta(returns: &[f64], benchmark: &[f64]) -> Measure {
    let (returns, benchmark) = paired(returns, benchmark)?;
    if is_constant(benchmark) {
        return Err(Missing::NoDispersion);
    }
    let (mean_r, mean_b) = (mean(returns)?, mean(benchmark)?);
    let pairs = || returns.iter().zip(benchmark);
    let covariance: f64 = pairs().map(|(r, b)| (r - mean_r) * (b - mean_b)).sum();
    let variance: f64 = benchmark.iter().map(|b| (b - mean_b) * (b - mean_b)).sum();
    finite(covariance / variance)
}

/// `(1 + mean(a))^A - 1` with `a = (r - rf) - beta (b - rf)` in each period; `risk_free` is per period. As
/// `empyrical.alpha`.
///
/// # Errors
/// As [`beta`].
pub fn alpha(returns: &[f64], benchmark: &[f64], risk_free: f64, periods_per_year: f64) -> Measure {
    let beta = beta(returns, benchmark)?;
    let (returns, benchmark) = paired(returns, benchmark)?;
    let sum: f64 = returns.iter().zip(benchmark).map(|(r, b)| (r - risk_free) - beta * (b - risk_free)).sum();
    finite(libm::pow(1.0 + sum / count(returns), periods_per_year) - 1.0)
}

/// `mean(r - b) / std(r - b, ddof = 1)`, per period, NOT annualised. As `quantstats.stats.information_ratio`.
///
/// # Errors
/// [`Missing::TooFewReturns`] under two periods, [`Missing::NoDispersion`] where the difference never varies.
pub fn information_ratio(returns: &[f64], benchmark: &[f64]) -> Measure {
    let (returns, benchmark) = paired(returns, benchmark)?;
    let active: Vec<f64> = returns.iter().zip(benchmark).map(|(r, b)| r - b).collect();
    let dispersion = dispersion(&active)?;
    finite(mean(&active)? / dispersion)
}

fn paired<'a>(returns: &'a [f64], benchmark: &'a [f64]) -> Result<(&'a [f64], &'a [f64]), Missing> {
    let n = returns.len().min(benchmark.len());
    if n < 2 { Err(Missing::TooFewReturns) } else { Ok((&returns[..n], &benchmark[..n])) }
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, SHORT_NORMAL, SHORT_NORMAL_BENCHMARK, close};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Twice the benchmark and one percent more in each period: beta 2, alpha 1.01^4 - 1.
        let benchmark = [0.01, -0.02, 0.03];
        let returns = [0.03, -0.03, 0.07];
        close(beta(&returns, &benchmark), 2.0);
        close(alpha(&returns, &benchmark, 0.0, 4.0), 0.040_604_01);
        // r - b = 0.02, -0.01, 0.04: mean 0.0166667, deviation 0.0251661.
        close(information_ratio(&returns, &benchmark), 0.662_266_178_532_522);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        let (returns, benchmark) = (&SHORT_NORMAL, &SHORT_NORMAL_BENCHMARK);
        close(beta(returns, benchmark), 0.426_149_920_553_228_2);
        close(alpha(returns, benchmark, 0.0, 252.0), 0.221_045_978_333_709_31);
        close(alpha(returns, benchmark, 0.0, 365.0), 0.335_438_078_810_383_7);
        close(information_ratio(returns, benchmark), -0.154_693_555_760_066_88);
    }

    #[test]
    fn empty_single_and_equal_values() {
        assert_eq!(beta(&[], &[]), Err(Missing::TooFewReturns));
        assert_eq!(beta(&[0.1], &[0.1]), Err(Missing::TooFewReturns));
        assert_eq!(beta(&SHORT_NORMAL, &ALL_ZERO), Err(Missing::NoDispersion));
        assert_eq!(alpha(&SHORT_NORMAL, &ALL_ZERO, 0.0, 252.0), Err(Missing::NoDispersion));
        assert_eq!(information_ratio(&SHORT_NORMAL, &SHORT_NORMAL), Err(Missing::NoDispersion));
    }
}
