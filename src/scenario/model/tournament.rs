//! Tournaments: in which format the windows are seen, and how sure a winner has to be.

use serde::Serialize;

/// The `[tournament]` table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TournamentSpec {
    /// How the scores are seen.
    pub format: TournamentFormat,
    /// The share of tournaments among equals in which a winner may be called (default 0.05).
    pub alpha: f64,
    /// Coverage of the intervals, a fraction (default 0.95).
    pub level: f64,
    /// How often windows are resampled (default 1000).
    pub resamples: u32,
    /// By which systems agents are rated, in this order (default Bradley-Terry).
    pub ratings: Vec<RatingSystem>,
}

impl Default for TournamentSpec {
    fn default() -> Self {
        Self {
            format: TournamentFormat::RoundRobin,
            alpha: 0.05,
            level: 0.95,
            resamples: 1000,
            ratings: vec![RatingSystem::BradleyTerry],
        }
    }
}

/// A format with its settings: a view of the scores, never another replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TournamentFormat {
    /// Everyone against everyone in every window.
    RoundRobin,
    /// Everyone against named baselines.
    Gauntlet {
        /// Names of agents; at least one.
        baselines: Vec<String>,
    },
    /// Seasons of disjoint windows in divisions.
    League {
        /// How many.
        seasons: u32,
        /// How many.
        divisions: u32,
    },
    /// Equals meet, round by round.
    Swiss {
        /// How many; as many as one winner needs where not given.
        rounds: Option<u32>,
    },
    /// Who loses a match is out.
    Knockout {
        /// Names of the best seeds, best first; where empty, seeds are played for.
        seeds: Vec<String>,
    },
    /// Who breaks a rule is out.
    Survival,
}

impl TournamentFormat {
    /// Without its settings.
    pub const fn kind(&self) -> FormatKind {
        match self {
            Self::RoundRobin => FormatKind::RoundRobin,
            Self::Gauntlet { .. } => FormatKind::Gauntlet,
            Self::League { .. } => FormatKind::League,
            Self::Swiss { .. } => FormatKind::Swiss,
            Self::Knockout { .. } => FormatKind::Knockout,
            Self::Survival => FormatKind::Survival,
        }
    }

    /// As written in scenarios and results.
    pub const fn as_str(&self) -> &'static str {
        self.kind().as_str()
    }
}

/// A format without its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
pub enum FormatKind {
    /// Everyone against everyone in every window.
    RoundRobin,
    /// Everyone against named baselines.
    Gauntlet,
    /// Seasons of disjoint windows in divisions.
    League,
    /// Equals meet, round by round.
    Swiss,
    /// Who loses a match is out.
    Knockout,
    /// Who breaks a rule is out.
    Survival,
}

impl FormatKind {
    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        self.into_str()
    }
}

/// A way to rate agents on one scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case", const_into_str)]
#[serde(into = "&'static str")]
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
    #[strum(serialize = "trueskill")]
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
        self.into_str()
    }

    /// The system of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == name)
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
}
