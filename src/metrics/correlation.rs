//! How closely two return series move together: Pearson (1895).

use super::missing::{Measure, Missing};
use super::moments::{finite, is_constant, mean};

/// `cov(r, b) / (std(r) std(b))`, from -1 to 1; its square is `quantstats.stats.r_squared`.
///
/// # Errors
/// [`Missing::TooFewReturns`] under two periods, [`Missing::NoDispersion`] where either never varies.
pub fn correlation(returns: &[f64], benchmark: &[f64]) -> Measure {
    let n = returns.len().min(benchmark.len());
    let (returns, benchmark) = (&returns[..n], &benchmark[..n]);
    if n < 2 {
        return Err(Missing::TooFewReturns);
    }
    if is_constant(returns) || is_constant(benchmark) {
        return Err(Missing::NoDispersion);
    }
    let (mean_r, mean_b) = (mean(returns)?, mean(benchmark)?);
    let (mut both, mut own, mut other) = (0.0, 0.0, 0.0);
    for (r, b) in returns.iter().zip(benchmark) {
        both += (r - mean_r) * (b - mean_b);
        own += (r - mean_r) * (r - mean_r);
        other += (b - mean_b) * (b - mean_b);
    }
    finite(both / (own.sqrt() * other.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, SHORT_NORMAL, SHORT_NORMAL_BENCHMARK, close};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Deviations -1, 0, 1 and -1, 1, 0: 1 / (sqrt(2) sqrt(2)).
        close(correlation(&[1.0, 2.0, 3.0], &[1.0, 3.0, 2.0]), 0.5);
        close(correlation(&[1.0, 2.0], &[5.0, 3.0]), -1.0);
    }

    #[test]
    fn quantstats_0_0_86() {
        let value = correlation(&SHORT_NORMAL, &SHORT_NORMAL_BENCHMARK).unwrap();
        close(Ok(value * value), 0.182_084_374_050_326_76);
    }

    #[test]
    fn empty_single_and_equal_values() {
        assert_eq!(correlation(&[], &[]), Err(Missing::TooFewReturns));
        assert_eq!(correlation(&[0.1], &[0.2]), Err(Missing::TooFewReturns));
        assert_eq!(correlation(&SHORT_NORMAL, &ALL_ZERO), Err(Missing::NoDispersion));
        assert_eq!(correlation(&ALL_ZERO, &SHORT_NORMAL), Err(Missing::NoDispersion));
    }
}
