//! Fixtures of the room's tests.
//!
//! Owns the two golden rankings (36 windows of 5 agents, from the golden file of the project; "with ties" are
//! the same scores rounded) and the comparisons. Never compiled into the program.

/// Competition ranks, ties included.
pub(super) fn ranks_with_ties() -> Vec<Vec<u32>> {
    WITH_TIES.iter().map(|row| row.to_vec()).collect()
}

/// Ranks without ties.
pub(super) fn ranks_no_ties() -> Vec<Vec<u32>> {
    NO_TIES.iter().map(|row| row.to_vec()).collect()
}

/// A square matrix of counts.
pub(super) fn matrix<const N: usize>(rows: [[u32; N]; N]) -> Vec<Vec<f64>> {
    rows.iter().map(|row| row.iter().map(|&x| f64::from(x)).collect()).collect()
}

/// The same windows with the agents in another order: agent `order[place]` comes to `place`.
pub(super) fn permuted(ranks: &[Vec<u32>], order: &[usize]) -> Vec<Vec<u32>> {
    ranks.iter().map(|row| order.iter().map(|&agent| row[agent]).collect()).collect()
}

/// Equal within the relative `tolerance`, or 1e-12 if that is more.
#[track_caller]
pub(super) fn assert_near(found: f64, expected: f64, tolerance: f64) {
    let off = (found - expected).abs();
    assert!(off <= (tolerance * expected.abs()).max(1e-12), "{found} is not {expected} (off by {off:e})");
}

/// All equal within `tolerance`.
#[track_caller]
pub(super) fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    found.iter().zip(expected).for_each(|(&found, &expected)| assert_near(found, expected, tolerance));
}

#[rustfmt::skip]
const WITH_TIES: [[u32; 5]; 36] = [
    [1, 0, 3, 3, 1], [1, 0, 3, 4, 2], [0, 0, 3, 4, 2], [0, 0, 2, 2, 4], [1, 0, 3, 1, 4], [1, 3, 2, 0, 4],
    [2, 1, 0, 4, 2], [1, 1, 0, 1, 1], [1, 1, 1, 0, 4], [0, 0, 3, 0, 4], [1, 3, 2, 0, 4], [3, 1, 1, 0, 4],
    [0, 2, 2, 0, 4], [0, 1, 1, 4, 3], [3, 1, 0, 2, 3], [3, 1, 3, 2, 0], [0, 0, 2, 3, 3], [0, 1, 2, 3, 4],
    [4, 0, 0, 2, 2], [1, 0, 3, 4, 1], [0, 2, 1, 4, 2], [1, 1, 3, 3, 0], [3, 1, 4, 0, 1], [0, 3, 4, 0, 0],
    [1, 0, 3, 1, 4], [1, 3, 0, 1, 4], [0, 3, 1, 4, 2], [3, 0, 3, 2, 1], [0, 0, 0, 4, 0], [1, 0, 1, 4, 1],
    [0, 0, 2, 3, 4], [1, 1, 0, 4, 3], [1, 0, 2, 3, 4], [0, 1, 2, 2, 2], [1, 2, 4, 0, 2], [0, 0, 3, 2, 4],
];

#[rustfmt::skip]
const NO_TIES: [[u32; 5]; 36] = [
    [2, 0, 4, 3, 1], [1, 0, 3, 4, 2], [1, 0, 3, 4, 2], [1, 0, 2, 3, 4], [2, 0, 3, 1, 4], [1, 3, 2, 0, 4],
    [3, 1, 0, 4, 2], [2, 1, 0, 4, 3], [2, 1, 3, 0, 4], [2, 1, 3, 0, 4], [1, 3, 2, 0, 4], [3, 1, 2, 0, 4],
    [1, 3, 2, 0, 4], [0, 1, 2, 4, 3], [3, 1, 0, 2, 4], [3, 1, 4, 2, 0], [0, 1, 2, 4, 3], [0, 1, 2, 3, 4],
    [4, 0, 1, 2, 3], [1, 0, 3, 4, 2], [0, 3, 1, 4, 2], [1, 2, 3, 4, 0], [3, 2, 4, 0, 1], [1, 3, 4, 2, 0],
    [2, 0, 3, 1, 4], [2, 3, 0, 1, 4], [0, 3, 1, 4, 2], [4, 0, 3, 2, 1], [1, 2, 0, 4, 3], [1, 0, 3, 4, 2],
    [0, 1, 2, 3, 4], [2, 1, 0, 4, 3], [1, 0, 2, 3, 4], [0, 1, 4, 3, 2], [1, 2, 4, 0, 3], [1, 0, 3, 2, 4],
];
