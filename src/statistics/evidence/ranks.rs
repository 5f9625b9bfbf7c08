//! Where each agent would rank in another set of windows of the same kind.
//!
//! Owns the intervals of ranks, the probability of being first, and how often one agent is above another: from
//! the scores of all agents in resampled records, the same windows for all, so that what they met together stays
//! together. Works on any scores that can be ordered: nothing is done with them but comparing.

use rayon::prelude::*;

use super::error::{EvidenceError, at_least, probability};
use super::numeric::real;
use crate::statistics::ranked;

/// The rank of one agent: 1 is the best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    /// Rank by the score in the windows as they were, ties sharing the best rank.
    pub observed: usize,
    /// Lower end of the interval: the best rank.
    pub best: usize,
    /// Upper end: the worst rank.
    pub worst: usize,
    /// Share of resamples in which the agent is first, a tie for first counting in parts.
    pub first_probability: f64,
}

/// The ranks of all agents in every resample.
#[derive(Debug, Clone, PartialEq)]
pub struct ResampledRanks {
    observed: Vec<usize>,
    /// One row an agent, one entry a resample: how many are above it.
    above: Vec<Vec<u32>>,
    /// How many share its rank, itself included.
    sharing: Vec<Vec<u32>>,
}

impl ResampledRanks {
    /// Of the agents' scores as they were and in each resample (agents x resamples), the greater the better.
    ///
    /// # Errors
    /// [`EvidenceError::TooFew`] without agents or resamples, [`EvidenceError::Lengths`] for rows of unequal length.
    pub fn new<T: Ord + Copy + Sync>(observed: &[T], resampled: &[Vec<T>]) -> Result<Self, EvidenceError> {
        at_least("agents", observed.len(), 1)?;
        let count = resampled.first().map_or(0, Vec::len);
        at_least("resamples", count, 1)?;
        if let Some(series) = resampled.iter().position(|row| row.len() != count) {
            return Err(EvidenceError::Lengths { series, found: resampled[series].len(), expected: count });
        }
        if resampled.len() != observed.len() {
            let (found, expected) = (resampled.len(), observed.len());
            return Err(EvidenceError::Lengths { series: found.min(expected), found, expected });
        }
        let column = |b: usize| above_and_sharing(&resampled.iter().map(|row| row[b]).collect::<Vec<T>>());
        let ranks_of: Vec<Vec<(u32, u32)>> = (0..count).into_par_iter().map(column).collect();
        let by_agent = |part: fn((u32, u32)) -> u32| {
            (0..observed.len()).map(|agent| ranks_of.iter().map(|row| part(row[agent])).collect()).collect()
        };
        Ok(Self {
            observed: above_and_sharing(observed).into_iter().map(|(above, _)| above as usize + 1).collect(),
            above: by_agent(|(above, _)| above),
            sharing: by_agent(|(_, sharing)| sharing),
        })
    }

    /// The rank of each agent with its interval of this level (each by itself). Where agents tie, the best rank of
    /// the tie counts for the lower end and the worst for the upper one.
    ///
    /// # Errors
    /// [`EvidenceError::OutOfRange`] for a level that is no probability.
    pub fn ranks(&self, level: f64) -> Result<Vec<Ranks>, EvidenceError> {
        probability(level)?;
        Ok((0..self.observed.len()).map(|agent| self.rank(agent, (1.0 - level) / 2.0)).collect())
    }

    /// Share of resamples in which `a` is above `b`, ties counting half; 0.5 for an agent against itself or a twin.
    pub fn beats(&self, a: usize, b: usize) -> f64 {
        let pairs = || self.above[a].iter().zip(&self.above[b]);
        let halves = pairs().map(|(a, b)| u32::from(a < b) + u32::from(a <= b)).sum::<u32>();
        f64::from(halves) / (2.0 * real(self.above[a].len()))
    }

    fn rank(&self, agent: usize, tail: f64) -> Ranks {
        let (above, sharing) = (&self.above[agent], &self.sharing[agent]);
        let count = above.len();
        // Of all ranks in order, the one that at most `tail` of them lie outside of.
        let outside = (tail * real(count)).floor() as usize;
        let (mut best, mut worst) = (above.clone(), above.clone());
        worst.iter_mut().zip(sharing).for_each(|(above, sharing)| *above += sharing);
        best.sort_unstable();
        worst.sort_unstable();
        let firsts = above.iter().zip(sharing).filter(|(above, _)| **above == 0);
        let share = firsts.fold(0.0, |sum, (_, &sharing)| sum + f64::from(sharing).recip());
        Ranks {
            observed: self.observed[agent],
            best: best[outside] as usize + 1,
            worst: worst[count - 1 - outside] as usize,
            first_probability: share / real(count),
        }
    }
}

/// For each value how many are above it, and how many share its rank.
fn above_and_sharing<T: Ord + Copy>(values: &[T]) -> Vec<(u32, u32)> {
    let mut found = vec![(0, 0); values.len()];
    for row in ranked(0..values.len(), |a, b| values[b].cmp(&values[a])) {
        found[row.index] = (row.above, row.sharing);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::testing::close;
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Three resamples: agent 0 has 2, 0, 1 and agent 1 has 0, 2, 1; agent 2 is always behind.
        let found =
            ResampledRanks::new(&[2, 2, -1], &[vec![2, 0, 1], vec![0, 2, 1], vec![-1, -1, -1]]).unwrap();
        let ranks = found.ranks(0.5).unwrap();
        close(ranks[0].first_probability, 0.5);
        assert_eq!((found.beats(0, 1), found.beats(0, 2), found.beats(0, 0)), (0.5, 1.0, 0.5));
        assert_eq!(ranks.iter().map(|rank| rank.observed).collect::<Vec<_>>(), [1, 1, 3]);
        assert_eq!((ranks[0].best, ranks[0].worst), (1, 2));
        assert_eq!((ranks[2].best, ranks[2].worst), (3, 3));
    }

    #[test]
    fn probabilities_add_up() {
        let scores: Vec<Vec<u64>> =
            (0..4).map(|agent| (0..200).map(|b| (b * 7919 + agent * 104_729) % 13).collect()).collect();
        let found = ResampledRanks::new(&[3, 2, 1, 0], &scores).unwrap();
        let ranks = found.ranks(0.9).unwrap();
        close(ranks.iter().map(|ranks| ranks.first_probability).sum(), 1.0);
        for a in 0..4 {
            (0..4).for_each(|b| close(found.beats(a, b) + found.beats(b, a), 1.0));
        }
    }

    #[test]
    fn a_single_agent_is_first_and_shapes_are_checked() {
        let found = ResampledRanks::new(&[1], &[vec![1, 2]]).unwrap().ranks(0.9).unwrap();
        assert_eq!(found, [Ranks { observed: 1, best: 1, worst: 1, first_probability: 1.0 }]);
        assert!(ResampledRanks::new(&[1, 2], &[vec![1]]).is_err());
        assert!(ResampledRanks::new(&[1, 2], &[vec![1], vec![]]).is_err());
        assert!(ResampledRanks::new(&[1], &[vec![1]]).unwrap().ranks(1.0).is_err());
    }
}
