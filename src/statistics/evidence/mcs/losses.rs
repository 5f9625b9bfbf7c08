//! Mean losses under resampling, and the test of the largest difference from the mean of all.

use crate::statistics::evidence::convention::Convention;
use crate::statistics::evidence::numeric::{argmax, differences, dot, largest, mean, normal_quantile, real};
use crate::statistics::evidence::paired::two_sided_t;
use crate::statistics::evidence::panel::Panel;
use crate::statistics::evidence::stationary_bootstrap::Resamples;

/// The outcome of one test: the index in the set of what to eliminate, and the p-value of "all are equal".
pub(super) struct Worst {
    pub(super) index: usize,
    pub(super) p_value: f64,
}

/// Mean losses, and for each resample how far its mean losses lie from them.
pub(super) struct Losses {
    pub(super) means: Vec<f64>,
    /// One vector of deviations per column.
    pub(super) deviations: Vec<Vec<f64>>,
    pub(super) resamples: usize,
    windows: usize,
}

impl Losses {
    pub(super) fn new(losses: &Panel, resamples: &Resamples) -> Self {
        let means = losses.means();
        let columns: Vec<&[f64]> = losses.columns().iter().map(Vec::as_slice).collect();
        let mut deviations = vec![vec![0.0; resamples.count()]; columns.len()];
        resamples.each_mean(&columns, |column, resample, resampled| {
            deviations[column][resample] = resampled - means[column];
        });
        Self { means, deviations, resamples: resamples.count(), windows: resamples.rows() }
    }

    /// The p-value of an observed statistic among simulated ones.
    pub(super) fn p_value(&self, simulated: &[f64], statistic: f64, convention: Convention) -> f64 {
        let observed = match convention {
            Convention::Standard => normal_equivalent(statistic, real(self.windows)),
            Convention::Arch => statistic,
        };
        convention.p_value(simulated, observed)
    }

    /// The max test.
    pub(super) fn max_test(&self, set: &[usize], convention: Convention) -> Worst {
        let average: Vec<f64> = (0..self.resamples)
            .map(|r| set.iter().map(|&i| self.deviations[i][r]).sum::<f64>() / real(set.len()))
            .collect();
        let gaps: Vec<Vec<f64>> = set.iter().map(|&i| differences(&self.deviations[i], &average)).collect();
        let errors: Vec<f64> = gaps.iter().map(|gap| (dot(gap, gap) / real(self.resamples)).sqrt()).collect();
        let means: Vec<f64> = set.iter().map(|&i| self.means[i]).collect();
        let grand = mean(&means);
        let statistics: Vec<f64> =
            means.iter().zip(&errors).map(|(mean, error)| ratio(mean - grand, *error)).collect();
        let simulated: Vec<f64> = (0..self.resamples)
            .map(|r| largest(gaps.iter().zip(&errors).map(|(gap, error)| ratio(gap[r], *error))))
            .collect();
        let index = argmax(&statistics);
        Worst { index, p_value: self.p_value(&simulated, statistics[index], convention) }
    }
}

/// The normal statistic with the p-value that this one has under Student's distribution with `n - 1` degrees of
/// freedom, once the resamples' error (divisor n) is made one with divisor `n - 1`.
pub(super) fn normal_equivalent(statistic: f64, windows: f64) -> f64 {
    let t = statistic * ((windows - 1.0) / windows).sqrt();
    -normal_quantile(two_sided_t(t, windows - 1.0) / 2.0)
}

/// A difference in units of its error; a difference that no resample changes is infinite, none at all is 0.
pub(super) fn ratio(difference: f64, error: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference / error }
}
