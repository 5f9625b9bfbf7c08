//! `tournament.json`: the format's view of a tournament, with its settings and the work it took.
//!
//! Owns the keys. Never computes a rank. The standings have a file of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::scenario::{RatingSystem, TournamentFormat, TournamentSpec};
use crate::tournament::formats::FormatView;
use crate::tournament::standings::StandingsError;
use crate::tournament::{Assessment, Work};

/// Version of this form; counts changes that a reader must know.
pub const TOURNAMENT_FORMAT_VERSION: u32 = 1;

/// A tournament in its format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TournamentRecord {
    /// Version of this form.
    pub format_version: u32,
    /// What it was asked for.
    pub settings: TournamentSettings,
    /// How much was replayed.
    pub work: WorkRecord,
    /// Windows by the regime before them; empty where they were not drawn by that.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub strata: BTreeMap<String, usize>,
    /// What the places prove and what they do not.
    pub proves: String,
    /// Why there are no standings; null where there are.
    pub standings_missing: Option<String>,
    /// The places and how they came about; `format` says in which format.
    pub view: FormatView,
}

/// The settings of a tournament that do not depend on its format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TournamentSettings {
    /// Significance level: the probability of calling a winner among equal agents.
    pub alpha: f64,
    /// Coverage of the intervals.
    pub level: f64,
    /// Number of bootstrap resamples of the windows.
    pub resamples: u32,
    /// Rating systems, in the order asked for.
    pub ratings: Vec<String>,
    /// The agent that others are measured against.
    pub benchmark: Option<String>,
}

/// How much was replayed for how many comparisons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkRecord {
    /// Number of agents.
    pub agents: usize,
    /// Number of windows.
    pub windows: usize,
    /// Replays: one an agent and window.
    pub replays: usize,
    /// Pairs of agents.
    pub pairings: usize,
    /// The same in words: `432 replays for 66 pairings over 36 windows`.
    pub text: String,
}

impl From<&Work> for WorkRecord {
    fn from(work: &Work) -> Self {
        let Work { agents, windows, replays, pairings } = *work;
        Self { agents, windows, replays, pairings, text: work.to_string() }
    }
}

impl TournamentRecord {
    /// Of an assessment; `regimes` are those before the windows, where they were drawn by that.
    pub fn new(found: &Assessment, benchmark: Option<&str>, regimes: impl Iterator<Item = String>) -> Self {
        Self {
            format_version: TOURNAMENT_FORMAT_VERSION,
            settings: TournamentSettings {
                alpha: found.spec.alpha,
                level: found.spec.level,
                resamples: found.spec.resamples,
                ratings: found.spec.ratings.iter().map(|system| system.as_str().to_owned()).collect(),
                benchmark: benchmark.map(str::to_owned),
            },
            work: (&found.work).into(),
            strata: strata(regimes),
            proves: found.view.proves().to_owned(),
            standings_missing: found.standings.as_ref().err().map(StandingsError::to_string),
            view: found.view.clone(),
        }
    }

    /// The same tournament in another view.
    #[must_use]
    pub fn with_view(self, view: FormatView) -> Self {
        Self { proves: view.proves().to_owned(), view, ..self }
    }

    /// The bytes of `tournament.json`, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no tournament causes.
    pub fn to_json(&self) -> Result<String, StoreError> {
        super::json::pretty("the tournament", self)
    }
}

impl TournamentSettings {
    /// The same settings for another format.
    pub fn with_format(&self, format: TournamentFormat) -> TournamentSpec {
        TournamentSpec {
            format,
            alpha: self.alpha,
            level: self.level,
            resamples: self.resamples,
            ratings: self.ratings.iter().filter_map(|name| RatingSystem::from_name(name)).collect(),
        }
    }
}

/// Windows by regime, those that occur.
fn strata(regimes: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut strata = BTreeMap::new();
    for regime in regimes {
        *strata.entry(regime).or_default() += 1;
    }
    strata
}
