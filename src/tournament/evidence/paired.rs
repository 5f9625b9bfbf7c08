//! Two agents over the same windows: what both met in a window cancels out of the difference.
//!
//! Owns the paired t test that the calling rule uses, the sign test, and the table of all pairs with Holm's
//! correction. Two-sided throughout: which agent is better was seen in the same data.

use statrs::function::beta::checked_beta_reg;

use super::error::{EvidenceError, at_least, probability, same_length};
use super::intervals::Interval;
use super::multiple_testing::{Correction, adjust};
use super::numeric::{differences, mean, real};
use super::panel::Panel;
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

/// The test of one pair of agents among all pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairTest {
    /// Index of the first agent.
    pub a: usize,
    /// Index of the second, after the first.
    pub b: usize,
    /// The test of `a - b`.
    pub test: Paired,
    /// Its p-value among all pairs (Holm).
    pub holm: f64,
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
    let deviation = standard_deviation(&gaps)?;
    if is_constant(&gaps) || deviation == 0.0 {
        let p_value = if gaps[0] == 0.0 { 1.0 } else { 0.0 };
        return Ok(Paired { mean_difference, deviation, statistic: None, p_value });
    }
    let t = mean_difference / (deviation / real(gaps.len()).sqrt());
    let p_value = two_sided_t(t, real(gaps.len()) - 1.0);
    Ok(Paired { mean_difference, deviation, statistic: Some(t), p_value })
}

/// `P(|T| >= |t|)` for Student's distribution: `I_x(df/2, 1/2)` with `x = df / (df + t^2)`.
pub(super) fn two_sided_t(t: f64, freedom: f64) -> f64 {
    let x = freedom / (freedom + t * t);
    // All arguments are in range; were they not, nothing would be proven.
    checked_beta_reg(freedom / 2.0, 0.5, x).unwrap_or(1.0)
}

/// Two-sided interval of the mean difference: `mean -+ t deviation / sqrt(n)`, with the quantile of Student's
/// distribution of `n - 1` degrees of freedom. It excludes 0 exactly where the test's p-value is under `1 - level`.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two windows, [`EvidenceError::OutOfRange`] for a level that is no probability.
pub fn paired_interval(test: &Paired, windows: usize, level: f64) -> Result<Interval, EvidenceError> {
    at_least("windows", windows, 2)?;
    let half = t_quantile(1.0 - level, real(windows) - 1.0)? * test.deviation / real(windows).sqrt();
    Ok(Interval { low: test.mean_difference - half, high: test.mean_difference + half })
}

/// The t that `|T|` exceeds with probability `tails`.
fn t_quantile(tails: f64, freedom: f64) -> Result<f64, EvidenceError> {
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

/// The t tests of all pairs of agents, in the order (0, 1), (0, 2), .. (1, 2), .., with Holm's correction.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two agents or two windows.
pub fn pairwise_holm(scores: &Panel) -> Result<Vec<PairTest>, EvidenceError> {
    at_least("agents", scores.width(), 2)?;
    let width = scores.width();
    let pairs: Vec<(usize, usize)> = (0..width).flat_map(|a| (a + 1..width).map(move |b| (a, b))).collect();
    let tests = pairs.iter().map(|&(a, b)| paired_t(scores.column(a), scores.column(b)));
    let tests: Vec<Paired> = tests.collect::<Result<_, _>>()?;
    let adjusted = adjust(&tests.iter().map(|test| test.p_value).collect::<Vec<f64>>(), Correction::Holm)?;
    let rows = pairs.into_iter().zip(tests).zip(adjusted);
    Ok(rows.map(|(((a, b), test), holm)| PairTest { a, b, test, holm }).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noise, noisy};
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
        let interval = paired_interval(&found, 3, 0.95).unwrap();
        let half = t_quantile(0.05, 2.0).unwrap() / 3.0_f64.sqrt();
        close(interval.low, 2.0 - half);
        close(interval.high, 2.0 + half);
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
    fn what_has_no_answer() {
        assert!(paired_t(&[], &[]).is_err());
        assert!(paired_t(&[1.0], &[2.0]).is_err());
        assert!(paired_t(&[1.0, 2.0], &[2.0]).is_err());
        assert!(pairwise_holm(&noisy(1, 30, &[0.0])).is_err());
    }

    #[test]
    fn all_pairs_are_tested_and_corrected() {
        let pairs = pairwise_holm(&noisy(1, 40, &[0.0, 1.5, 0.0])).unwrap();
        assert_eq!(pairs.iter().map(|pair| (pair.a, pair.b)).collect::<Vec<_>>(), [(0, 1), (0, 2), (1, 2)]);
        assert!(pairs.iter().all(|pair| pair.holm >= pair.test.p_value));
        assert!(pairs[0].holm < 0.01 && pairs[1].holm > 0.05 && pairs[2].holm < 0.01);
    }

    #[test]
    fn turning_the_pair_turns_the_sign() {
        let (a, b) = (noise(5, 30), noise(6, 30));
        let (forth, back) = (paired_t(&a, &b).unwrap(), paired_t(&b, &a).unwrap());
        close(forth.statistic.unwrap(), -back.statistic.unwrap());
        close(forth.p_value, back.p_value);
    }
}
