//! Intervals for a share of wins.

use statrs::function::beta::checked_beta_reg;

use super::error::{EvidenceError, at_least, probability};
use super::numeric::{normal_quantile, real};

/// Bisections of a bound: to the last digit.
const BISECTIONS: usize = 64;

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound of the interval.
    pub low: f64,
    /// Upper bound of the interval.
    pub high: f64,
}

/// Wilson's (1927) score interval: close to its level on average, also for few windows.
///
/// # Errors
/// [`EvidenceError::TooFew`] without windows, [`EvidenceError::OutOfRange`] for more wins than windows or a
/// level that is no probability.
pub fn wilson(wins: usize, windows: usize, level: f64) -> Result<Interval, EvidenceError> {
    check(wins, windows, level)?;
    let (n, share) = (real(windows), real(wins) / real(windows));
    let z = normal_quantile(f64::midpoint(1.0, level));
    let scale = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / scale;
    let half = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt() / scale;
    // At the ends the bound is the end, without its rounding.
    let low = if wins == 0 { 0.0 } else { centre - half };
    let high = if wins == windows { 1.0 } else { centre + half };
    Ok(Interval { low, high })
}

/// Clopper and Pearson's (1934) exact interval: never below its level.
///
/// # Errors
/// As [`wilson`].
pub fn clopper_pearson(wins: usize, windows: usize, level: f64) -> Result<Interval, EvidenceError> {
    check(wins, windows, level)?;
    let (k, n, tail) = (real(wins), real(windows), (1.0 - level) / 2.0);
    let low = if wins == 0 { 0.0 } else { beta_quantile(tail, k, n - k + 1.0) };
    let high = if wins == windows { 1.0 } else { 1.0 - beta_quantile(tail, n - k, k + 1.0) };
    Ok(Interval { low, high })
}

/// Where the beta distribution function reaches `p`.
fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        // The arguments are in range, so there always is a value.
        if checked_beta_reg(a, b, middle).is_ok_and(|share| share < p) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

fn check(wins: usize, windows: usize, level: f64) -> Result<(), EvidenceError> {
    at_least("windows", windows, 1)?;
    probability(level)?;
    if wins > windows {
        return Err(EvidenceError::OutOfRange {
            what: "number of wins among the windows",
            value: real(wins),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::close;
    use super::*;

    #[test]
    fn statsmodels_0_15_0() {
        let wilson = wilson(15, 36, 0.95).unwrap();
        close(wilson.low, 0.271_405_620_514_460_65);
        close(wilson.high, 0.577_997_484_251_283_4);
        let exact = clopper_pearson(15, 36, 0.95).unwrap();
        close(exact.low, 0.255_141_048_326_467_7);
        close(exact.high, 0.592_434_759_108_223_5);
    }

    #[test]
    fn none_and_all() {
        // No win in n: the upper bound is 1 - 0.025^(1/n).
        let none = clopper_pearson(0, 10, 0.95).unwrap();
        assert_eq!(none.low, 0.0);
        close(none.high, 1.0 - 0.025_f64.powf(0.1));
        let all = clopper_pearson(10, 10, 0.95).unwrap();
        assert_eq!(all.high, 1.0);
        close(all.low, 0.025_f64.powf(0.1));
        assert_eq!(wilson(0, 10, 0.95).unwrap().low, 0.0);
        assert_eq!(wilson(10, 10, 0.95).unwrap().high, 1.0);
    }

    #[test]
    fn invalid_inputs_are_errors() {
        assert!(wilson(0, 0, 0.95).is_err());
        assert!(wilson(3, 2, 0.95).is_err());
        assert!(clopper_pearson(1, 2, 1.0).is_err());
    }
}
