//! Elo ratings, updated window by window.
//!
//! Model (Elo 1978): after a window every agent gains `k` times (score - expected score) summed over its
//! opponents, all at their ratings before the window. Owns the update. Never judges: Elo depends on the order
//! of windows and has no error bar of its own. Invariant: the sum of all ratings does not change.
//!
//! Own code: `skillratings::elo::elo_rating_period` moves the player after each opponent, so its result
//! depends on the order of agents and the sum of ratings drifts.

use std::cmp::Ordering;

use super::error::RatingError;
use super::ranks::{agent_count, among_present};
use super::scale::expected_score;

/// Settings of Elo.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EloConfig {
    /// Rating of everybody before the first window.
    pub initial: f64,
    /// Points a win against an equal is worth twice.
    pub k: f64,
}

impl Default for EloConfig {
    fn default() -> Self {
        Self { initial: 1500.0, k: 32.0 }
    }
}

/// Ratings after the last window; `ranks` is windows x agents, 0 = best, windows in order of time.
///
/// # Errors
/// A bad shape.
pub fn rate_elo(ranks: &[Vec<u32>], config: &EloConfig) -> Result<Vec<f64>, RatingError> {
    let start = vec![config.initial; agent_count(ranks)?];
    let after = |ratings: Vec<f64>, row: &Vec<u32>| {
        among_present(&ratings, row, |ratings, row| after_window(ratings, row, config.k))
    };
    Ok(ranks.iter().fold(start, after))
}

/// Opponents are taken from the weakest to the strongest, so that sums do not depend on the order of agents.
fn after_window(ratings: &[f64], row: &[u32], k: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&a, &b| ratings[a].total_cmp(&ratings[b]).then(row[a].cmp(&row[b])));
    let opponents: Vec<(f64, u32)> = order.iter().map(|&agent| (ratings[agent], row[agent])).collect();
    let surprise = |own: usize, (rating, rank): (f64, u32)| {
        score(row[own], rank) - expected_score(ratings[own] - rating)
    };
    let mut updated = ratings.to_vec();
    for (index, &own) in order.iter().enumerate() {
        let others = opponents[..index].iter().chain(&opponents[index + 1..]);
        updated[own] += k * others.map(|&other| surprise(own, other)).sum::<f64>();
    }
    updated
}

/// 1 for the better rank, half for a tie.
pub(super) fn score(own: u32, other: u32) -> f64 {
    match own.cmp(&other) {
        Ordering::Less => 1.0,
        Ordering::Equal => 0.5,
        Ordering::Greater => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{assert_close, assert_near, permuted, ranks_with_ties};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Equals: the winner gains 32 * (1 - 1/2) = 16. Then 1516 loses to 1484:
        // expected 1 / (1 + 10^(-32/400)) = 0.5459219, so both move 17.4695.
        let config = EloConfig::default();
        assert_close(&rate_elo(&[vec![0, 1]], &config).unwrap(), &[1516.0, 1484.0], 1e-14);
        let expected = 1.0 / (1.0 + 10.0_f64.powf(-0.08));
        assert_near(expected, 0.545_921_9, 1e-6);
        let back = rate_elo(&[vec![0, 1], vec![1, 0]], &config).unwrap();
        assert_close(&back, &[1516.0 - 32.0 * expected, 1484.0 + 32.0 * expected], 1e-14);
    }

    #[test]
    fn a_tie_of_equals_changes_no_rating_and_three_play_two_games_each() {
        let config = EloConfig { initial: 0.0, k: 10.0 };
        assert_eq!(rate_elo(&[vec![0, 0]], &config).unwrap(), [0.0, 0.0]);
        assert_eq!(rate_elo(&[vec![0, 1, 2]], &config).unwrap(), [10.0, 0.0, -10.0]);
        assert_eq!(rate_elo(&[vec![0]], &config).unwrap(), [0.0]);
        assert_eq!(rate_elo(&[], &config), Err(RatingError::NoWindows));
    }

    #[test]
    fn the_sum_is_kept() {
        let ratings = rate_elo(&ranks_with_ties(), &EloConfig::default()).unwrap();
        assert_near(ratings.iter().sum::<f64>(), 7500.0, 1e-12);
        assert!(ratings[1] > ratings[4]);
    }

    proptest! {
        #[test]
        fn order_and_copies_to_the_bit(
            rows in prop::collection::vec(prop::collection::vec(0_u32..5, 4), 1..12),
            order in Just((0..5).collect::<Vec<usize>>()).prop_shuffle(),
        ) {
            let rows: Vec<Vec<u32>> = rows.into_iter().map(|mut r| { r.push(r[0]); r }).collect();
            let plain = rate_elo(&rows, &EloConfig::default()).unwrap();
            let moved = rate_elo(&permuted(&rows, &order), &EloConfig::default()).unwrap();
            prop_assert_eq!(plain[0].to_bits(), plain[4].to_bits());
            for (index, &agent) in order.iter().enumerate() {
                prop_assert_eq!(moved[index].to_bits(), plain[agent].to_bits());
            }
        }
    }
}
