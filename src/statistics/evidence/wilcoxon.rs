//! Wilcoxon's signed-rank test of paired scores: no normal distribution is assumed, only symmetry.
//!
//! Wilcoxon (1945), as `scipy.stats.wilcoxon(method="auto")`: windows without a difference are dropped; the
//! exact distribution for up to 50 differences without ties, the normal approximation with tie correction
//! otherwise.

use super::error::{EvidenceError, at_least, same_length};
use super::numeric::{average_ranks, differences, real, tie_term, two_sided_normal};

/// Up to this many differences the exact distribution is used.
const MOST_EXACT: usize = 50;

/// The smaller signed-rank sum and its two-sided p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wilcoxon {
    /// The smaller of the rank sums of positive and of negative differences.
    pub statistic: f64,
    /// Two-sided; 1 where no window differs.
    pub p_value: f64,
    /// Windows that differ.
    pub differing: usize,
}

/// Tests whether `a - b` is symmetric about 0.
///
/// # Errors
/// [`EvidenceError::Lengths`] for series of unequal length, [`EvidenceError::TooFew`] for empty ones.
pub fn wilcoxon(a: &[f64], b: &[f64]) -> Result<Wilcoxon, EvidenceError> {
    same_length(a, b)?;
    at_least("windows", a.len(), 1)?;
    let gaps = differences(a, b);
    let nonzero: Vec<f64> = gaps.iter().copied().filter(|gap| *gap != 0.0).collect();
    let ranks = average_ranks(&nonzero.iter().map(|gap| gap.abs()).collect::<Vec<f64>>());
    let positive: f64 = nonzero.iter().zip(&ranks).filter(|(gap, _)| **gap > 0.0).map(|(_, rank)| rank).sum();
    let statistic = positive.min(ranks.iter().sum::<f64>() - positive);
    let ties = tie_term(&ranks);
    let exact = nonzero.len() == gaps.len() && ties == 0.0 && nonzero.len() <= MOST_EXACT;
    let p_value = match nonzero.len() {
        0 => 1.0,
        n if exact => exact_p(n, statistic),
        n => normal_p(real(n), statistic, ties),
    };
    Ok(Wilcoxon { statistic, p_value, differing: nonzero.len() })
}

/// Twice the share of the `2^n` sign patterns whose positive rank sum is at most the statistic.
fn exact_p(n: usize, statistic: f64) -> f64 {
    let most = n * (n + 1) / 2;
    let mut patterns = vec![0.0; most + 1];
    patterns[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..=most).rev() {
            patterns[sum] += patterns[sum - rank];
        }
    }
    // All counts are whole and at most 2^50: exact.
    let below: f64 = patterns.iter().take(statistic as usize + 1).sum();
    (2.0 * below / (1_u64 << n) as f64).min(1.0)
}

fn normal_p(n: f64, statistic: f64, ties: f64) -> f64 {
    let mean = n * (n + 1.0) / 4.0;
    let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - ties / 48.0;
    two_sided_normal((statistic - mean) / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noise};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Differences 1, 2, 3: sums 6 and 0; one pattern of eight at most 0, doubled: 0.25.
        let found = wilcoxon(&[1.0, 2.0, 3.0], &[0.0; 3]).unwrap();
        assert_eq!(found, Wilcoxon { statistic: 0.0, p_value: 0.25, differing: 3 });
        // Differences -1, 2, 3: at most 1 are {} and {1}: 2 * 2/8.
        assert_eq!(wilcoxon(&[-1.0, 2.0, 3.0], &[0.0; 3]).unwrap().p_value, 0.5);
        // Ties: |d| = 1, 1, 1, 2 -> ranks 2, 2, 2, 4; negative sum 2; mean 5; variance 7.5 - 24/48 = 7.
        let tied = wilcoxon(&[1.0, -1.0, 1.0, 2.0], &[0.0; 4]).unwrap();
        assert_eq!(tied.statistic, 2.0);
        close(tied.p_value, two_sided_normal(-3.0 / 7.0_f64.sqrt()));
    }

    #[test]
    fn equal_series_do_not_differ() {
        let a = noise(1, 20);
        assert_eq!(wilcoxon(&a, &a).unwrap(), Wilcoxon { statistic: 0.0, p_value: 1.0, differing: 0 });
        assert!(wilcoxon(&[], &[]).is_err());
        assert!(wilcoxon(&a, &a[1..]).is_err());
    }

    #[test]
    fn exact_and_approximate_agree_for_many_windows() {
        let (a, b) = (noise(2, 50), noise(3, 50));
        let exact = wilcoxon(&a, &b).unwrap();
        assert!((exact.p_value - normal_p(50.0, exact.statistic, 0.0)).abs() < 0.01);
    }
}
