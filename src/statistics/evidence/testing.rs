//! Helpers of this room's tests: comparison as the reference file asks, seeded noise, small panels.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::panel::Panel;

/// Equal at relative `1e-9` or absolute `1e-12`.
pub fn close(found: f64, expected: f64) {
    let gap = (found - expected).abs();
    assert!(gap <= 1e-12 || gap <= 1e-9 * expected.abs(), "{found} is not {expected}");
}

/// Seeded standard normal draws (Box and Muller 1958).
pub fn noise(seed: u64, count: usize) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut draw = || {
        let (u, v): (f64, f64) = (1.0 - rng.random::<f64>(), rng.random());
        (-2.0 * u.ln()).sqrt() * (2.0 * std::f64::consts::PI * v).cos()
    };
    (0..count).map(|_| draw()).collect()
}

/// A panel of independent noise, each column with its own mean.
pub fn noisy(seed: u64, rows: usize, means: &[f64]) -> Panel {
    let draws = noise(seed, rows * means.len());
    let shifted = means.iter().zip(draws.chunks(rows));
    Panel::new(shifted.map(|(mean, column)| column.iter().map(|draw| draw + mean).collect()).collect())
        .unwrap()
}
