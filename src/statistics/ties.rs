//! Competition ranking, the one tie rule of the program: equals share a rank, and the ranks after them are skipped
//! (1, 2, 2, 4).
//!
//! Never decides what is ordered or whether more of it is better: the caller gives the order.

use std::cmp::Ordering;

/// The rank of one item among several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// Its index in the input.
    pub index: usize,
    /// How many rank above it.
    pub above: u32,
    /// How many share its rank, itself included.
    pub sharing: u32,
}

impl Ranked {
    /// Rank, from 1 (best).
    pub const fn rank(self) -> u32 {
        self.above + 1
    }

    /// The mean of the ranks that the tied items occupy (`scipy.stats.rankdata`).
    pub fn mean_rank(self) -> f64 {
        f64::from(self.above) + (f64::from(self.sharing) + 1.0) / 2.0
    }
}

/// The items in ranking order; equals keep their input order.
pub fn ranked(
    indexes: impl IntoIterator<Item = usize>,
    order: impl Fn(usize, usize) -> Ordering,
) -> Vec<Ranked> {
    let mut indexes: Vec<usize> = indexes.into_iter().collect();
    indexes.sort_by(|&a, &b| order(a, b));
    let mut ranked = Vec::with_capacity(indexes.len());
    for group in indexes.chunk_by(|&a, &b| order(a, b).is_eq()) {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (above, sharing) = (count(ranked.len()), count(group.len()));
        ranked.extend(group.iter().map(|&index| Ranked { index, above, sharing }));
    }
    ranked
}

/// Orders two floats; both zeros are equal.
pub fn by_size(a: f64, b: f64) -> Ordering {
    (a + 0.0).total_cmp(&(b + 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_share_a_rank_and_the_next_ranks_are_skipped() {
        let values = [3.0, 1.0, 0.0, 1.0, -0.0];
        let found = ranked(0..5, |a, b| by_size(values[b], values[a]));
        let ranks: Vec<(usize, u32, f64)> =
            found.iter().map(|row| (row.index, row.rank(), row.mean_rank())).collect();
        assert_eq!(ranks, [(0, 1, 1.0), (1, 2, 2.5), (3, 2, 2.5), (2, 4, 4.5), (4, 4, 4.5)]);
        assert_eq!(ranked([], |_, _| Ordering::Equal), []);
    }
}
