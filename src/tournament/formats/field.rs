//! Who takes part, with all scores: what every format is a view of.
//!
//! Owns the two ways of reading a missing score: where places count it is behind every score that exists, where
//! sizes count it is the lowest score of its window. Never decides who is better.

use std::cmp::Ordering;
use std::ops::Range;

use super::FormatError;
use crate::domain::Seed;
use crate::tournament::evidence::{Paired, Panel, paired_t};
use crate::tournament::standings::ScoreMatrix;

/// When an agent first went out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exit {
    /// RFC 3339 in UTC, so that texts order as times do.
    pub at: String,
    /// In which window, from 0.
    pub window: usize,
    /// `disqualified` or `forfeit`.
    pub status: String,
}

/// Agents, their scores and their ends.
#[derive(Debug, Clone)]
pub struct Field {
    agents: Vec<String>,
    /// Agents x windows.
    scores: Vec<Vec<Option<f64>>>,
    /// The same with missing scores filled in; `None` where there is no window.
    filled: Option<Panel>,
    exits: Vec<Option<Exit>>,
    windows: usize,
    seed: Seed,
    alpha: f64,
}

impl Field {
    /// All agents of a matrix. `exits` in its order, nothing for an agent that completed every window; `seed`
    /// decides lots, `alpha` is what tests are held against.
    pub fn new(matrix: &ScoreMatrix, exits: Vec<Option<Exit>>, seed: Seed, alpha: f64) -> Self {
        let agents = matrix.agents().to_vec();
        let scores: Vec<Vec<Option<f64>>> =
            (0..agents.len()).map(|agent| matrix.scores(agent).to_vec()).collect();
        // A matrix has finite scores of one length: only one without windows gives no panel.
        let filled = Panel::from_scores(&scores).ok();
        Self { filled, exits, windows: matrix.windows().len(), agents, scores, seed, alpha }
    }

    /// How many take part.
    pub fn len(&self) -> usize {
        self.agents.len()
    }

    /// Whether nobody does.
    pub fn is_empty(&self) -> bool {
        self.agents.is_empty()
    }

    /// How many windows there are.
    pub fn windows(&self) -> usize {
        self.windows
    }

    /// An agent's name.
    pub fn name(&self, agent: usize) -> &str {
        &self.agents[agent]
    }

    /// When and where an agent first went out.
    pub fn exit(&self, agent: usize) -> Option<&Exit> {
        self.exits.get(agent).and_then(Option::as_ref)
    }

    /// What tests are held against.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The agent of this name.
    pub(super) fn agent(&self, format: &'static str, name: &str) -> Result<usize, FormatError> {
        let place = self.agents.iter().position(|agent| agent == name);
        place.ok_or_else(|| FormatError::NoSuchAgent { format, name: name.to_owned() })
    }

    /// An agent's mean score over some windows; 0 over none.
    #[expect(clippy::cast_precision_loss, reason = "a count of windows")]
    pub(super) fn mean(&self, agent: usize, windows: Range<usize>) -> f64 {
        let scores = self.sizes(agent, windows);
        if scores.is_empty() { 0.0 } else { scores.iter().sum::<f64>() / scores.len() as f64 }
    }

    /// Windows in which `a` did better than `b`, as well, and worse.
    pub(super) fn record(&self, a: usize, b: usize) -> [usize; 3] {
        let mut record = [0; 3];
        for (a, b) in self.scores[a].iter().zip(&self.scores[b]) {
            // No score comes before any: `None` is less than `Some`.
            record[match a.partial_cmp(b) {
                Some(Ordering::Greater) => 0,
                Some(Ordering::Less) => 2,
                _ => 1,
            }] += 1;
        }
        record
    }

    /// The paired test of `a` less `b` over some windows; nothing under two windows.
    pub(super) fn test(&self, a: usize, b: usize, windows: Range<usize>) -> Option<Paired> {
        paired_t(self.sizes(a, windows.clone()), self.sizes(b, windows)).ok()
    }

    /// Agents as the lot has them: by seed and name, whatever order they are listed in.
    pub(super) fn by_lot(&self, format: &str) -> Vec<usize> {
        let mut drawn: Vec<([u8; 32], usize)> = (0..self.len()).map(|a| (self.lot(format, a), a)).collect();
        drawn.sort_unstable();
        drawn.into_iter().map(|(_, agent)| agent).collect()
    }

    /// An agent's lot; the smaller comes first.
    pub(super) fn lot(&self, format: &str, agent: usize) -> [u8; 32] {
        self.seed.key(&["tournament", "lot", format, self.name(agent)])
    }

    fn sizes(&self, agent: usize, windows: Range<usize>) -> &[f64] {
        self.filled.as_ref().and_then(|panel| panel.column(agent).get(windows)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::field;

    #[test]
    fn a_missing_score_is_behind_all_others_and_as_small_as_the_smallest() {
        let field = field(&[
            ("a", &[Some(1.0), None, None]),
            ("b", &[Some(2.0), Some(-3.0), None]),
            ("c", &[Some(1.0), Some(5.0), Some(7.0)]),
        ]);
        assert_eq!(field.record(0, 1), [0, 1, 2]);
        assert_eq!(field.record(2, 0), [2, 1, 0]);
        // -3 for the second window, 7 for the third.
        assert_eq!(field.mean(0, 0..3), 5.0 / 3.0);
        assert_eq!(field.mean(0, 1..1), 0.0);
        assert!(field.test(0, 1, 0..1).is_none());
    }

    #[test]
    fn lots_do_not_depend_on_the_order_of_the_list() {
        let scores: &[Option<f64>] = &[Some(0.0)];
        let names = |field: &super::Field| -> Vec<String> {
            field.by_lot("x").into_iter().map(|agent| field.name(agent).to_owned()).collect()
        };
        let one = field(&[("a", scores), ("b", scores), ("c", scores), ("d", scores)]);
        let two = field(&[("d", scores), ("a", scores), ("c", scores), ("b", scores)]);
        assert_eq!(names(&one), names(&two));
    }
}
