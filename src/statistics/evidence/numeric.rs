//! Small arithmetic that several methods share: plain means, average ranks, the normal distribution.
//! Owns no method. Callers have checked that there is a value to work on.

use statrs::function::erf::{erfc, erfc_inv};
use std::f64::consts::SQRT_2;

use crate::statistics::{by_size, ranked};

/// A count as a number.
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// Arithmetic mean of at least one value.
pub(super) fn mean(values: &[f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    if sum.is_infinite() {
        // The sum of huge numbers overflows where their mean does not.
        return values.iter().map(|value| value / real(values.len())).sum();
    }
    sum / real(values.len())
}

/// Sum of products, in eight parts side by side: an addition need not wait for the one before. As long as the shorter.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let len = a.len().min(b.len());
    let (a, rest_of_a) = a[..len].as_chunks::<8>();
    let (b, rest_of_b) = b[..len].as_chunks::<8>();
    let mut parts = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        parts.iter_mut().zip(a).zip(b).for_each(|((part, x), y)| *part += x * y);
    }
    parts.iter().sum::<f64>() + rest_of_a.iter().zip(rest_of_b).map(|(x, y)| x * y).sum::<f64>()
}

/// The values less their mean.
pub(super) fn centred(values: &[f64]) -> Vec<f64> {
    let mean = mean(values);
    values.iter().map(|value| value - mean).collect()
}

/// The values times the power of two that brings the largest near 1: squares neither vanish nor overflow, and no digit
/// changes.
pub(super) fn near_one(values: &[f64]) -> Vec<f64> {
    let power = power_near_one(values);
    values.iter().map(|&value| libm::scalbn(value, power)).collect()
}

/// The exponent of that power.
pub(super) fn power_near_one<'a>(values: impl IntoIterator<Item = &'a f64>) -> i32 {
    let largest = values.into_iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 || !largest.is_finite() { 0 } else { -libm::ilogb(largest) }
}

/// The differences, element by element.
pub(super) fn differences(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(x, y)| x - y).collect()
}

/// The largest value; negative infinity for none.
pub(super) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

/// Index of the largest value, the first of equals; 0 for none.
pub(super) fn argmax(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, &value) in values.iter().enumerate() {
        if value > values[best] {
            best = i;
        }
    }
    best
}

/// Ranks from 1 (smallest), ties sharing their average rank (`scipy.stats.rankdata`).
pub(super) fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut ranks = vec![0.0; values.len()];
    for row in ranked(0..values.len(), |a, b| by_size(values[a], values[b])) {
        ranks[row.index] = row.mean_rank();
    }
    ranks
}

/// Spearman's rank correlation of pairs; none under three of them, or where all values of a side are equal.
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < 3 {
        return None;
    }
    let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (x, y) = (average_ranks(&x), average_ranks(&y));
    let mean = (real(pairs.len()) + 1.0) / 2.0;
    let of = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum() };
    let scale = (of(&x, &x) * of(&y, &y)).sqrt();
    (scale > 0.0).then(|| of(&x, &y) / scale)
}

/// Sum of `t^3 - t` over the groups of tied ranks: what tie corrections take.
pub(super) fn tie_term(ranks: &[f64]) -> f64 {
    let mut sorted = ranks.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(|group| cube_less_one(real(group.len()))).sum()
}

fn cube_less_one(tied: f64) -> f64 {
    tied * tied * tied - tied
}

/// Standard normal density.
pub(super) fn normal_pdf(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt()
}

/// Standard normal distribution function; exact in the lower tail.
pub(super) fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// Standard normal quantile of `0 < p < 1`.
pub(super) fn normal_quantile(p: f64) -> f64 {
    -SQRT_2 * erfc_inv(2.0 * p)
}

/// Two-sided p-value of a standard normal statistic.
pub(super) fn two_sided_normal(z: f64) -> f64 {
    erfc(z.abs() / SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::super::testing::close;
    use super::*;

    #[test]
    fn ranks_share_ties() {
        assert_eq!(average_ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
        assert_eq!(average_ranks(&[0.0, 0.0]), [1.5, 1.5]);
        assert_eq!(average_ranks(&[]), Vec::<f64>::new());
        // One group of 2 (6), one of 3 (24).
        assert_eq!(tie_term(&[1.5, 4.0, 1.5, 4.0, 4.0, 6.0]), 30.0);
    }

    #[test]
    fn the_normal_distribution_at_known_points() {
        close(normal_cdf(1.959_963_984_540_054), 0.975);
        close(normal_quantile(0.975), 1.959_963_984_540_054);
        close(normal_cdf(-6.0), 9.865_876_450_376_98e-10);
        close(two_sided_normal(-1.959_963_984_540_054), 0.05);
        close(normal_pdf(0.0), 0.398_942_280_401_432_7);
    }

    #[test]
    fn the_first_of_equals_is_the_largest() {
        assert_eq!(argmax(&[1.0, 4.0, 4.0]), 1);
        assert_eq!(largest([]), f64::NEG_INFINITY);
    }

    #[test]
    fn ranks_correlate_as_they_should() {
        assert_eq!(spearman(&[(1.0, 10.0), (2.0, 20.0), (3.0, 25.0)]), Some(1.0));
        assert_eq!(spearman(&[(1.0, 3.0), (2.0, 2.0), (3.0, 1.0)]), Some(-1.0));
        assert_eq!(spearman(&[(1.0, 1.0), (2.0, 1.0), (3.0, 1.0)]), None);
        // Ranks 1, 2.5, 2.5, 4 and 1, 4, 2.5, 2.5: deviations -1.5, 0, 0, 1.5 and -1.5, 1.5, 0, 0; 2.25 / 4.5.
        let found = spearman(&[(1.0, 1.0), (2.0, 3.0), (2.0, 2.0), (4.0, 2.0)]).unwrap();
        assert!((found - 0.5).abs() < 1e-12, "{found}");
    }
}
