//! Random search: points drawn independently.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::contract::{PointBatch, PointResult, Search, stream};
use crate::domain::Seed;

/// Draws an unlimited number of points.
#[derive(Debug)]
pub(super) struct Random {
    dimensions: usize,
    random: ChaCha8Rng,
}

impl Random {
    /// A search with its own random stream.
    pub fn new(dimensions: usize, seed: Seed) -> Self {
        Self { dimensions, random: stream(seed, "random") }
    }
}

impl Search for Random {
    fn ask(&mut self, most: usize) -> PointBatch {
        let mut point = || (0..self.dimensions).map(|_| self.random.random()).collect();
        PointBatch { points: (0..most).map(|_| point()).collect(), windows: None }
    }

    fn tell(&mut self, _: Vec<PointResult>) {}
}
