//! How well a trial did: the score of its record, by the leaderboard's rule.

use super::Trial;
use crate::metrics::{Missing, Score, Summary};
use crate::scenario::{Aggregate, MetricSpec, RankingMetric, Scenario};
use crate::statistics::places;
use crate::tournament::{score_over, why_over};

/// By what trials are compared.
#[derive(Debug, Clone, Copy)]
pub struct Objective {
    /// The metric.
    pub metric: RankingMetric,
    /// How windows become one score.
    pub aggregate: Aggregate,
    /// Conventions of the metrics.
    pub conventions: MetricSpec,
}

impl Objective {
    /// Of a sweep by this metric in this scenario.
    pub const fn of(scenario: &Scenario, metric: RankingMetric) -> Self {
        Self { metric, aggregate: scenario.battle.aggregate, conventions: scenario.metrics }
    }

    /// A trial's score over these windows; absent where it was not replayed in all of them.
    pub fn score(&self, trial: &Trial, windows: &[usize]) -> Score {
        let summary = |window: &usize| Some(trial.outcomes[*window].as_ref()?.metrics.record.summary);
        let summaries: Option<Vec<Summary>> = windows.iter().map(summary).collect();
        summaries.map_or(Score::Absent, |summaries| {
            score_over(summaries.into_iter(), self.aggregate, self.metric, &self.conventions)
        })
    }

    /// Why a trial's score over these windows is no number; nothing where it is one, or was not replayed in all of them.
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
    for place in places(present, |a, b| scores[a].better_first(&scores[b])) {
        ranks[place.index] = Some(place.rank());
    }
    ranks
}

/// The best of some scores, the first of equals; `None` where none exists.
pub fn best(scores: &[Score]) -> Option<usize> {
    let mut best: Option<(usize, Score)> = None;
    for (index, &score) in scores.iter().enumerate() {
        if !score.is_absent() && best.is_none_or(|(_, most)| score > most) {
            best = Some((index, score));
        }
    }
    best.map(|(index, _)| index)
}

/// The arithmetic mean; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of trials")]
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
