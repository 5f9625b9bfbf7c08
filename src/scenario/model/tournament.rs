//! Tournaments: the format, and the confidence required of a winner.

use serde::Serialize;

/// The `[tournament]` table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TournamentSpec {
    /// The tournament format.
    pub format: TournamentFormat,
    /// Significance level: the accepted probability of naming a winner among equal agents (default 0.05).
    pub alpha: f64,
    /// Coverage of confidence intervals, as a fraction (default 0.95).
    pub level: f64,
    /// Number of bootstrap resamples of the windows (default 1000).
    pub resamples: u32,
    /// Rating systems, in this order (default Bradley-Terry).
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

/// A format with its settings: another view of the same scores, never another replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TournamentFormat {
    /// All pairs of agents in every window.
    RoundRobin,
    /// All agents against named baselines.
    Gauntlet {
        /// Names of agents; at least one.
        baselines: Vec<String>,
    },
    /// Seasons of disjoint windows, in divisions.
    League {
        /// Number of seasons.
        seasons: u32,
        /// Number of divisions.
        divisions: u32,
    },
    /// Agents with equal scores are paired, round by round.
    Swiss {
        /// Number of rounds; as many as determine one winner where `None`.
        rounds: Option<u32>,
    },
    /// The loser of a match is eliminated.
    Knockout {
        /// Names of the top seeds, best first; if empty, seeds are determined by results.
        seeds: Vec<String>,
    },
    /// An agent that breaks a rule is eliminated.
    Survival,
}

impl TournamentFormat {
    /// The format without its settings.
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

/// A tournament format without its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatKind {
    /// All pairs of agents in every window.
    RoundRobin,
    /// All agents against named baselines.
    Gauntlet,
    /// Seasons of disjoint windows, in divisions.
    League,
    /// Agents with equal scores are paired, round by round.
    Swiss,
    /// The loser of a match is eliminated.
    Knockout,
    /// An agent that breaks a rule is eliminated.
    Survival,
}

impl FormatKind {
    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoundRobin => "round_robin",
            Self::Gauntlet => "gauntlet",
            Self::League => "league",
            Self::Swiss => "swiss",
            Self::Knockout => "knockout",
            Self::Survival => "survival",
        }
    }
}

/// A rating system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "&'static str")]
pub enum RatingSystem {
    /// Batch, all pairs, ties after Davidson; Elo scale with mean 1500.
    BradleyTerry,
    /// Batch, whole rankings; Elo scale with mean 1500.
    PlackettLuce,
    /// Updated window by window, initial rating 1500, K = 32.
    Elo,
    /// Updated window by window, initial rating 1500, with a deviation.
    Glicko2,
    /// Updated window by window, initial rating 25, with a deviation.
    TrueSkill,
    /// Updated window by window, initial rating 25, with a deviation (Plackett-Luce model).
    WengLin,
}

impl RatingSystem {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 6] =
        [Self::BradleyTerry, Self::PlackettLuce, Self::Elo, Self::Glicko2, Self::TrueSkill, Self::WengLin];

    /// As written in scenarios, on the command line and in results.
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

    /// Looks up a system by name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|system| system.as_str() == name)
    }
}

impl From<RatingSystem> for &'static str {
    fn from(system: RatingSystem) -> Self {
        system.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rating_system_names_parse() {
        for system in RatingSystem::ALL {
            assert_eq!(RatingSystem::from_name(system.as_str()), Some(system));
        }
        assert_eq!(RatingSystem::from_name("ELO"), None);
    }
}
