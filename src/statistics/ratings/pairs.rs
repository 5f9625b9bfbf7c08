//! Who beat whom how often.
//!
//! Owns the counts of wins and ties between every two agents. Never knows windows: the order of games does
//! not matter to a batch fit. Invariants: counts are finite and not negative, diagonals are zero, ties are
//! symmetric.

use super::error::RatingError;
use super::ranks::{ABSENT, agent_count, check_width};

/// Wins and ties between every two agents (agents x agents).
#[derive(Debug, Clone, PartialEq)]
pub struct PairCounts {
    wins: Vec<Vec<f64>>,
    ties: Vec<Vec<f64>>,
}

impl PairCounts {
    /// Counts from elsewhere: `wins[i][j]` = how often i beat j, `ties[i][j] == ties[j][i]`. Fractions are
    /// allowed (half wins).
    ///
    /// # Errors
    /// [`RatingError::NoAgents`], [`RatingError::Ragged`], [`RatingError::BadCount`].
    pub fn new(wins: Vec<Vec<f64>>, ties: Vec<Vec<f64>>) -> Result<Self, RatingError> {
        let agents = wins.len();
        if agents == 0 {
            return Err(RatingError::NoAgents);
        }
        if ties.len() != agents {
            return Err(RatingError::Ragged { row: 0, found: ties.len(), expected: agents });
        }
        check_width(&wins, agents)?;
        check_width(&ties, agents)?;
        let counts = Self { wins, ties };
        match counts.first_bad() {
            Some((row, column)) => Err(RatingError::BadCount { row, column }),
            None => Ok(counts),
        }
    }

    /// Counts from ranks (windows x agents, 0 = best): every two agents that are in a window meet once there.
    ///
    /// # Errors
    /// [`RatingError::NoAgents`], [`RatingError::NoWindows`], [`RatingError::Ragged`].
    pub fn from_ranks(ranks: &[Vec<u32>]) -> Result<Self, RatingError> {
        Self::weighted(ranks, &vec![1.0; ranks.len()])
    }

    /// The same with each window counted so often (0 or more; a window without a weight is not counted).
    ///
    /// # Errors
    /// As [`PairCounts::from_ranks`].
    pub fn weighted(ranks: &[Vec<u32>], weights: &[f64]) -> Result<Self, RatingError> {
        let agents = agent_count(ranks)?;
        let mut wins = vec![vec![0.0; agents]; agents];
        let mut ties = wins.clone();
        for (row, &weight) in ranks.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
            for ((own, wins), ties) in row.iter().zip(&mut wins).zip(&mut ties) {
                // Without a branch: thousands of refits come through here.
                if *own == ABSENT {
                    continue;
                }
                for ((other, win), tie) in row.iter().zip(wins.iter_mut()).zip(ties.iter_mut()) {
                    *win += if own < other && *other != ABSENT { weight } else { 0.0 };
                    *tie += if own == other { weight } else { 0.0 };
                }
            }
        }
        (0..agents).for_each(|agent| ties[agent][agent] = 0.0);
        Ok(Self { wins, ties })
    }

    /// The same games with every tie as half a win each way.
    #[must_use]
    pub fn with_half_wins(&self) -> Self {
        let agents = self.agents();
        let half = |i: usize, j: usize| self.wins[i][j] + 0.5 * self.ties[i][j];
        Self {
            wins: (0..agents).map(|i| (0..agents).map(|j| half(i, j)).collect()).collect(),
            ties: vec![vec![0.0; agents]; agents],
        }
    }

    /// How many agents.
    #[must_use]
    pub const fn agents(&self) -> usize {
        self.wins.len()
    }

    /// How often `i` beat `j`.
    #[must_use]
    pub fn wins(&self, i: usize, j: usize) -> f64 {
        self.wins[i][j]
    }

    /// How often `i` and `j` tied.
    #[must_use]
    pub fn ties(&self, i: usize, j: usize) -> f64 {
        self.ties[i][j]
    }

    /// Share of the games of `i` against `j` that `i` won, ties as half; `None` if they never met.
    #[must_use]
    pub fn win_rate(&self, i: usize, j: usize) -> Option<f64> {
        let games = self.wins[i][j] + self.wins[j][i] + self.ties[i][j];
        (games > 0.0).then(|| (self.wins[i][j] + 0.5 * self.ties[i][j]) / games)
    }

    /// Of each agent over all its games: wins, ties, losses.
    #[must_use]
    pub fn totals(&self) -> Vec<[f64; 3]> {
        let mut losses = vec![0.0; self.agents()];
        self.wins.iter().for_each(|row| losses.iter_mut().zip(row).for_each(|(sum, lost)| *sum += lost));
        let of = |agent: usize| [self.wins[agent].iter().sum(), self.ties[agent].iter().sum(), losses[agent]];
        (0..self.agents()).map(of).collect()
    }

    /// Whether exchanging the two agents changes nothing: then their ratings are equal.
    pub(super) fn interchangeable(&self, a: usize, b: usize) -> bool {
        let same = |x: f64, y: f64| x.total_cmp(&y).is_eq();
        same(self.wins[a][b], self.wins[b][a])
            && (0..self.agents()).filter(|&j| j != a && j != b).all(|j| {
                same(self.wins[a][j], self.wins[b][j])
                    && same(self.wins[j][a], self.wins[j][b])
                    && same(self.ties[a][j], self.ties[b][j])
            })
    }

    fn first_bad(&self) -> Option<(usize, usize)> {
        let valid = |x: f64| x.is_finite() && x >= 0.0;
        let agents = self.agents();
        (0..agents).flat_map(|i| (0..agents).map(move |j| (i, j))).find(|&(i, j)| {
            let (win, tie) = (self.wins[i][j], self.ties[i][j]);
            let symmetric = tie.total_cmp(&self.ties[j][i]).is_eq();
            !valid(win) || !valid(tie) || !symmetric || (i == j && win + tie > 0.0)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{matrix, ranks_with_ties};
    use super::*;

    #[test]
    fn ranks_give_the_golden_counts() {
        let counts = PairCounts::from_ranks(&ranks_with_ties()).unwrap();
        let wins = matrix([
            [0, 11, 24, 19, 23],
            [14, 0, 21, 25, 27],
            [7, 9, 0, 18, 23],
            [10, 9, 14, 0, 17],
            [5, 4, 10, 14, 0],
        ]);
        let ties =
            matrix([[0, 11, 5, 7, 8], [11, 0, 6, 2, 5], [5, 6, 0, 4, 3], [7, 2, 4, 0, 5], [8, 5, 3, 5, 0]]);
        assert_eq!(counts, PairCounts::new(wins, ties).unwrap());
        // 11 wins and 11 ties of 36.
        assert_eq!(counts.win_rate(0, 1), Some(16.5 / 36.0));
        assert_eq!(counts.win_rate(2, 2), None);
        assert!((counts.with_half_wins().wins(0, 1) - 16.5).abs() < 1e-15);
    }

    #[test]
    fn impossible_counts_are_errors() {
        let zero = || vec![vec![0.0; 2]; 2];
        assert_eq!(PairCounts::new(vec![], vec![]), Err(RatingError::NoAgents));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let wins = vec![vec![0.0, bad], vec![0.0, 0.0]];
            assert_eq!(PairCounts::new(wins, zero()), Err(RatingError::BadCount { row: 0, column: 1 }));
        }
        let lopsided = vec![vec![0.0, 1.0], vec![0.0, 0.0]];
        assert_eq!(PairCounts::new(zero(), lopsided), Err(RatingError::BadCount { row: 0, column: 1 }));
        let with_itself = vec![vec![0.0, 0.0], vec![0.0, 3.0]];
        assert_eq!(PairCounts::new(with_itself, zero()), Err(RatingError::BadCount { row: 1, column: 1 }));
    }

    #[test]
    fn agents_with_the_same_results_are_interchangeable() {
        let counts = PairCounts::from_ranks(&[vec![0, 0, 2], vec![1, 1, 0]]).unwrap();
        assert!(counts.interchangeable(0, 1));
        assert!(!counts.interchangeable(0, 2));
    }
}
