//! Mean, dispersion and shape of a series. Owns the sums that the other metrics are made of, and the one test
//! for "no dispersion": the largest value equals the smallest. (A computed standard deviation of equal values
//! is often `1e-19` rather than 0, and a ratio over it is noise.)

use super::missing::{Measure, Missing};

/// Independent partial sums: the processor adds them side by side, and the error grows more slowly.
const LANES: usize = 8;

/// The sum of `term` over the values, always in the same order of additions.
pub(super) fn sum_by(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += term(value);
        }
    }
    lanes.iter().sum::<f64>() + rest.iter().map(|&value| term(value)).sum::<f64>()
}

/// A count as a number.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub(super) fn count(values: &[f64]) -> f64 {
    values.len() as f64
}

/// The value, where it is a number; [`Missing::OutOfRange`] for an infinity or a NaN.
pub(super) fn finite(value: f64) -> Measure {
    if value.is_finite() { Ok(value) } else { Err(Missing::OutOfRange) }
}

/// Whether the largest value equals the smallest (also for no value or one).
pub fn is_constant(values: &[f64]) -> bool {
    values.windows(2).all(|pair| pair[0] == pair[1])
}

/// Arithmetic mean.
///
/// # Errors
/// [`Missing::TooFewReturns`] for no values.
pub fn mean(values: &[f64]) -> Measure {
    if values.is_empty() {
        return Err(Missing::TooFewReturns);
    }
    finite(sum_by(values, |value| value) / count(values))
}

/// Sample standard deviation (`ddof = 1`), by two passes.
///
/// # Errors
/// [`Missing::TooFewReturns`] under two values. 0 for equal values: exactly.
pub fn standard_deviation(values: &[f64]) -> Measure {
    if values.len() < 2 {
        return Err(Missing::TooFewReturns);
    }
    if is_constant(values) {
        return Ok(0.0);
    }
    let mean = mean(values)?;
    finite((sum_by(values, |value| (value - mean) * (value - mean)) / (count(values) - 1.0)).sqrt())
}

/// The standard deviation of values that differ.
///
/// # Errors
/// [`Missing::TooFewReturns`] under two values, [`Missing::NoDispersion`] for equal ones.
pub(super) fn dispersion(values: &[f64]) -> Measure {
    match standard_deviation(values)? {
        0.0 => Err(Missing::NoDispersion),
        deviation => Ok(deviation),
    }
}

/// Central moments 2, 3 and 4 with divisor `n`.
fn central_moments(values: &[f64], least: usize) -> Result<(f64, f64, f64), Missing> {
    if values.len() < least {
        return Err(Missing::TooFewReturns);
    }
    if is_constant(values) {
        return Err(Missing::NoDispersion);
    }
    let (mean, n) = (mean(values)?, count(values));
    let square = |value: f64| (value - mean) * (value - mean);
    let m2 = sum_by(values, square) / n;
    let m3 = sum_by(values, |value| square(value) * (value - mean)) / n;
    let m4 = sum_by(values, |value| square(value) * square(value)) / n;
    if m2 > 0.0 { Ok((m2, m3, m4)) } else { Err(Missing::NoDispersion) }
}

/// Biased skewness `g1 = m3 / m2^1.5` (`scipy.stats.skew`), the one that the probabilistic Sharpe ratio takes.
///
/// # Errors
/// [`Missing::TooFewReturns`] under two values, [`Missing::NoDispersion`] for equal ones.
pub fn skewness_biased(values: &[f64]) -> Measure {
    let (m2, m3, _) = central_moments(values, 2)?;
    finite(m3 / (m2 * m2.sqrt()))
}

/// Biased, NON-excess kurtosis `m4 / m2^2` (`scipy.stats.kurtosis(fisher=False)`): 3 for a normal distribution.
///
/// # Errors
/// As [`skewness_biased`].
pub fn kurtosis_biased(values: &[f64]) -> Measure {
    let (m2, _, m4) = central_moments(values, 2)?;
    finite(m4 / (m2 * m2))
}

/// Adjusted Fisher-Pearson skewness `G1 = sqrt(n (n - 1)) / (n - 2) * g1` (Joanes and Gill 1998), as displayed.
///
/// # Errors
/// [`Missing::TooFewReturns`] under three values, [`Missing::NoDispersion`] for equal ones.
pub fn skewness(values: &[f64]) -> Measure {
    let (m2, m3, _) = central_moments(values, 3)?;
    let n = count(values);
    finite((n * (n - 1.0)).sqrt() / (n - 2.0) * m3 / (m2 * m2.sqrt()))
}

/// Adjusted EXCESS kurtosis `G2 = (n - 1) / ((n - 2)(n - 3)) * ((n + 1) g2 + 6)`, `g2 = m4 / m2^2 - 3` (Joanes
/// and Gill 1998), as displayed.
///
/// # Errors
/// [`Missing::TooFewReturns`] under four values, [`Missing::NoDispersion`] for equal ones.
pub fn excess_kurtosis(values: &[f64]) -> Measure {
    let (m2, _, m4) = central_moments(values, 4)?;
    let n = count(values);
    let g2 = m4 / (m2 * m2) - 3.0;
    finite((n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0))
}

#[cfg(test)]
mod tests {
    use super::super::golden::{MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Mean 2.5; squared deviations 2.25 + 0.25 + 0.25 + 2.25 = 5; 5 / 3 = 1.6667; root 1.2909944487.
        let values = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(mean(&values), Ok(2.5));
        close(standard_deviation(&values), 1.290_994_448_735_805_6);
        // Symmetric: no skew. m4 = (5.0625 * 2 + 0.0625 * 2) / 4 = 2.5625; m2 = 1.25; 2.5625 / 1.5625 = 1.64.
        close(skewness_biased(&values), 0.0);
        close(kurtosis_biased(&values), 1.64);
        // g2 = -1.36; 3 / (2 * 1) * (5 * -1.36 + 6) = 1.5 * -0.8 = -1.2.
        close(excess_kurtosis(&values), -1.2);
        // Deviations of 0, 0, 3 from 1: -1, -1, 2. m2 = 2, m3 = 2; g1 = 2 / 2^1.5 = 0.70711; G1 = sqrt(6) * g1.
        close(skewness(&[0.0, 0.0, 3.0]), 1.732_050_807_568_877_2);
    }

    #[test]
    fn scipy_1_17_1() {
        close(skewness_biased(&SHORT_NORMAL), 0.010_343_624_349_196_586);
        close(skewness(&SHORT_NORMAL), 0.010_896_181_651_299_594);
        close(kurtosis_biased(&SHORT_NORMAL), 2.528_835_980_923_349_6);
        close(excess_kurtosis(&SHORT_NORMAL), -0.330_127_583_531_624_86);
        close(skewness(&MIXED_WITH_FLAT_DAYS), 0.122_993_766_663_308_72);
        close(excess_kurtosis(&MIXED_WITH_FLAT_DAYS), 2.048_590_924_898_358);
        close(skewness_biased(&MONOTONE_LOSS), 0.539_859_966_465_038_1);
        close(kurtosis_biased(&MONOTONE_LOSS), 2.014_693_183_790_572_4);
    }

    #[test]
    fn empty_single_and_equal_values() {
        assert_eq!(mean(&[]), Err(Missing::TooFewReturns));
        assert_eq!(mean(&[7.0]), Ok(7.0));
        assert_eq!(standard_deviation(&[7.0]), Err(Missing::TooFewReturns));
        assert_eq!(standard_deviation(&[0.1; 30]), Ok(0.0));
        assert_eq!(dispersion(&[0.1; 30]), Err(Missing::NoDispersion));
        assert_eq!(skewness(&[0.1; 30]), Err(Missing::NoDispersion));
        assert_eq!(excess_kurtosis(&[0.1; 30]), Err(Missing::NoDispersion));
        assert_eq!(skewness(&[1.0, 2.0]), Err(Missing::TooFewReturns));
        assert_eq!(excess_kurtosis(&[1.0, 2.0, 3.0]), Err(Missing::TooFewReturns));
    }

    #[test]
    fn an_infinite_result_is_no_result() {
        assert_eq!(mean(&[f64::MAX, f64::MAX]), Err(Missing::OutOfRange));
    }
}
