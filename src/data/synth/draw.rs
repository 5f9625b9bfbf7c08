//! Random numbers that are the same on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Degrees of freedom of the fat-tailed shocks: kurtosis 9, as in hourly returns of real markets.
const DEGREES_OF_FREEDOM: u32 = 5;
/// Largest absolute shock, in standard deviations.
const MAX_SHOCK: f64 = 8.0;

/// A random stream.
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream for a key.
    pub fn new(key: [u8; 32]) -> Self {
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Uniform in `[0, 1)`, from the upper 53 bits.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.0.next_u64() >> 11) as f64 * STEP
    }

    /// Standard normal, by the Box-Muller transform.
    pub fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// Student's t scaled to unit variance, clamped to eight standard deviations.
    pub fn shock(&mut self) -> f64 {
        let freedom = f64::from(DEGREES_OF_FREEDOM);
        let chi_squared: f64 = (0..DEGREES_OF_FREEDOM).map(|_| self.normal()).map(|z| z * z).sum();
        let scale = libm::sqrt((freedom - 2.0) / chi_squared.max(1e-12));
        (self.normal() * scale).clamp(-MAX_SHOCK, MAX_SHOCK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut stream = Stream::new([7; 32]);
        let draws = 100_000;
        let moments = |values: Vec<f64>| {
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
            let fourth = values.iter().map(|v| (v - mean).powi(4)).sum::<f64>() / n;
            (mean, variance, fourth / (variance * variance))
        };
        let (mean, variance, kurtosis) = moments((0..draws).map(|_| stream.normal()).collect());
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.02 && (kurtosis - 3.0).abs() < 0.1);
        let (mean, variance, kurtosis) = moments((0..draws).map(|_| stream.shock()).collect());
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
        assert!(kurtosis > 5.0, "fat tails: {kurtosis}");
    }
}
