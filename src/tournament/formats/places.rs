//! Final places of a format by its sort keys: equals share a place, and the next places are skipped.

use std::cmp::Ordering;

use super::Field;
use crate::statistics;

/// Agents with their places from 1, best first by `order`; equals share a place and stand by name.
pub(super) fn places(
    field: &Field,
    agents: impl IntoIterator<Item = usize>,
    order: impl Fn(usize, usize) -> Ordering,
) -> Vec<(u32, usize)> {
    let mut agents: Vec<usize> = agents.into_iter().collect();
    agents.sort_by(|&a, &b| field.name(a).cmp(field.name(b)));
    statistics::ranked(agents, order).into_iter().map(|row| (row.rank(), row.index)).collect()
}

/// The larger first. The numbers are finite.
pub(super) fn larger_first(a: f64, b: f64) -> Ordering {
    statistics::by_size(b, a)
}

#[cfg(test)]
mod tests {
    use super::super::testing::field;
    use super::*;

    #[test]
    fn equals_share_and_stand_by_name() {
        let scores: &[Option<f64>] = &[Some(0.0)];
        let field = field(&[("d", scores), ("c", scores), ("b", scores), ("a", scores)]);
        let points = [1.0, 5.0, 5.0, 3.0];
        let placed = places(&field, 0..4, |a, b| larger_first(points[a], points[b]));
        assert_eq!(placed, [(1, 2), (1, 1), (3, 3), (4, 0)]);
    }
}
