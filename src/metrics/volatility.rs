//! Annualised standard deviation of returns.

use super::missing::Measure;
use super::moments::{finite, standard_deviation};

/// `std(r, ddof = 1) * sqrt(A)`; 0 for equal returns. As `empyrical.annual_volatility`.
///
/// # Errors
/// [`Missing::TooFewReturns`](super::Missing::TooFewReturns) under two returns.
pub fn volatility(returns: &[f64], periods_per_year: f64) -> Measure {
    finite(standard_deviation(returns)? * periods_per_year.sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::golden::{MIXED_WITH_FLAT_DAYS, SHORT_NORMAL, close};
    use super::super::missing::Missing;
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Deviations of 0.01 and 0.03 from 0.02: -0.01, 0.01; variance 0.0002; root 0.0141421; times sqrt(4).
        close(volatility(&[0.01, 0.03], 4.0), 0.028_284_271_247_461_9);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(volatility(&SHORT_NORMAL, 252.0), 0.156_324_793_213_575_76);
        close(volatility(&SHORT_NORMAL, 365.0), 0.188_136_917_755_104_66);
        close(volatility(&MIXED_WITH_FLAT_DAYS, 252.0), 0.141_150_664_670_855_96);
    }

    #[test]
    fn empty_single_and_equal_values() {
        assert_eq!(volatility(&[], 252.0), Err(Missing::TooFewReturns));
        assert_eq!(volatility(&[0.01], 252.0), Err(Missing::TooFewReturns));
        assert_eq!(volatility(&[0.01; 9], 252.0), Ok(0.0));
    }
}
