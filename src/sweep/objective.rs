//! The objective: a trial's score over its record, as on the leaderboard.

use super::Outcomes;
use crate::metrics::{Missing, Score, Summary};
use crate::scenario::{Aggregate, MetricSpec, RankingMetric, Scenario};
use crate::statistics::ranked;
use crate::tournament::{score_over, why_over};

/// How trials are scored.
#[derive(Debug, Clone, Copy)]
pub struct Objective {
    /// Metric the score is computed from.
    pub metric: RankingMetric,
    /// How windows are aggregated to one score.
    pub aggregate: Aggregate,
    /// Conventions of the metrics.
    pub conventions: MetricSpec,
}

impl Objective {
    /// The objective of a sweep in this scenario, with this metric.
    pub const fn of(scenario: &Scenario, metric: RankingMetric) -> Self {
        Self { metric, aggregate: scenario.battle.aggregate, conventions: scenario.metrics }
    }

    /// A trial's score over these windows; `Score::Absent` where it was not replayed in all of them.
    pub fn score(&self, outcomes: &Outcomes, windows: &[usize]) -> Score {
        summaries(outcomes, windows).map_or(Score::Absent, |summaries| {
            score_over(summaries.into_iter(), self.aggregate, self.metric, &self.conventions)
        })
    }

    /// Why a trial has no numeric score over these windows; `None` where it has one, or was not replayed in
    /// all of them.
    pub fn why(&self, outcomes: &Outcomes, windows: &[usize]) -> Option<Missing> {
        let summaries = summaries(outcomes, windows)?;
        why_over(summaries.into_iter(), self.aggregate, self.metric, &self.conventions)
    }
}

/// The summaries of these windows; `None` where one was not replayed.
fn summaries(outcomes: &Outcomes, windows: &[usize]) -> Option<Vec<Summary>> {
    windows.iter().map(|&window| Some(outcomes[window].as_ref()?.metrics.record.summary)).collect()
}

/// Ranks from 1, better scores first; equal scores share theirs, absent ones have none.
pub fn ranks(scores: &[Score]) -> Vec<Option<u32>> {
    let present = (0..scores.len()).filter(|&trial| !scores[trial].is_absent());
    let mut ranks = vec![None; scores.len()];
    for row in ranked(present, |a, b| scores[a].better_first(&scores[b])) {
        ranks[row.index] = Some(row.rank());
    }
    ranks
}

/// Index of the best score, the first among equals; `None` where there is none.
pub fn best(scores: &[Score]) -> Option<usize> {
    let mut best: Option<(usize, Score)> = None;
    for (index, &score) in scores.iter().enumerate() {
        if !score.is_absent() && best.is_none_or(|(_, most)| score > most) {
            best = Some((index, score));
        }
    }
    best.map(|(index, _)| index)
}

/// The arithmetic mean; `None` for an empty list.
#[expect(clippy::cast_precision_loss, reason = "counts of trials")]
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
