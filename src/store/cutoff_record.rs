//! Training cutoffs as stored: which windows are marked, and the standings on both sides of a cutoff.

use serde::{Deserialize, Serialize};

use crate::metrics::Score;
use crate::scenario::ModelSpec;
use crate::store::score_record;
use crate::tournament::{CutoffSide, CutoffSplit};

/// The language model of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// Its name.
    pub name: String,
    /// What was written before may be in its training data; null where that is not known.
    pub training_cutoff: Option<String>,
    /// How many windows begin before the cutoff.
    pub windows_before_cutoff: usize,
}

impl ModelRecord {
    /// Of what a scenario says.
    pub fn new(model: &ModelSpec, windows_before_cutoff: usize) -> Self {
        Self {
            name: model.name.clone(),
            training_cutoff: model.training_cutoff.map(|cutoff| cutoff.to_string()),
            windows_before_cutoff,
        }
    }
}

/// The standings before and after a training cutoff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutoffRecord {
    /// The cutoff.
    pub training_cutoff: String,
    /// The agents whose models have it.
    pub agents: Vec<String>,
    /// How many windows begin before it.
    pub windows_before: usize,
    /// How many do not.
    pub windows_after: usize,
    /// One row an agent, in the leaderboard's order.
    pub rows: Vec<CutoffRow>,
    /// The verdict on the windows before alone; null without standings.
    pub verdict_before: Option<String>,
    /// The verdict on the windows after alone.
    pub verdict_after: Option<String>,
}

/// An agent on both sides of a cutoff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutoffRow {
    /// Name of the agent.
    pub agent: String,
    /// Over the windows before.
    pub before: CutoffScore,
    /// Over the windows after.
    pub after: CutoffScore,
}

/// The score of some windows' record, and the rank by it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CutoffScore {
    /// Null where it is no number.
    pub score: Option<f64>,
    /// Which infinity it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// From 1; null for an agent that is not ranked.
    pub rank: Option<u32>,
}

impl CutoffRecord {
    /// Of a split, with the agents in the order of the leaderboard.
    pub fn new(split: &CutoffSplit, order: &[&str]) -> Self {
        let names = &split.names;
        let row = |agent: usize| CutoffRow {
            agent: names[agent].clone(),
            before: CutoffScore::new(&split.before, agent),
            after: CutoffScore::new(&split.after, agent),
        };
        Self {
            training_cutoff: split.cutoff.to_string(),
            agents: split.agents.iter().map(|&agent| names[agent].clone()).collect(),
            windows_before: split.before.windows.len(),
            windows_after: split.after.windows.len(),
            rows: order.iter().filter_map(|name| names.iter().position(|one| one == name)).map(row).collect(),
            verdict_before: split.before.verdict.clone(),
            verdict_after: split.after.verdict.clone(),
        }
    }
}

impl CutoffScore {
    fn new(side: &CutoffSide, agent: usize) -> Self {
        let (score, rank) = side.scores[agent];
        Self { score: score.number(), missing: score_record::reason(score, None), rank }
    }

    /// The score, infinities included.
    pub fn known(&self) -> Score {
        score_record::score(self.score, self.missing.as_deref())
    }
}
