//! Scores around a trial: a good trial among good neighbours is more robust than an isolated peak.
//!
//! Neighbours differ by at most one step in every parameter; words and booleans must be equal. Where a
//! parameter has no steps, or no neighbour was tried, the nearest trials in the unit cube are used instead,
//! two per parameter.

use serde::{Deserialize, Serialize};

use super::objective::mean;
use super::{Space, Trial};
use crate::metrics::Score;
use crate::scenario::{SweepSpec, SweptValue};

/// Summary of the scores around a trial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Plateau {
    /// Number of neighbours with a score.
    pub neighbours: usize,
    /// Their mean score.
    pub mean: f64,
    /// Their worst score.
    pub worst: f64,
    /// Their mean divided by the trial's own score: 1 for a plateau. `None` where the trial's score is not
    /// positive.
    pub ratio: Option<f64>,
}

/// The plateau around trial `at`, from numeric scores; `None` where it has no score or no neighbour.
pub fn plateau(spec: &SweepSpec, trials: &[Trial], scores: &[Score], at: usize) -> Option<Plateau> {
    let own = scores[at].number()?;
    let space = Space::of(spec);
    let scored: Vec<(usize, f64)> =
        (0..trials.len()).filter(|&i| i != at).filter_map(|i| Some((i, scores[i].number()?))).collect();
    let here = space.steps(&trials[at].values);
    let adjacent: Vec<f64> = scored
        .iter()
        .filter(|(i, _)| is_adjacent(&space, &here, &trials[*i].values))
        .map(|&(_, score)| score)
        .collect();
    let scores = if adjacent.is_empty() { nearest(&space, trials, &scored, at) } else { adjacent };
    let mean = mean(&scores)?;
    let worst = scores.iter().copied().fold(f64::INFINITY, f64::min);
    Some(Plateau { neighbours: scores.len(), mean, worst, ratio: (own > 0.0).then(|| mean / own) })
}

fn is_adjacent(space: &Space<'_>, here: &[Option<usize>], values: &[SweptValue]) -> bool {
    let there = space.steps(values);
    here.iter().zip(there).enumerate().all(|(axis, (&a, b))| match (a, b) {
        (Some(a), Some(b)) => a.abs_diff(b) <= usize::from(space.categories(axis).is_none()),
        _ => false,
    })
}

/// The scores of the nearest trials; ties go to the earlier trial.
fn nearest(space: &Space<'_>, trials: &[Trial], scored: &[(usize, f64)], at: usize) -> Vec<f64> {
    let here = space.point_of(&trials[at].values);
    let distance = |trial: usize| -> f64 {
        space.point_of(&trials[trial].values).iter().zip(&here).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let mut near: Vec<(f64, f64)> = scored.iter().map(|&(i, score)| (distance(i), score)).collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.into_iter().take(2 * space.dimensions()).map(|(_, score)| score).collect()
}
