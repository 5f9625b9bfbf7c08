//! A belief about an agent's skill.
//!
//! Owns the type shared by the Gaussian rating systems. Never decides how beliefs move. Invariant: `sigma`
//! is positive.

/// Skill believed to be normal with mean `mu` and standard deviation `sigma`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    /// Mean of the distribution.
    pub mu: f64,
    /// Standard deviation of the distribution.
    pub sigma: f64,
}

impl Gaussian {
    /// The prior of TrueSkill and openskill: 25 +- 25/3.
    pub const PRIOR: Self = Self { mu: 25.0, sigma: 25.0 / 3.0 };

    /// A rating that skill exceeds with about 99.9 %: `mu - 3 sigma`.
    #[must_use]
    pub fn conservative(&self) -> f64 {
        3.0_f64.mul_add(-self.sigma, self.mu)
    }

    /// Skill wanders by a standard deviation of `tau` before each window.
    pub(super) fn widened(self, tau: f64) -> Self {
        Self { mu: self.mu, sigma: self.sigma.mul_add(self.sigma, tau * tau).sqrt() }
    }

    /// Variance of the distribution.
    pub(super) fn variance(&self) -> f64 {
        self.sigma * self.sigma
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prior_alone_has_no_information() {
        assert!(Gaussian::PRIOR.conservative().abs() < 1e-12);
        // 3, 4, 5.
        let wide = Gaussian { mu: 1.0, sigma: 3.0 }.widened(4.0);
        assert!((wide.sigma - 5.0).abs() < 1e-15 && (wide.variance() - 25.0).abs() < 1e-13);
    }
}
