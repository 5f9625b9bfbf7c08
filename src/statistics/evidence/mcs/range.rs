//! The range test of one set after the other, each a column smaller than the one before.
//!
//! The largest studentised difference of a pair is looked for once in every resample, and again only where one of
//! that pair has been eliminated since: quadratic in the columns over the whole elimination, where looking each time
//! would be cubic. Invariant: the p-values are those of looking each time, on any number of threads.

use rayon::prelude::*;

use super::losses::{Losses, Worst};
use crate::statistics::evidence::convention::Convention;
use crate::statistics::evidence::numeric::real;

/// Resamples that share one pass over the pairs' errors.
const TOGETHER: usize = 16;

/// A pair with its studentised difference.
#[derive(Debug, Clone, Copy)]
struct Pair {
    size: f64,
    a: usize,
    b: usize,
}

/// What is known of the set that was tested last.
pub(super) struct Range<'a> {
    losses: &'a Losses,
    /// One over the pair's standard error; 0 where no resample changes the difference.
    inverse: Vec<Vec<f64>>,
    /// Deviations, one row a resample.
    rows: Vec<Vec<f64>>,
    /// The widest pair of each resample.
    widest: Vec<Pair>,
    /// Of each column the largest statistic against another, and against which.
    worst: Vec<Option<(f64, usize)>>,
    members: Vec<bool>,
}

impl<'a> Range<'a> {
    /// Of all columns.
    pub(super) fn new(losses: &'a Losses) -> Self {
        let width = losses.means.len();
        let inverse: Vec<Vec<f64>> = (0..width)
            .into_par_iter()
            .map(|i| (0..width).map(|j| losses.inverse_error(i.max(j), i.min(j))).collect())
            .collect();
        let rows: Vec<Vec<f64>> = (0..losses.resamples)
            .map(|b| losses.deviations.iter().map(|column| column[b]).collect())
            .collect();
        let widest =
            rows.par_chunks(TOGETHER).flat_map_iter(|rows| widest(rows, &inverse, &all(width))).collect();
        Self { losses, inverse, rows, widest, worst: vec![None; width], members: vec![true; width] }
    }

    /// Tests this set, which must hold no column that the last one did not.
    pub(super) fn test(&mut self, set: &[usize], convention: Convention) -> Worst {
        self.shrink(set);
        let (mut index, mut statistic) = (0, f64::NEG_INFINITY);
        for (at, &column) in set.iter().enumerate() {
            let found = self.worst[column].map_or(f64::NEG_INFINITY, |(found, _)| found);
            if found > statistic {
                (index, statistic) = (at, found);
            }
        }
        let simulated: Vec<f64> = self.widest.iter().map(|pair| pair.size).collect();
        Worst { index, p_value: self.losses.p_value(&simulated, statistic, convention) }
    }

    /// Forgets the columns that are no longer in the set, and what was known through them.
    fn shrink(&mut self, set: &[usize]) {
        self.members.fill(false);
        set.iter().for_each(|&column| self.members[column] = true);
        let (members, rows, inverse) = (&self.members, &self.rows, &self.inverse);
        self.widest.par_iter_mut().zip(rows).for_each(|(pair, row)| {
            if !(members[pair.a] && members[pair.b]) {
                *pair = widest(std::slice::from_ref(row), inverse, set)[0];
            }
        });
        for &a in set {
            if self.worst[a].is_none_or(|(_, b)| !self.members[b]) {
                self.worst[a] = self.against(a, set);
            }
        }
    }

    /// The largest statistic of a column against another of the set, the first of equals.
    fn against(&self, a: usize, set: &[usize]) -> Option<(f64, usize)> {
        let means = &self.losses.means;
        let mut found: Option<(f64, usize)> = None;
        for &b in set.iter().filter(|&&b| b != a) {
            let gap = means[a] - means[b];
            let statistic = match (gap, self.inverse[a][b]) {
                (0.0, _) => 0.0,
                (gap, 0.0) => gap * f64::INFINITY,
                (gap, inverse) => gap * inverse,
            };
            if found.is_none_or(|(most, _)| statistic > most) {
                found = Some((statistic, b));
            }
        }
        found
    }
}

fn all(width: usize) -> Vec<usize> {
    (0..width).collect()
}

/// The widest pair of each of these rows among the columns of a set.
fn widest(rows: &[Vec<f64>], inverse: &[Vec<f64>], set: &[usize]) -> Vec<Pair> {
    let mut found = vec![Pair { size: 0.0, a: set[0], b: set[0] }; rows.len()];
    let whole = set.len() == inverse.len();
    for (index, &a) in set.iter().enumerate() {
        for (pair, row) in found.iter_mut().zip(rows) {
            let size = |b: usize| (row[a] - row[b]).abs() * inverse[a][b];
            let most = if whole {
                row[..a].iter().zip(&inverse[a]).fold(0.0_f64, |most, (other, inverse)| {
                    let size = (row[a] - other).abs() * inverse;
                    if size > most { size } else { most }
                })
            } else {
                set[..index].iter().fold(0.0_f64, |most, &b| most.max(size(b)))
            };
            if most > pair.size {
                let b = set[..index].iter().copied().find(|&b| size(b) == most).unwrap_or(a);
                *pair = Pair { size: most, a, b };
            }
        }
    }
    found
}

impl Losses {
    /// One over the root mean square of the pair's difference over the resamples; 0 where that is 0.
    fn inverse_error(&self, i: usize, j: usize) -> f64 {
        let mut parts = [0.0; 4];
        let (a, b) = (&self.deviations[i], &self.deviations[j]);
        for (index, (x, y)) in a.iter().zip(b).enumerate() {
            parts[index % 4] += (x - y) * (x - y);
        }
        let squares: f64 = parts.iter().sum();
        if squares > 0.0 { (real(self.resamples) / squares).sqrt() } else { 0.0 }
    }
}
