//! Normal deviates that are the same on every machine.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// One standard normal deviate, by Box and Muller (1958).
pub(super) fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (radius, angle): (f64, f64) = (1.0 - random.random::<f64>(), random.random());
    (-2.0 * libm::log(radius)).sqrt() * libm::cos(std::f64::consts::TAU * angle)
}
