//! The standings before and after the training cutoffs of language models.
//!
//! Never replays. Invariant: a window counts as before a cutoff where its first bar opens earlier.

use super::assess::{Results, settings};
use super::outcome::WindowSpan;
use super::remembered::cutoff;
use super::repeats::repeated;
use super::standings::{ScoreMatrix, standings};
use crate::domain::Timestamp;
use crate::metrics::Score;
use crate::scenario::{Scenario, TournamentSpec};
use crate::statistics::ratings::{ABSENT, competition_ranks};

/// The standings on both sides of a training cutoff.
#[derive(Debug, Clone)]
pub struct CutoffSplit {
    /// The cutoff.
    pub cutoff: Timestamp,
    /// The names of all agents, in the scenario's order; one that plays every window several times is one.
    pub names: Vec<String>,
    /// The agents whose models have it, by index.
    pub agents: Vec<usize>,
    /// Of the windows that begin before it.
    pub before: CutoffSide,
    /// Of the others.
    pub after: CutoffSide,
}

/// The standings of the windows on one side of a cutoff.
#[derive(Debug, Clone)]
pub struct CutoffSide {
    /// Index of each window.
    pub windows: Vec<usize>,
    /// Score of the record that these windows make, and the rank by it; in the agents' order. No rank for an agent
    /// without a score, or with too few trades.
    pub scores: Vec<(Score, Option<u32>)>,
    /// The verdict on these windows alone, where the scenario asks for standings and the windows allow any.
    pub verdict: Option<String>,
}

/// The standings before and after each training cutoff of the scenario, the earliest first.
pub fn cutoff_splits(results: &Results, scenario: &Scenario, windows: &[WindowSpan]) -> Vec<CutoffSplit> {
    let played = repeated(scenario.agents.iter().map(|agent| (&agent.name, agent.repeat_of.as_ref())));
    let of = |agent: usize| cutoff(scenario, played[agent].entries[0]);
    let mut all: Vec<Timestamp> = (0..played.len()).filter_map(of).collect();
    all.sort_unstable();
    all.dedup();
    let split = |cutoff: Timestamp| {
        let (before, after) = (0..windows.len()).partition(|&window| windows[window].start < cutoff);
        CutoffSplit {
            cutoff,
            names: results.matrix.agents().to_vec(),
            agents: (0..played.len()).filter(|&agent| of(agent) == Some(cutoff)).collect(),
            before: side(results, scenario.tournament.as_ref(), before),
            after: side(results, scenario.tournament.as_ref(), after),
        }
    };
    all.into_iter().map(split).collect()
}

fn side(results: &Results, spec: Option<&TournamentSpec>, windows: Vec<usize>) -> CutoffSide {
    let matrix = results.matrix.of_windows(&windows);
    let scores: Vec<Score> = (0..matrix.agents().len()).map(|agent| record(&matrix, agent)).collect();
    let ranked: Vec<Score> = (0..scores.len())
        .map(|agent| if matrix.unranked(agent).is_some() { Score::Absent } else { scores[agent] })
        .collect();
    let ranks = competition_ranks(&ranked);
    let rank = |agent: usize| (ranks[agent] != ABSENT).then(|| ranks[agent] + 1);
    let verdict = |spec| standings(&matrix, &settings(results, spec)).ok().map(|found| found.sentence());
    CutoffSide {
        verdict: spec.and_then(verdict),
        scores: (0..scores.len()).map(|agent| (scores[agent], rank(agent))).collect(),
        windows,
    }
}

/// None without a window.
fn record(matrix: &ScoreMatrix, agent: usize) -> Score {
    if matrix.windows().is_empty() { Score::Absent } else { matrix.whole(agent) }
}
