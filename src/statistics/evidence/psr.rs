//! How sure a Sharpe ratio is: the probability that the true one exceeds a benchmark, and how long a record
//! must be to say so.
//!
//! Bailey and Lopez de Prado (2012), "The Sharpe Ratio Efficient Frontier", Journal of Risk 15(2). All ratios
//! are per period (not annualised), with `ddof = 1`; the moments are biased `g1` and NON-excess kurtosis.

use super::error::{EvidenceError, probability};
use super::numeric::{normal_cdf, normal_quantile, real};
use crate::metrics::{Missing, kurtosis_biased, sharpe_ratio_per_period, skewness_biased};

/// A Sharpe ratio per period, and what its sampling error depends on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SharpeEstimate {
    /// Sharpe ratio per period.
    pub sharpe: f64,
    /// Number of returns, at least 2.
    pub periods: usize,
    /// Skewness of the returns: 0 for a normal distribution.
    pub skewness: f64,
    /// NON-excess kurtosis of the returns: 3 for a normal distribution.
    pub kurtosis: f64,
}

impl SharpeEstimate {
    /// The estimate from simple returns (or returns in excess of the risk-free rate), at least 2.
    ///
    /// # Errors
    /// [`EvidenceError::NoStatistic`] for too few returns or equal ones.
    pub fn of(returns: &[f64]) -> Result<Self, EvidenceError> {
        Ok(Self {
            sharpe: sharpe_ratio_per_period(returns, 0.0)?,
            periods: returns.len(),
            skewness: skewness_biased(returns)?,
            kurtosis: kurtosis_biased(returns)?,
        })
    }

    /// Variance of the estimate times `n - 1`: `1 - g3 s + (g4 - 1) / 4 s^2` (Mertens 2002).
    fn spread(&self) -> f64 {
        1.0 - self.skewness * self.sharpe + (self.kurtosis - 1.0) / 4.0 * self.sharpe * self.sharpe
    }

    /// Standard error of the Sharpe ratio.
    ///
    /// # Errors
    /// [`EvidenceError::NoStatistic`] where the moments give no positive variance.
    pub fn standard_error(&self) -> Result<f64, EvidenceError> {
        let variance = self.spread() / (real(self.periods) - 1.0);
        if variance > 0.0 && variance.is_finite() {
            Ok(variance.sqrt())
        } else {
            Err(Missing::OutOfRange.into())
        }
    }
}

/// PSR: the probability that the true Sharpe ratio exceeds `benchmark` (per period):
/// `Phi[(s - s*) sqrt(n - 1) / sqrt(1 - g3 s + (g4 - 1) / 4 s^2)]`.
///
/// # Errors
/// As [`SharpeEstimate::standard_error`].
pub fn probabilistic_sharpe_ratio(estimate: &SharpeEstimate, benchmark: f64) -> Result<f64, EvidenceError> {
    Ok(normal_cdf((estimate.sharpe - benchmark) / estimate.standard_error()?))
}

/// MinTRL: the number of periods after which the same Sharpe ratio would have `PSR(benchmark) = confidence`:
/// `1 + (1 - g3 s + (g4 - 1) / 4 s^2) (z / (s - s*))^2`. `None` where the ratio does not exceed the
/// benchmark: no record is long enough.
///
/// # Errors
/// [`EvidenceError::OutOfRange`] for a confidence that is no probability.
pub fn minimum_track_record_length(
    estimate: &SharpeEstimate,
    benchmark: f64,
    confidence: f64,
) -> Result<Option<f64>, EvidenceError> {
    probability(confidence)?;
    let excess = estimate.sharpe - benchmark;
    let z = normal_quantile(confidence) / excess;
    Ok((excess > 0.0).then(|| 1.0 + estimate.spread() * z * z))
}

#[cfg(test)]
mod tests {
    use super::super::testing::close;
    use super::*;
    use crate::metrics::golden::SHORT_NORMAL;

    #[test]
    fn worked_by_hand() {
        // Normal moments, s = 0.5, n = 10: spread 1 + 0.5 * 0.25 = 1.125; error sqrt(1.125 / 9) = 0.35355;
        // Phi(0.5 / 0.35355) = Phi(1.41421) = 0.9213504. MinTRL at z = 1.6448536: 1 + 1.125 * (3.2897073)^2 =
        // 1 + 1.125 * 10.8221738.
        let estimate = SharpeEstimate { sharpe: 0.5, periods: 10, skewness: 0.0, kurtosis: 3.0 };
        close(probabilistic_sharpe_ratio(&estimate, 0.0).unwrap(), 0.921_350_396_474_857_4);
        let length = minimum_track_record_length(&estimate, 0.0, 0.95).unwrap().unwrap();
        assert!((length - 13.174_945_54).abs() < 1e-7, "{length}");
        close(probabilistic_sharpe_ratio(&estimate, 0.5).unwrap(), 0.5);
    }

    #[test]
    fn reference_library() {
        let estimate = SharpeEstimate::of(&SHORT_NORMAL).unwrap();
        close(probabilistic_sharpe_ratio(&estimate, 0.0).unwrap(), 0.919_511_757_742_630_4);
        close(probabilistic_sharpe_ratio(&estimate, 0.03).unwrap(), 0.892_905_348_151_300_7);
        close(estimate.standard_error().unwrap(), 0.187_891_210_925_368_92);
        let length = minimum_track_record_length(&estimate, 0.0, 0.95).unwrap().unwrap();
        close(length, 40.928_548_636_950_644);
    }

    #[test]
    fn invalid_inputs_are_errors() {
        assert!(SharpeEstimate::of(&[]).is_err());
        assert!(SharpeEstimate::of(&[0.01]).is_err());
        assert!(SharpeEstimate::of(&[0.01; 40]).is_err());
        let estimate = SharpeEstimate::of(&SHORT_NORMAL).unwrap();
        assert_eq!(minimum_track_record_length(&estimate, 1.0, 0.95), Ok(None));
        assert!(minimum_track_record_length(&estimate, 0.0, 1.0).is_err());
        let impossible = SharpeEstimate { sharpe: 1.0, periods: 10, skewness: 3.0, kurtosis: 3.0 };
        assert!(probabilistic_sharpe_ratio(&impossible, 0.0).is_err());
    }
}
