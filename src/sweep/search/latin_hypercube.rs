//! Latin hypercube sampling (McKay, Beckman and Conover 1979): with n points, each axis is divided into n
//! equal parts, each of which contains exactly one point.
//!
//! Where the conditions exclude points, or points coincide, further designs of n points follow.

use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::contract::{PointBatch, PointResult, Search, stream};
use crate::domain::Seed;
use crate::sweep::Point;

/// Draws one design after another.
#[derive(Debug)]
pub(super) struct LatinHypercube {
    dimensions: usize,
    size: usize,
    random: ChaCha8Rng,
    left: Vec<Point>,
}

impl LatinHypercube {
    /// Designs of `size` points.
    pub fn new(dimensions: usize, size: usize, seed: Seed) -> Self {
        Self { dimensions, size, random: stream(seed, "latin_hypercube"), left: Vec::new() }
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^53 points")]
    fn design(&mut self) -> Vec<Point> {
        let mut points = vec![Point::with_capacity(self.dimensions); self.size];
        for _ in 0..self.dimensions {
            let mut parts: Vec<usize> = (0..self.size).collect();
            parts.shuffle(&mut self.random);
            for (point, part) in points.iter_mut().zip(parts) {
                let within: f64 = self.random.random();
                point.push((part as f64 + within) / self.size as f64);
            }
        }
        // Points are popped from the end.
        points.reverse();
        points
    }
}

impl Search for LatinHypercube {
    fn ask(&mut self, most: usize) -> PointBatch {
        if self.left.is_empty() && most > 0 {
            self.left = self.design();
        }
        let rest = self.left.len().saturating_sub(most);
        let mut points = self.left.split_off(rest);
        points.reverse();
        PointBatch { points, windows: None }
    }

    fn tell(&mut self, _: Vec<PointResult>) {}
}
