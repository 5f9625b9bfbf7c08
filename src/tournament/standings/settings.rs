//! What standings depend on besides the scores.

use crate::domain::Seed;
use crate::tournament::evidence::{CallingRule, EvidenceError};

/// A way to rate agents on one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RatingSystem {
    /// Batch, all pairs, Davidson's ties; Elo scale with mean 1500.
    BradleyTerry,
    /// Batch, whole rankings; Elo scale with mean 1500.
    PlackettLuce,
    /// Window by window, start 1500, K = 32.
    Elo,
    /// Window by window, start 1500, with a deviation.
    Glicko2,
    /// Window by window, start 25, with a deviation.
    TrueSkill,
    /// Window by window, start 25, with a deviation (Plackett-Luce model).
    WengLin,
}

impl RatingSystem {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::BradleyTerry, Self::PlackettLuce, Self::Elo, Self::Glicko2, Self::TrueSkill, Self::WengLin];

    /// As scenarios, the command line and results write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BradleyTerry => "bradley_terry",
            Self::PlackettLuce => "plackett_luce",
            Self::Elo => "elo",
            Self::Glicko2 => "glicko2",
            Self::TrueSkill => "trueskill",
            Self::WengLin => "weng_lin",
        }
    }

    /// The system of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == name)
    }
}

/// Settings of standings.
#[derive(Debug, Clone, PartialEq)]
pub struct StandingsSpec {
    /// What the scores are, for the verdict's sentence: `sharpe_ratio`.
    pub metric: String,
    /// Whether more of it is better.
    pub higher_is_better: bool,
    /// The share of tournaments among equals in which a winner may be called.
    pub alpha: f64,
    /// Coverage of the intervals of scores, ranks and ratings.
    pub level: f64,
    /// How often windows are resampled.
    pub resamples: usize,
    /// From which the resamples are drawn.
    pub seed: Seed,
    /// By which systems agents are rated, in this order.
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

    /// A score in the direction in which more is better, and back.
    pub(super) fn oriented(&self, score: f64) -> f64 {
        if self.higher_is_better { score } else { -score }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_systems() {
        for system in RatingSystem::ALL {
            assert_eq!(RatingSystem::from_name(system.as_str()), Some(system));
        }
        assert_eq!(RatingSystem::from_name("ELO"), None);
    }

    #[test]
    fn impossible_settings_are_refused() {
        assert_eq!(StandingsSpec::default().check(), Ok(()));
        assert!(StandingsSpec { alpha: 0.0, ..StandingsSpec::default() }.check().is_err());
        assert!(StandingsSpec { level: f64::NAN, ..StandingsSpec::default() }.check().is_err());
        assert!(StandingsSpec { resamples: 0, ..StandingsSpec::default() }.check().is_err());
    }
}
