//! The model confidence set: those that cannot be distinguished from the best.
//!
//! Hansen, Lunde and Nason (2011), "The Model Confidence Set", Econometrica 79(2). The worst is eliminated
//! again and again; a model's p-value is the largest p-value of all tests up to its own elimination.
//! Invariant: identical columns are tested as one, so they share their p-value.
//!
//! With few windows the published test is liberal: resampled means are studentised by one error that is estimated
//! from the same windows, so they have normal tails where the observed statistic has those of Student's t. (Of
//! ten equals over 30 windows it drops one in 17 % of simulated cases where it should in 5 %.) The standard
//! convention therefore reads the observed statistic as the normal one with the same p-value, which leaves 9 %;
//! `arch` does not.

use super::convention::Convention;
use super::error::{EvidenceError, at_least, probability};
use super::panel::Panel;
use super::stationary_bootstrap::Resamples;
use losses::{Losses, Worst};
use range::Range;

mod losses;
mod range;

/// By what the worst is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum McsStatistic {
    /// The largest studentised difference of a pair (`R` in `arch`): the stronger test.
    #[default]
    Range,
    /// The largest studentised difference from the mean of all (`max` in `arch`).
    Max,
}

/// The p-value of every column: the smallest size at which it is still in the set.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfidenceSet {
    /// For each column, from 0 to 1; the best has 1.
    pub p_values: Vec<f64>,
}

impl ConfidenceSet {
    /// The columns that cannot be distinguished from the best at this size, in order: `p > alpha`.
    ///
    /// # Errors
    /// [`EvidenceError::OutOfRange`] for an alpha that is no probability.
    pub fn members(&self, alpha: f64) -> Result<Vec<usize>, EvidenceError> {
        probability(alpha)?;
        Ok((0..self.p_values.len()).filter(|&column| self.p_values[column] > alpha).collect())
    }
}

/// The model confidence set of scores, higher is better.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two columns or rows, [`EvidenceError::Lengths`] where the resamples belong
/// to another panel.
pub fn model_confidence_set(
    scores: &Panel,
    resamples: &Resamples,
    statistic: McsStatistic,
    convention: Convention,
) -> Result<ConfidenceSet, EvidenceError> {
    at_least("columns", scores.width(), 2)?;
    at_least("rows", scores.rows(), 2)?;
    resamples.fit(scores.rows())?;
    let distinct = scores.distinct();
    let losses = Losses::new(&distinct.panel.negated().near_one(), resamples);
    let width = distinct.panel.width();
    let p_values = match statistic {
        McsStatistic::Range => {
            let mut range = Range::new(&losses);
            eliminate(width, &mut |set| range.test(set, convention))
        }
        McsStatistic::Max => eliminate(width, &mut |set| losses.max_test(set, convention)),
    };
    Ok(ConfidenceSet { p_values: distinct.index.iter().map(|&index| p_values[index]).collect() })
}

/// Tests, eliminates the worst, and repeats until one is left.
fn eliminate(width: usize, worst: &mut dyn FnMut(&[usize]) -> Worst) -> Vec<f64> {
    let mut p_values = vec![1.0; width];
    let mut set: Vec<usize> = (0..width).collect();
    let mut largest: f64 = 0.0;
    while set.len() > 1 {
        let found = worst(&set);
        largest = largest.max(found.p_value);
        p_values[set.remove(found.index)] = largest;
    }
    p_values
}

#[cfg(test)]
mod tests {
    use super::super::testing::noisy;
    use super::losses::normal_equivalent;
    use super::*;

    const KINDS: [McsStatistic; 2] = [McsStatistic::Range, McsStatistic::Max];

    fn set(scores: &Panel, kind: McsStatistic) -> ConfidenceSet {
        let resamples = Resamples::stationary(scores.rows(), 2.0, 300, [6; 32]).unwrap();
        model_confidence_set(scores, &resamples, kind, Convention::Standard).unwrap()
    }

    #[test]
    fn the_clearly_best_is_alone() {
        for kind in KINDS {
            let found = set(&noisy(1, 100, &[0.0, 2.0, 0.1, 0.0]), kind);
            assert_eq!(found.members(0.05).unwrap(), [1]);
            assert_eq!(found.p_values[1], 1.0);
        }
    }

    #[test]
    fn the_clearly_worst_is_out() {
        for kind in KINDS {
            let members = set(&noisy(2, 100, &[0.0, 0.0, -2.0]), kind).members(0.05).unwrap();
            assert!(!members.contains(&2), "{members:?}");
        }
    }

    #[test]
    fn identical_columns_share_their_p_value() {
        let base = noisy(3, 60, &[0.0, 0.4, 0.1]).columns().to_vec();
        let copies = Panel::new([&base[..], &base[..1], &base[..1]].concat()).unwrap();
        for kind in KINDS {
            let (once, often) = (set(&Panel::new(base.clone()).unwrap(), kind), set(&copies, kind));
            assert_eq!(often.p_values[0], often.p_values[3]);
            assert_eq!(often.p_values[0], often.p_values[4]);
            assert_eq!(once.p_values, often.p_values[..3]);
        }
        let all = Panel::new(vec![base[0].clone(); 3]).unwrap();
        assert_eq!(set(&all, McsStatistic::Range).p_values, [1.0; 3]);
    }

    #[test]
    fn few_windows_make_a_statistic_weaker() {
        // Student's t at 0.975 with 29 degrees of freedom is 2.0452; the resamples' error has divisor 30.
        let observed = 2.045_229_642 * (30.0_f64 / 29.0).sqrt();
        assert!((normal_equivalent(observed, 30.0) - 1.959_963_985).abs() < 1e-7);
        assert_eq!(
            (normal_equivalent(0.0, 30.0), normal_equivalent(f64::INFINITY, 30.0)),
            (0.0, f64::INFINITY)
        );
    }

    #[test]
    fn the_order_of_the_columns_does_not_matter() {
        let scores = noisy(7, 50, &[0.2, 0.0, 0.4, -0.3]);
        let turned = Panel::new(scores.columns().iter().rev().cloned().collect()).unwrap();
        let mut back = set(&turned, McsStatistic::Range).p_values;
        back.reverse();
        assert_eq!(set(&scores, McsStatistic::Range).p_values, back);
    }

    #[test]
    fn a_constant_lead_is_a_lead() {
        let base = noisy(4, 40, &[0.0]).columns()[0].clone();
        let better: Vec<f64> = base.iter().map(|score| score + 1.0).collect();
        for kind in KINDS {
            let found = set(&Panel::new(vec![base.clone(), better.clone()]).unwrap(), kind);
            assert_eq!(found.members(0.05).unwrap(), [1]);
        }
    }

    #[test]
    fn the_confidence_set_has_its_stated_coverage() {
        let resamples = Resamples::stationary(60, 1.0, 199, [6; 32]).unwrap();
        let whole = |seed: &u64| {
            let scores = noisy(*seed, 60, &[0.0; 4]);
            let found = model_confidence_set(&scores, &resamples, McsStatistic::Range, Convention::Standard);
            found.unwrap().members(0.1).unwrap().len() == 4
        };
        // 150 * 0.9 = 135, standard deviation 3.7.
        let count = (500..650).filter(whole).count();
        assert!(count >= 122, "{count}");
    }

    #[test]
    fn invalid_inputs_are_errors() {
        let scores = noisy(1, 30, &[0.0, 0.0]);
        let other = Resamples::stationary(31, 1.0, 9, [0; 32]).unwrap();
        assert!(model_confidence_set(&scores, &other, McsStatistic::Max, Convention::Standard).is_err());
        let own = Resamples::stationary(30, 1.0, 9, [0; 32]).unwrap();
        let one = noisy(1, 30, &[0.0]);
        assert!(model_confidence_set(&one, &own, McsStatistic::Max, Convention::Standard).is_err());
        assert!(ConfidenceSet { p_values: vec![1.0] }.members(1.5).is_err());
    }
}
