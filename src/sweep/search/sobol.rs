//! Sobol sequence: a low-discrepancy sequence that covers the cube more evenly than random points.
//!
//! The points are from Joe and Kuo's direction numbers (the `sobol` crate), with a random digital shift per
//! dimension from the seed. A digital shift preserves the equidistribution of every power of two of points;
//! another seed gives other points.

use rand::RngExt;
use sobol::Sobol;
use sobol::params::JoeKuoD6;

use super::contract::{PointBatch, PointResult, Search, stream};
use crate::domain::Seed;
use crate::sweep::Point;

/// 2^32: 32 binary digits are shifted.
const UNIT: f64 = 4_294_967_296.0;

/// The sequence without a shift, starting with the origin. At most 100 dimensions.
pub fn sobol_points(dimensions: usize) -> impl Iterator<Item = Point> {
    Sobol::<f64>::new(dimensions, &JoeKuoD6::minimal())
}

/// The shifted sequence.
pub(super) struct Shifted {
    points: Sobol<f64>,
    shift: Vec<u32>,
}

impl Shifted {
    /// Shifted by bits from a seed.
    pub fn new(dimensions: usize, seed: Seed) -> Self {
        let mut random = stream(seed, "sobol");
        Self {
            points: Sobol::new(dimensions, &JoeKuoD6::minimal()),
            shift: (0..dimensions).map(|_| random.random()).collect(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to under 2^32")]
fn shifted(at: f64, shift: u32) -> f64 {
    f64::from((at * UNIT) as u32 ^ shift) / UNIT
}

impl Search for Shifted {
    fn ask(&mut self, most: usize) -> PointBatch {
        let shift = &self.shift;
        let moved = |point: Point| point.iter().zip(shift).map(|(&at, &by)| shifted(at, by)).collect();
        PointBatch { points: self.points.by_ref().take(most).map(moved).collect(), windows: None }
    }

    fn tell(&mut self, _: Vec<PointResult>) {}
}
