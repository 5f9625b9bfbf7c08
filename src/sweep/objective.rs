//! How well a trial did: the ranking metric in each window, and its mean by the leaderboard's rule.

use super::Trial;
use crate::scenario::RankingMetric;
use crate::tournament::{mean_over_windows, score};

/// A trial's scores in these windows; `None` where it has none, or was not replayed.
pub fn scores(trial: &Trial, windows: &[usize], metric: RankingMetric) -> Vec<Option<f64>> {
    let of = |&window: &usize| score(&trial.outcomes[window].as_ref()?.metrics, metric);
    windows.iter().map(of).collect()
}

/// Each trial's mean score over these windows, `None` for trials that were not replayed in all of them. As in
/// a leaderboard a window without a score counts as the worst that any trial has there.
pub fn objectives(trials: &[Trial], windows: &[usize], metric: RankingMetric) -> Vec<Option<f64>> {
    let complete: Vec<usize> =
        (0..trials.len()).filter(|&trial| trials[trial].is_complete(windows)).collect();
    let rows: Vec<_> = complete.iter().map(|&trial| scores(&trials[trial], windows, metric)).collect();
    let mut all = vec![None; trials.len()];
    for (trial, mean) in complete.into_iter().zip(mean_over_windows(&rows)) {
        all[trial] = mean;
    }
    all
}

/// The best of some scores, the first of equals; `None` where there are none.
pub fn best(objectives: &[Option<f64>]) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (place, score) in objectives.iter().enumerate() {
        if let Some(score) = *score
            && best.is_none_or(|(_, most)| score > most)
        {
            best = Some((place, score));
        }
    }
    best.map(|(place, _)| place)
}

/// The arithmetic mean; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of trials")]
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
