//! Who takes part, with all scores: what every format is a view of.
//!
//! Owns how a match is scored: by the record of its windows. Window by window agents meet where both have a score.
//! Never decides who is better.

use std::cmp::Ordering;
use std::ops::Range;

use super::FormatError;
use crate::domain::Seed;
use crate::metrics::Score;
use crate::tournament::standings::{Lead, ScoreMatrix, lead_over};

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
    matrix: ScoreMatrix,
    exits: Vec<Option<Exit>>,
    seed: Seed,
    alpha: f64,
}

impl Field {
    /// All agents of a matrix. `exits` in its order, nothing for an agent that completed every window; `seed`
    /// decides lots, `alpha` is what tests are held against.
    pub fn new(matrix: &ScoreMatrix, exits: Vec<Option<Exit>>, seed: Seed, alpha: f64) -> Self {
        Self { matrix: matrix.clone(), exits, seed, alpha }
    }

    /// How many take part.
    pub fn len(&self) -> usize {
        self.matrix.agents().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.matrix.agents().is_empty()
    }

    /// How many windows there are.
    pub fn windows(&self) -> usize {
        self.matrix.windows().len()
    }

    /// An agent's name.
    pub fn name(&self, agent: usize) -> &str {
        &self.matrix.agents()[agent]
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
        let index = self.matrix.agents().iter().position(|agent| agent == name);
        index.ok_or_else(|| FormatError::NoSuchAgent { format, name: name.to_owned() })
    }

    /// The score of an agent's record of some windows.
    pub(super) fn score(&self, agent: usize, windows: Range<usize>) -> Score {
        self.matrix.record(agent, windows)
    }

    /// Of the windows in which both have a score: those in which `a` did better than `b`, as well, and worse.
    pub(super) fn record(&self, a: usize, b: usize) -> [usize; 3] {
        let mut record = [0; 3];
        let both = self.matrix.scores(a).iter().zip(self.matrix.scores(b));
        for (a, b) in both.filter(|(a, b)| !a.is_absent() && !b.is_absent()) {
            record[match a.cmp(b) {
                Ordering::Greater => 0,
                Ordering::Less => 2,
                Ordering::Equal => 1,
            }] += 1;
        }
        record
    }

    /// The lead of `a` over `b` in the records of some windows; nothing where a score is no number or there are too
    /// few windows to tell.
    pub(super) fn lead(&self, a: usize, b: usize, windows: Range<usize>) -> Option<Lead> {
        lead_over(&self.matrix, a, b, windows)
    }

    /// How many windows say anything about two agents.
    pub(super) fn evidence(&self, a: usize, b: usize) -> usize {
        self.matrix.windows_of_evidence(a, b)
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
}

#[cfg(test)]
mod tests {
    use super::super::testing::field;
    use crate::metrics::Score;

    #[test]
    fn agents_meet_where_both_have_a_score() {
        let field = field(&[
            ("a", &[Some(1.0), None, None]),
            ("b", &[Some(2.0), Some(-3.0), None]),
            ("c", &[Some(1.0), Some(5.0), Some(7.0)]),
        ]);
        assert_eq!(field.record(0, 1), [0, 0, 1]);
        assert_eq!(field.record(2, 0), [0, 1, 0]);
        assert_eq!(field.record(2, 1), [1, 0, 1]);
        // Nothing is made up for the other windows.
        assert_eq!(field.score(0, 0..3), Score::Number(1.0));
        assert_eq!(field.score(0, 1..3), Score::Absent);
        assert!(field.lead(0, 1, 0..1).is_none());
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
