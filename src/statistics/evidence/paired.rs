//! Two agents over the same windows: what both met in a window cancels out of the difference.
//!
//! Owns the paired t test of values window by window, the sign test, and Student's distribution. Two-sided
//! throughout: which agent is better was seen in the same data. Whole records are compared in `influence`.

use statrs::function::beta::checked_beta_reg;

use super::error::{EvidenceError, at_least, probability, same_length};
use super::numeric::{differences, largest, mean, real};
use crate::metrics::{is_constant, standard_deviation};

/// Bisections of the quantile: to the last digit.
const BISECTIONS: usize = 64;

/// Beyond this no quantile is looked for.
const LARGEST_T: f64 = 1e15;

/// A paired t test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paired {
    /// Mean of `a - b`.
    pub mean_difference: f64,
    /// Standard deviation of `a - b` (`ddof = 1`).
    pub deviation: f64,
    /// `t`; `None` where the difference is the same in every window.
    pub statistic: Option<f64>,
    /// Two-sided. 1 where the series are identical, 0 where one is ahead by the same amount in every window.
    pub p_value: f64,
}

/// Student's paired t test of "the mean of `a - b` is 0" (`scipy.stats.ttest_rel`), `n - 1` degrees of
/// freedom.
///
/// # Errors
/// [`EvidenceError::Lengths`] for series of unequal length, [`EvidenceError::TooFew`] under two windows.
pub fn paired_t(a: &[f64], b: &[f64]) -> Result<Paired, EvidenceError> {
    same_length(a, b)?;
    at_least("windows", a.len(), 2)?;
    let gaps = differences(a, b);
    let mean_difference = mean(&gaps);
    if is_constant(&gaps) {
        let p_value = if gaps[0] == 0.0 { 1.0 } else { 0.0 };
        return Ok(Paired { mean_difference, deviation: 0.0, statistic: None, p_value });
    }
    // Scaled before squaring: squares of tiny differences would be 0.
    let scale = largest(gaps.iter().map(|gap| gap.abs()));
    let scaled: Vec<f64> = gaps.iter().map(|gap| gap / scale).collect();
    let unit = standard_deviation(&scaled)?;
    let deviation = unit * scale;
    let t = mean(&scaled) / (unit / real(gaps.len()).sqrt());
    let p_value = two_sided_t(t, real(gaps.len()) - 1.0);
    Ok(Paired { mean_difference, deviation, statistic: Some(t), p_value })
}

/// `P(|T| >= |t|)` for Student's distribution: `I_x(df/2, 1/2)` with `x = df / (df + t^2)`.
pub(super) fn two_sided_t(t: f64, freedom: f64) -> f64 {
    let x = freedom / (freedom + t * t);
    // All arguments are in range; were they not, nothing would be proven.
    checked_beta_reg(freedom / 2.0, 0.5, x).unwrap_or(1.0)
}

/// The t that `|T|` exceeds with probability `tails`.
pub(super) fn t_quantile(tails: f64, freedom: f64) -> Result<f64, EvidenceError> {
    probability(tails)?;
    let mut high = 1.0;
    while two_sided_t(high, freedom) > tails && high < LARGEST_T {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..BISECTIONS {
        let middle = f64::midpoint(low, high);
        if two_sided_t(middle, freedom) > tails { low = middle } else { high = middle }
    }
    Ok(f64::midpoint(low, high))
}

/// Exact two-sided sign test: how likely so uneven a split of the decided windows is between equals. Ties are
/// left out by the caller; 1 for no decided window.
pub fn sign_test(wins: usize, losses: usize) -> f64 {
    let fewer = real(wins.min(losses));
    // P(X <= k) = I_{1/2}(n - k, k + 1) for the binomial with p = 1/2.
    match checked_beta_reg(real(wins + losses) - fewer, fewer + 1.0, 0.5) {
        Ok(lower) => (2.0 * lower).min(1.0),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noise};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Differences 1, 2, 3: mean 2, deviation 1, t = 2 sqrt(3). Two degrees of freedom: p = 1 - t / sqrt(2
        // + t^2).
        let found = paired_t(&[2.0, 4.0, 6.0], &[1.0, 2.0, 3.0]).unwrap();
        close(found.statistic.unwrap(), 12.0_f64.sqrt());
        close(found.p_value, 1.0 - (12.0_f64 / 14.0).sqrt());
        // The t of one and of two degrees of freedom in closed form: tan(0.45 pi), and p = 0.05.
        close(t_quantile(0.1, 1.0).unwrap(), (0.45 * std::f64::consts::PI).tan());
        close(t_quantile(0.05, 2.0).unwrap(), 0.95 * (2.0 / (1.0 - 0.95_f64 * 0.95)).sqrt());
        // 5 of 5: 2 / 32.
        close(sign_test(5, 0), 0.0625);
        close(sign_test(0, 5), 0.0625);
        assert_eq!(sign_test(0, 0), 1.0);
        assert_eq!(sign_test(4, 4), 1.0);
        // scipy 1.17.1, binomtest(15, 36).
        close(sign_test(15, 21), 0.405_032_246_140_763_2);
    }

    #[test]
    fn identical_agents_and_a_constant_lead() {
        let a = noise(1, 25);
        let same = paired_t(&a, &a).unwrap();
        assert_eq!((same.statistic, same.p_value, same.mean_difference), (None, 1.0, 0.0));
        let ahead = paired_t(&[2.0, 3.0, 4.0], &[1.0, 2.0, 3.0]).unwrap();
        assert_eq!((ahead.statistic, ahead.p_value), (None, 0.0));
    }

    #[test]
    fn invalid_inputs_are_errors() {
        assert!(paired_t(&[], &[]).is_err());
        assert!(paired_t(&[1.0], &[2.0]).is_err());
        assert!(paired_t(&[1.0, 2.0], &[2.0]).is_err());
    }

    #[test]
    fn the_scale_of_the_scores_does_not_matter() {
        let (a, b) = (noise(7, 30), noise(8, 30));
        let plain = paired_t(&a, &b).unwrap();
        for scale in [1e-300, 1e-165, 1e150] {
            let scaled = |values: &[f64]| values.iter().map(|value| value * scale).collect::<Vec<f64>>();
            let found = paired_t(&scaled(&a), &scaled(&b)).unwrap();
            close(found.p_value, plain.p_value);
            close(found.statistic.unwrap(), plain.statistic.unwrap());
        }
    }

    #[test]
    fn turning_the_pair_turns_the_sign() {
        let (a, b) = (noise(5, 30), noise(6, 30));
        let (forth, back) = (paired_t(&a, &b).unwrap(), paired_t(&b, &a).unwrap());
        close(forth.statistic.unwrap(), -back.statistic.unwrap());
        close(forth.p_value, back.p_value);
    }
}
