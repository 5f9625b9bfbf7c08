//! Competition ranks from scores.
//!
//! Owns competition ranking with absent scores. Never decides which metric is scored or whether more of it is
//! better: the caller turns the sign where less is better. Invariant: equal scores share a rank; an agent without a
//! score has none.

use super::error::RatingError;
use crate::metrics::Score;
use crate::statistics::ranked;

/// The rank of an agent that has no score in a window: it has no opponents there.
pub const ABSENT: u32 = u32::MAX;

/// Competition ranks of one window's scores: 0 = best, equal scores share the better rank and the ranks
/// after them are skipped. [`ABSENT`] where there is no score.
#[must_use]
pub fn competition_ranks(scores: &[Score]) -> Vec<u32> {
    let present = (0..scores.len()).filter(|&agent| !scores[agent].is_absent());
    let mut ranks = vec![ABSENT; scores.len()];
    for row in ranked(present, |a, b| scores[a].better_first(&scores[b])) {
        ranks[row.index] = row.above;
    }
    ranks
}

/// The agents that took part in a window.
pub(super) fn present(row: &[u32]) -> Vec<usize> {
    (0..row.len()).filter(|&agent| row[agent] != ABSENT).collect()
}

/// What a window makes of the ratings of those that took part; the others keep theirs. `update` gets ratings and
/// ranks of these alone.
pub(super) fn among_present<T: Clone>(
    ratings: &[T],
    row: &[u32],
    update: impl FnOnce(&[T], &[u32]) -> Vec<T>,
) -> Vec<T> {
    let present = present(row);
    if present.len() == row.len() {
        return update(ratings, row);
    }
    let those: Vec<T> = present.iter().map(|&agent| ratings[agent].clone()).collect();
    let ranks: Vec<u32> = present.iter().map(|&agent| row[agent]).collect();
    let mut updated = ratings.to_vec();
    if !present.is_empty() {
        let new = update(&those, &ranks);
        present.iter().zip(new).for_each(|(&agent, rating)| updated[agent] = rating);
    }
    updated
}

/// The number of agents of a windows x agents matrix of ranks.
pub(super) fn agent_count(ranks: &[Vec<u32>]) -> Result<usize, RatingError> {
    let agents = ranks.first().ok_or(RatingError::NoWindows)?.len();
    if agents == 0 {
        return Err(RatingError::NoAgents);
    }
    check_width(ranks, agents)?;
    Ok(agents)
}

/// Every row must be `expected` long.
pub(super) fn check_width<T>(rows: &[Vec<T>], expected: usize) -> Result<(), RatingError> {
    match rows.iter().position(|row| row.len() != expected) {
        Some(row) => Err(RatingError::Ragged { row, found: rows[row].len(), expected }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_scores_share_the_better_rank_and_absent_ones_have_none() {
        let scores =
            [Some(1.0), None, Some(3.0), Some(1.0), Some(f64::INFINITY), Some(-7.0)].map(Score::from);
        // Infinity first, then 3.0; two 1.0 share rank 2; -7.0 after them.
        assert_eq!(competition_ranks(&scores), [2, ABSENT, 1, 2, 0, 4]);
        assert_eq!(present(&competition_ranks(&scores)), [0, 2, 3, 4, 5]);
    }

    #[test]
    fn both_zeros_are_equal() {
        assert_eq!(competition_ranks(&[Score::of(0.0), Score::of(-0.0)]), [0, 0]);
    }

    #[test]
    fn bad_shapes_are_errors() {
        let ragged = agent_count(&[vec![0, 1], vec![0]]);
        assert_eq!(ragged, Err(RatingError::Ragged { row: 1, found: 1, expected: 2 }));
        assert_eq!(agent_count(&[]), Err(RatingError::NoWindows));
        assert_eq!(agent_count(&[vec![]]), Err(RatingError::NoAgents));
        assert_eq!(agent_count(&[vec![0, 1], vec![0, 1]]), Ok(2));
    }
}
