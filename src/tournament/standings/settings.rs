//! What standings depend on besides the scores.

use super::scale::Scale;
use crate::domain::Seed;
use crate::scenario::RatingSystem;
use crate::statistics::evidence::{CallingRule, EvidenceError};

/// Settings of standings.
#[derive(Debug, Clone, PartialEq)]
pub struct StandingsSpec {
    /// What the scores are, for the verdict's sentence: `sharpe_ratio`.
    pub metric: String,
    /// Whether more of it is better.
    pub higher_is_better: bool,
    /// Significance level: the probability of calling a winner among equal agents.
    pub alpha: f64,
    /// Confidence level of the intervals of scores, ranks and ratings.
    pub level: f64,
    /// Number of bootstrap resamples of the windows.
    pub resamples: usize,
    /// Seed of the resampling.
    pub seed: Seed,
    /// Rating systems, in this order.
    pub ratings: Vec<RatingSystem>,
    /// The agent that others should beat.
    pub benchmark: Option<usize>,
    /// Under this many windows nothing is called.
    pub minimum_windows: usize,
}

impl Default for StandingsSpec {
    /// Scores where more is better, alpha 0.05, intervals of 95 %, 1,000 resamples, Bradley-Terry.
    fn default() -> Self {
        let rule = CallingRule::default();
        Self {
            metric: "score".to_owned(),
            higher_is_better: true,
            alpha: rule.alpha,
            level: 0.95,
            resamples: 1000,
            seed: Seed(0),
            ratings: vec![RatingSystem::BradleyTerry],
            benchmark: None,
            minimum_windows: rule.minimum_windows,
        }
    }
}

impl StandingsSpec {
    /// The rule by which a winner is called.
    pub(super) const fn rule(&self) -> CallingRule {
        CallingRule { alpha: self.alpha, minimum_windows: self.minimum_windows }
    }

    /// Whether every number is in its range.
    pub(super) fn check(&self) -> Result<(), EvidenceError> {
        for value in [self.alpha, self.level] {
            if !(value > 0.0 && value < 1.0) {
                return Err(EvidenceError::OutOfRange { what: "probability between 0 and 1", value });
            }
        }
        if self.resamples == 0 {
            return Err(EvidenceError::TooFew { what: "resamples", found: 0, least: 1 });
        }
        Ok(())
    }

    /// The range of the scores in the direction in which more is better, where they have one.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let (low, high) = Scale::range_of(&self.metric)?;
        Some(if self.higher_is_better { (low, high) } else { (-high, -low) })
    }

    /// A score in the direction in which more is better, and back.
    pub(super) fn oriented(&self, score: f64) -> f64 {
        if self.higher_is_better { score } else { -score }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_settings_are_refused() {
        assert_eq!(StandingsSpec::default().check(), Ok(()));
        assert!(StandingsSpec { alpha: 0.0, ..StandingsSpec::default() }.check().is_err());
        assert!(StandingsSpec { level: f64::NAN, ..StandingsSpec::default() }.check().is_err());
        assert!(StandingsSpec { resamples: 0, ..StandingsSpec::default() }.check().is_err());
    }
}
