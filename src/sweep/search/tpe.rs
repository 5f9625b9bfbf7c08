//! Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio and Kegl 2011), from the `tpe` crate: for
//! each parameter independently, it samples where good trials are dense and bad ones are not.
//!
//! The first batch, and at least ten points, are drawn independently. Each further batch uses the densities
//! of all batches before it.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tpe::TpeOptimizer;

use super::contract::{PointBatch, PointResult, Search, stream};
use crate::domain::Seed;
use crate::metrics::Score;
use crate::sweep::{Point, Space};

/// Number of points drawn independently before the first density.
const FIRST: usize = 10;

/// All results so far.
#[derive(Debug)]
pub(super) struct Tpe {
    /// For each axis, its number of categories; `None` for numbers.
    axes: Vec<Option<usize>>,
    random: ChaCha8Rng,
    results: Vec<PointResult>,
}

impl Tpe {
    /// Without any result.
    pub fn new(space: &Space<'_>, seed: Seed) -> Self {
        let axes = (0..space.dimensions()).map(|axis| space.categories(axis)).collect();
        Self { axes, random: stream(seed, "tpe"), results: Vec::new() }
    }

    /// The cost of each point so far; lower is better, and the worst is assigned to points that were excluded
    /// or have no score.
    fn costs(&self) -> Vec<f64> {
        let cost = |results: &PointResult| {
            results.score.and_then(Score::value).map_or(f64::INFINITY, |score| -score)
        };
        self.results.iter().map(cost).collect()
    }

    /// `most` values for one axis; `None` where there is no density.
    fn column(&mut self, axis: usize, costs: &[f64], most: usize) -> Option<Vec<f64>> {
        let categories = self.axes[axis];
        let size = categories.map_or(1.0, real);
        let estimator =
            if categories.is_some() { tpe::histogram_estimator() } else { tpe::parzen_estimator() };
        let mut optimizer = TpeOptimizer::new(estimator, tpe::range(0.0, size).ok()?);
        for (results, &cost) in self.results.iter().zip(costs) {
            optimizer.tell(results.point[axis] * size, cost).ok()?;
        }
        let draw = |_| {
            let at = optimizer.ask(&mut self.random).ok()?;
            // The index of a category becomes the centre of its part of the axis.
            Some(if categories.is_some() { (at + 0.5) / size } else { at })
        };
        (0..most).map(draw).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a handful of words")]
fn real(count: usize) -> f64 {
    count as f64
}

impl Search for Tpe {
    fn ask(&mut self, most: usize) -> PointBatch {
        let dimensions = self.axes.len();
        if self.results.len() < FIRST {
            let mut point = || (0..dimensions).map(|_| self.random.random()).collect();
            return PointBatch { points: (0..most).map(|_| point()).collect(), windows: None };
        }
        let costs = self.costs();
        let columns: Vec<Vec<f64>> =
            (0..dimensions).filter_map(|axis| self.column(axis, &costs, most)).collect();
        let point = |row: usize| -> Point { columns.iter().map(|column| column[row]).collect() };
        let points = if columns.len() == dimensions { (0..most).map(point).collect() } else { Vec::new() };
        PointBatch { points, windows: None }
    }

    fn tell(&mut self, results: Vec<PointResult>) {
        self.results.extend(results);
    }
}
