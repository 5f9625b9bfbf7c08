//! From scores to places.
//!
//! Owns competition ranking with missing scores. Never decides which metric is scored or whether more of it
//! is better: the caller negates a metric where less is better. Invariant: equal scores share a place.

use super::error::RatingError;

/// Competition ranks of one window's scores: 0 = best, equal scores share the better place and the places
/// after them are skipped. `None` and NaN rank last, together.
#[must_use]
pub fn competition_ranks(scores: &[Option<f64>]) -> Vec<u32> {
    let key = |score: &Option<f64>| score.filter(|value| !value.is_nan());
    let beats = |other: Option<f64>, own: Option<f64>| match (other, own) {
        (Some(other), Some(own)) => other > own,
        (Some(_), None) => true,
        (None, _) => false,
    };
    scores
        .iter()
        .map(|own| {
            let better = scores.iter().filter(|other| beats(key(other), key(own))).count();
            u32::try_from(better).unwrap_or(u32::MAX)
        })
        .collect()
}

/// Ranks of every window (windows x agents) from a score matrix (agents x windows).
///
/// # Errors
/// [`RatingError::NoAgents`], [`RatingError::NoWindows`], [`RatingError::Ragged`].
pub fn window_ranks(scores: &[Vec<Option<f64>>]) -> Result<Vec<Vec<u32>>, RatingError> {
    let windows = scores.first().ok_or(RatingError::NoAgents)?.len();
    check_width(scores, windows)?;
    if windows == 0 {
        return Err(RatingError::NoWindows);
    }
    let column = |window: usize| scores.iter().map(|agent| agent[window]).collect::<Vec<_>>();
    Ok((0..windows).map(|window| competition_ranks(&column(window))).collect())
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
    fn equal_scores_share_the_better_place_and_missing_ones_rank_last() {
        let scores = [Some(1.0), None, Some(3.0), Some(1.0), Some(f64::NAN), Some(-7.0)];
        // 3.0 first; two 1.0 share place 1; -7.0 after them; the missing ones share the last place.
        assert_eq!(competition_ranks(&scores), [1, 4, 0, 1, 4, 3]);
    }

    #[test]
    fn both_zeros_are_equal() {
        assert_eq!(competition_ranks(&[Some(0.0), Some(-0.0)]), [0, 0]);
    }

    #[test]
    fn the_matrix_is_turned() {
        let scores = vec![vec![Some(1.0), Some(5.0)], vec![Some(2.0), None]];
        assert_eq!(window_ranks(&scores), Ok(vec![vec![1, 0], vec![0, 1]]));
    }

    #[test]
    fn bad_shapes_are_told() {
        assert_eq!(window_ranks(&[]), Err(RatingError::NoAgents));
        assert_eq!(window_ranks(&[vec![], vec![]]), Err(RatingError::NoWindows));
        let ragged = vec![vec![Some(1.0)], vec![]];
        assert_eq!(window_ranks(&ragged), Err(RatingError::Ragged { row: 1, found: 0, expected: 1 }));
        assert_eq!(agent_count(&[]), Err(RatingError::NoWindows));
        assert_eq!(agent_count(&[vec![]]), Err(RatingError::NoAgents));
        assert_eq!(agent_count(&[vec![0, 1], vec![0, 1]]), Ok(2));
    }
}
