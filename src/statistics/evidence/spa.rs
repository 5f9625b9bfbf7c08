//! Whether the best of many beats a benchmark, given that it was picked as the best.
//!
//! Hansen (2005), "A Test for Superior Predictive Ability", Journal of Business and Economic Statistics
//! 23(4); its upper p-value is White's Reality Check (studentised, in the standard convention). Owns the
//! simulation that StepM reuses. The panel holds returns in excess of the benchmark's. Of each resample only the
//! largest statistics are kept, so that memory does not grow with columns times resamples.

use rayon::prelude::*;

use super::convention::Convention;
use super::error::{EvidenceError, at_least};
use super::largest::{Largest, Recentring};
use super::numeric::{argmax, centred, dot, mean, real};
use super::panel::Panel;
use super::stationary_bootstrap::{Resamples, check_block_length};
use crate::metrics::{Missing, is_constant, quantile};

/// Weights under this do not change a double.
const NEGLIGIBLE_WEIGHT: f64 = 1e-18;

/// The three p-values of the test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spa {
    /// The column with the largest statistic.
    pub best: usize,
    /// Value of the statistic.
    pub statistic: f64,
    /// Lower (liberal) bound of the p-value.
    pub lower: f64,
    /// The p-value to report.
    pub consistent: f64,
    /// Conservative p-value (Reality Check).
    pub upper: f64,
}

/// Excess returns with what the bootstrap makes of them under each null hypothesis.
#[derive(Debug)]
pub struct Superiority<'a> {
    convention: Convention,
    excess: &'a Panel,
    resamples: &'a Resamples,
    columns: Vec<Excess>,
    /// Columns that `largest` is of.
    open: Vec<bool>,
    /// One for each resample.
    largest: Vec<Largest>,
}

/// One column: its mean excess and its scale.
#[derive(Debug, Clone, PartialEq)]
struct Excess {
    mean: f64,
    long_run_variance: f64,
    /// What turns a mean into a statistic: `sqrt(n) / omega`, or 1 in the `arch` convention.
    scale: f64,
    /// Whether the mean is no further below 0 than the consistent threshold.
    relevant: bool,
}

impl<'a> Superiority<'a> {
    /// Simulates. `excess`: returns less the benchmark's; `block_length`: the mean block length that the
    /// resamples were drawn with.
    ///
    /// # Errors
    /// [`EvidenceError::TooFew`] under three rows, [`EvidenceError::Lengths`] where the resamples belong to
    /// another panel, [`EvidenceError::ConstantDifference`] where nothing can be studentised.
    pub fn new(
        excess: &'a Panel,
        resamples: &'a Resamples,
        block_length: f64,
        convention: Convention,
    ) -> Result<Self, EvidenceError> {
        at_least("rows", excess.rows(), 3)?;
        resamples.fit(excess.rows())?;
        check_block_length(block_length)?;
        let weights = lag_weights(excess.rows(), block_length.recip());
        let numbered = excess.columns().par_iter().enumerate();
        let columns: Vec<Result<Excess, EvidenceError>> =
            numbered.map(|(index, column)| Excess::new(index, column, &weights, convention)).collect();
        let columns = columns.into_iter().collect::<Result<Vec<_>, _>>()?;
        let open = vec![true; columns.len()];
        let mut simulated = Self { convention, excess, resamples, columns, open, largest: Vec::new() };
        simulated.simulate();
        Ok(simulated)
    }

    /// Resamples the open columns, in parts side by side.
    fn simulate(&mut self) {
        let open: Vec<usize> = (0..self.open.len()).filter(|&column| self.open[column]).collect();
        let none = || vec![Largest::none(); self.resamples.count()];
        let part = |columns: &[usize]| {
            let mut largest = none();
            let values: Vec<&[f64]> = columns.iter().map(|&column| self.excess.column(column)).collect();
            self.resamples.each_mean(&values, |index, resample, mean| {
                let column = columns[index];
                largest[resample].add(column, |null| self.columns[column].simulated(mean, null));
            });
            largest
        };
        let size = open.len().div_ceil(rayon::current_num_threads()).max(1);
        let parts: Vec<Vec<Largest>> = open.par_chunks(size).map(part).collect();
        self.largest = parts.into_iter().fold(none(), |mut all, part| {
            all.iter_mut().zip(part).for_each(|(all, part)| all.join(part));
            all
        });
    }

    /// The three p-values of "no column beats the benchmark".
    pub fn test(&mut self) -> Spa {
        let statistics: Vec<f64> = (0..self.columns.len()).map(|column| self.statistic(column)).collect();
        let best = argmax(&statistics);
        let observed = self.floor().max(statistics[best]);
        let all = vec![true; self.columns.len()];
        let mut p = |null| self.convention.p_value(&self.maxima(&all, null), observed);
        Spa {
            best,
            statistic: observed,
            lower: p(Recentring::Lower),
            consistent: p(Recentring::Consistent),
            upper: p(Recentring::Upper),
        }
    }

    /// The column's statistic: its mean excess, studentised in the standard convention.
    pub fn statistic(&self, column: usize) -> f64 {
        self.columns[column].mean * self.columns[column].scale
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The long-run variance of each column: the exact variance of the stationary bootstrap, times n.
    pub fn long_run_variances(&self) -> Vec<f64> {
        self.columns.iter().map(|column| column.long_run_variance).collect()
    }

    /// Which columns count under the consistent null hypothesis.
    pub fn relevant(&self) -> Vec<bool> {
        self.columns.iter().map(|column| column.relevant).collect()
    }

    /// What the largest statistic among the `kept` columns exceeds with probability `alpha` at most under the
    /// null hypothesis. Standard: the smallest simulated value that leaves `p < alpha` for what exceeds it;
    /// `None` where there are too few resamples for that. `arch`: the type-7 quantile.
    ///
    /// # Errors
    /// [`EvidenceError::OutOfRange`] for an alpha that is no probability.
    pub fn critical_value(
        &mut self,
        kept: &[bool],
        null: Recentring,
        alpha: f64,
    ) -> Result<Option<f64>, EvidenceError> {
        super::error::probability(alpha)?;
        let mut maxima = self.maxima(kept, null);
        if self.convention == Convention::Arch {
            return Ok(Some(quantile(&maxima, 1.0 - alpha)?));
        }
        maxima.sort_by(|a, b| b.total_cmp(a));
        // A statistic above the value at this index has at most `index` values at or above it.
        let index = (alpha * (real(maxima.len()) + 1.0)).ceil() - 2.0;
        Ok((index >= 0.0).then(|| maxima[index as usize]))
    }

    /// For each resample, the largest simulated statistic among the kept columns.
    fn maxima(&mut self, kept: &[bool], null: Recentring) -> Vec<f64> {
        let floor = self.floor();
        let known = self.known_maxima(kept, null).unwrap_or_else(|| {
            self.open = kept.to_vec();
            self.simulate();
            self.known_maxima(kept, null).unwrap_or_default()
        });
        known.into_iter().map(|largest| largest.max(floor)).collect()
    }

    /// The same from the largest that are kept; `None` where they do not tell.
    fn known_maxima(&self, kept: &[bool], null: Recentring) -> Option<Vec<f64>> {
        let are_known = kept.iter().zip(&self.open).all(|(&kept, &open)| open || !kept);
        let are_all = kept == self.open;
        let of = |largest: &Largest| largest.of(kept, are_all, null);
        if are_known { self.largest.iter().map(of).collect() } else { None }
    }

    /// Hansen's statistic is never negative; that of `arch` may be.
    fn floor(&self) -> f64 {
        match self.convention {
            Convention::Standard => 0.0,
            Convention::Arch => f64::NEG_INFINITY,
        }
    }
}

impl Excess {
    fn new(
        index: usize,
        column: &[f64],
        lag_weights: &[f64],
        convention: Convention,
    ) -> Result<Self, EvidenceError> {
        let (n, mean) = (real(column.len()), mean(column));
        let constant = is_constant(column);
        let variance = if constant { 0.0 } else { long_run_variance(column, lag_weights) };
        if convention == Convention::Standard && constant && column[0] > 0.0 {
            return Err(EvidenceError::ConstantDifference { column: index });
        }
        if !constant && variance <= 0.0 {
            return Err(Missing::NoDispersion.into());
        }
        let threshold = -(variance / n * 2.0 * libm::log(libm::log(n))).sqrt();
        Ok(Self {
            mean,
            long_run_variance: variance,
            scale: match convention {
                Convention::Arch => 1.0,
                // Never better than the benchmark and never different from itself: it takes no part.
                Convention::Standard if constant => 0.0,
                Convention::Standard => (n / variance).sqrt(),
            },
            relevant: mean >= threshold,
        })
    }

    /// The statistic of a resampled mean under a null hypothesis.
    fn simulated(&self, resampled: f64, null: Recentring) -> f64 {
        let centre = match null {
            Recentring::Lower => self.mean.max(0.0),
            Recentring::Consistent if !self.relevant => 0.0,
            Recentring::Consistent | Recentring::Upper => self.mean,
        };
        (resampled - centre) * self.scale
    }
}

/// `kappa(i) = (1 - i/n)(1 - p)^i + (i/n)(1 - p)^(n - i)` of every lag i (Politis and Romano 1994, lemma 1); 0 where
/// it would not change a double.
fn lag_weights(rows: usize, p: f64) -> Vec<f64> {
    let kappa = |lag: usize| {
        let (share, rest) = (real(lag) / real(rows), rows - lag);
        let kappa = (1.0 - share) * libm::pow(1.0 - p, real(lag)) + share * libm::pow(1.0 - p, real(rest));
        if kappa > NEGLIGIBLE_WEIGHT { kappa } else { 0.0 }
    };
    (0..rows).map(kappa).collect()
}

/// `R(0) + 2 sum kappa(i) R(i)`, with the autocovariances R: n times the bootstrap's variance of the mean.
fn long_run_variance(column: &[f64], weights: &[f64]) -> f64 {
    let (deviations, n) = (centred(column), real(column.len()));
    let mut variance = dot(&deviations, &deviations) / n;
    for (lag, kappa) in weights.iter().enumerate().skip(1).filter(|(_, kappa)| **kappa > 0.0) {
        variance += 2.0 * kappa * dot(&deviations[..column.len() - lag], &deviations[lag..]) / n;
    }
    variance
}

/// SPA test of "no column beats the benchmark", on excess returns.
///
/// # Errors
/// As [`Superiority::new`].
pub fn spa(
    excess: &Panel,
    resamples: &Resamples,
    block_length: f64,
    convention: Convention,
) -> Result<Spa, EvidenceError> {
    Ok(Superiority::new(excess, resamples, block_length, convention)?.test())
}

#[cfg(test)]
mod tests {
    use super::super::largest::KEPT;
    use super::super::numeric::largest;
    use super::super::testing::{close, noisy};
    use super::*;

    fn resamples(rows: usize) -> Resamples {
        Resamples::stationary(rows, 3.0, 400, [1; 32]).unwrap()
    }

    #[test]
    fn the_variance_is_the_one_of_the_bootstrap() {
        let panel = noisy(8, 60, &[0.0]);
        let exact = long_run_variance(panel.column(0), &lag_weights(60, 1.0 / 3.0));
        let drawn = Resamples::stationary(60, 3.0, 20_000, [2; 32]).unwrap().means(panel.column(0));
        let centred = centred(&drawn);
        let simulated = 60.0 * dot(&centred, &centred) / 20_000.0;
        assert!((simulated / exact - 1.0).abs() < 0.05, "{simulated} {exact}");
        // Independent rows: the plain variance. (0, 1, 2): 2/3.
        close(long_run_variance(&[0.0, 1.0, 2.0], &lag_weights(3, 1.0)), 2.0 / 3.0);
    }

    #[test]
    fn skill_is_found_and_its_absence_is_not() {
        let skilled =
            spa(&noisy(1, 120, &[0.0, 0.5, -0.2]), &resamples(120), 3.0, Convention::Standard).unwrap();
        assert_eq!(skilled.best, 1);
        assert!(skilled.upper < 0.01 && skilled.lower >= 1.0 / 401.0);
        let bad = spa(&noisy(2, 120, &[-1.0, -1.0]), &resamples(120), 3.0, Convention::Standard).unwrap();
        assert_eq!((bad.statistic, bad.consistent), (0.0, 1.0));
    }

    #[test]
    fn luck_is_found_no_more_often_than_alpha() {
        let found = (0..200).filter(|&seed| {
            let panel = noisy(seed, 60, &[0.0; 6]);
            let draws = Resamples::stationary(60, 1.0, 199, [seed as u8; 32]).unwrap();
            spa(&panel, &draws, 1.0, Convention::Standard).unwrap().consistent <= 0.1
        });
        // 200 * 0.1 = 20, standard deviation 4.2.
        let count = found.count();
        assert!((6..=34).contains(&count), "{count}");
    }

    #[test]
    fn the_three_p_values_are_ordered() {
        for seed in 0..10 {
            let p =
                spa(&noisy(seed, 80, &[0.1, -0.6, -0.1]), &resamples(80), 3.0, Convention::Standard).unwrap();
            assert!(p.lower <= p.consistent && p.consistent <= p.upper, "{p:?}");
        }
    }

    #[test]
    fn a_copy_of_the_benchmark_takes_no_part() {
        let mut columns = noisy(5, 60, &[0.4]).columns().to_vec();
        let alone =
            spa(&Panel::new(columns.clone()).unwrap(), &resamples(60), 3.0, Convention::Standard).unwrap();
        columns.push(vec![0.0; 60]);
        let with =
            spa(&Panel::new(columns.clone()).unwrap(), &resamples(60), 3.0, Convention::Standard).unwrap();
        assert_eq!(alone, with);
        columns.push(vec![0.1; 60]);
        let constant = spa(&Panel::new(columns).unwrap(), &resamples(60), 3.0, Convention::Standard);
        assert_eq!(constant, Err(EvidenceError::ConstantDifference { column: 2 }));
    }

    #[test]
    fn the_critical_value_agrees_with_the_p_value() {
        let panel = noisy(3, 60, &[0.0, 0.1]);
        let draws = resamples(60);
        let mut simulated = Superiority::new(&panel, &draws, 3.0, Convention::Standard).unwrap();
        let critical = simulated.critical_value(&[true, true], Recentring::Upper, 0.05).unwrap().unwrap();
        let maxima = simulated.maxima(&[true, true], Recentring::Upper);
        assert!(Convention::Standard.p_value(&maxima, critical + 1e-9) < 0.05);
        assert!(Convention::Standard.p_value(&maxima, critical) >= 0.05);
        // With 400 resamples nothing can have p < 1/1000.
        assert_eq!(simulated.critical_value(&[true, true], Recentring::Upper, 0.001), Ok(None));
        // Nor p < 0.05 with 19; with 20 the largest simulated value is the bound.
        let few = |count| {
            let draws = Resamples::stationary(60, 3.0, count, [1; 32]).unwrap();
            let mut simulated = Superiority::new(&panel, &draws, 3.0, Convention::Standard).unwrap();
            let maxima = simulated.maxima(&[true, true], Recentring::Upper);
            let bound = simulated.critical_value(&[true, true], Recentring::Upper, 0.05).unwrap();
            bound.map(|bound| bound == largest(maxima))
        };
        assert_eq!((few(19), few(20)), (None, Some(true)));
    }

    /// The largest that are kept tell the same as all simulated statistics, also when more columns are left out than are
    /// kept.
    #[test]
    fn the_largest_are_those_of_all_columns() {
        let columns: Vec<f64> = (0..KEPT * 2).map(|index| real(index % 7) * 0.1 - 0.3).collect();
        let (panel, draws) = (noisy(7, 40, &columns), Resamples::stationary(40, 2.0, 30, [3; 32]).unwrap());
        let mut simulated = Superiority::new(&panel, &draws, 2.0, Convention::Standard).unwrap();
        let by_hand = |simulated: &Superiority<'_>, kept: &[bool], null: Recentring| -> Vec<f64> {
            let means: Vec<Vec<f64>> = panel.columns().iter().map(|column| draws.means(column)).collect();
            let of = |b: usize| {
                let open = (0..panel.width()).filter(|&column| kept[column]);
                largest(open.map(|column| simulated.columns[column].simulated(means[column][b], null)))
                    .max(0.0)
            };
            (0..draws.count()).map(of).collect()
        };
        // All; without a few; without as many as are kept; all again.
        for left_out in [0, 5, KEPT + 20, 0] {
            let kept: Vec<bool> = (0..panel.width()).map(|column| column >= left_out).collect();
            for null in [Recentring::Consistent, Recentring::Lower, Recentring::Upper] {
                let expected = by_hand(&simulated, &kept, null);
                assert_eq!(simulated.maxima(&kept, null), expected, "{left_out} {null:?}");
            }
        }
    }

    #[test]
    fn invalid_inputs_are_errors() {
        let panel = noisy(1, 60, &[0.0]);
        assert!(spa(&panel, &resamples(59), 3.0, Convention::Standard).is_err());
        assert!(spa(&panel, &resamples(60), 0.0, Convention::Standard).is_err());
        assert!(spa(&noisy(1, 2, &[0.0]), &resamples(2), 1.0, Convention::Standard).is_err());
    }
}
