//! How a bootstrap statistic becomes a p-value. Owns the choice between our rule and the one of `arch`.

use super::numeric::real;

/// Which definition of a bootstrap test is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Convention {
    /// Studentised statistics, `p = (1 + #{simulated >= observed}) / (B + 1)`: never 0, and valid for any
    /// number of resamples (Davison and Hinkley 1997, section 4.2).
    #[default]
    Standard,
    /// As `arch` 8.0.0 computes it: superiority tests without studentisation, `p = #{simulated > observed} /
    /// B`.
    Arch,
}

impl Convention {
    /// The p-value of an observed statistic among simulated ones.
    pub(super) fn p_value(self, simulated: &[f64], observed: f64) -> f64 {
        let count = |exceeds: &dyn Fn(f64) -> bool| real(simulated.iter().filter(|&&s| exceeds(s)).count());
        match self {
            Self::Standard => (1.0 + count(&|s| s >= observed)) / (real(simulated.len()) + 1.0),
            Self::Arch => count(&|s| s > observed) / real(simulated.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_added_and_equals_count() {
        let simulated = [1.0, 2.0, 2.0, 3.0];
        // Three of four reach 2: (1 + 3) / 5. Only one exceeds it: 1 / 4.
        assert_eq!(Convention::Standard.p_value(&simulated, 2.0), 0.8);
        assert_eq!(Convention::Arch.p_value(&simulated, 2.0), 0.25);
        assert_eq!(Convention::Standard.p_value(&simulated, 9.0), 0.2);
        assert_eq!(Convention::Arch.p_value(&simulated, 9.0), 0.0);
    }
}
