//! The objective: a trial's score over its record, as on the leaderboard.

use super::Trial;
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
    pub fn score(&self, trial: &Trial, windows: &[usize]) -> Score {
        let summary = |window: &usize| Some(trial.outcomes[*window].as_ref()?.metrics.record.summary);
        let summaries: Option<Vec<Summary>> = windows.iter().map(summary).collect();
        summaries.map_or(Score::Absent, |summaries| {
            score_over(summaries.into_iter(), self.aggregate, self.metric, &self.conventions)
        })
    }

    /// Why a trial has no numeric score over these windows; `None` where it has one, or was not replayed in
    /// all of them.
    pub fn why(&self, trial: &Trial, windows: &[usize]) -> Option<Missing> {
        let summary = |window: &usize| Some(trial.outcomes[*window].as_ref()?.metrics.record.summary);
        let summaries: Vec<Summary> = windows.iter().map(summary).collect::<Option<_>>()?;
        why_over(summaries.into_iter(), self.aggregate, self.metric, &self.conventions)
    }

    /// The scores of all trials over these windows.
    pub fn scores(&self, trials: &[Trial], windows: &[usize]) -> Vec<Score> {
        trials.iter().map(|trial| self.score(trial, windows)).collect()
    }
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
