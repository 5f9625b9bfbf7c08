//! When a winner is called, and what is said when none is.
//!
//! The leader is called the winner only if it beats every other agent in a two-sided test: the largest of those
//! p-values is under alpha. Testing the observed leader one-sided would claim twice as often as it says. Owns the
//! rule; the tests are in [`influence`](super::Influence).

use super::influence::Studentised;
use super::numeric::{normal_quantile, real};

/// Under this many windows nothing is called, unless a rule says otherwise.
pub const MINIMUM_WINDOWS: usize = 20;

/// With this probability the named number of windows would resolve a difference as large as the observed one.
const POWER: f64 = 0.8;

/// When a winner is called.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallingRule {
    /// The largest share of tournaments among equals in which a winner may be called; over 0 and under 1.
    pub alpha: f64,
    /// Under this many windows nothing is called.
    pub minimum_windows: usize,
}

impl Default for CallingRule {
    /// Alpha 0.05 and [`MINIMUM_WINDOWS`].
    fn default() -> Self {
        Self { alpha: 0.05, minimum_windows: MINIMUM_WINDOWS }
    }
}

impl CallingRule {
    /// About how many windows would show a difference as large as the observed one, at this alpha and with power
    /// 0.8: `n ((z_{1 - alpha/2} + z_power) / t)^2`, at least the minimum; `None` for no difference. Optimistic: the
    /// leader was picked for its lead.
    pub fn windows_needed(&self, test: &Studentised, windows: usize) -> Option<u64> {
        if test.value <= 0.0 {
            return None;
        }
        let quantiles = normal_quantile(1.0 - self.alpha / 2.0) + normal_quantile(POWER);
        let ratio = test.statistic().map_or(0.0, |statistic| quantiles / statistic);
        let windows = (real(windows) * ratio * ratio).ceil().max(real(self.minimum_windows));
        // Beyond 2^53 the difference is rounding: no number of windows is meaningful.
        (windows < 9e15).then_some(windows as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Influence;
    use super::super::testing::noise;
    use super::*;

    const RULE: CallingRule = CallingRule { alpha: 0.05, minimum_windows: MINIMUM_WINDOWS };

    fn test(seed: u64, windows: usize, lead: f64) -> Studentised {
        let draws = noise(seed, 2 * windows);
        let better: Vec<f64> = draws[..windows].iter().map(|draw| draw + lead).collect();
        Influence::of_mean(&better).unwrap().less(&Influence::of_mean(&draws[windows..]).unwrap())
    }

    #[test]
    fn the_reported_number_of_windows_has_its_stated_power() {
        // Difference 0.5 of two agents with deviation 1: sqrt(2) / 0.5 * 2.8016, squared: 62.8. The test pays
        // something for holding where windows depend on each other: 80 % becomes about 74 %.
        let resolved = (0..400).filter(|&seed| test(seed, 63, 0.5).p_value < 0.05).count();
        assert!((270..=330).contains(&resolved), "{resolved}");
    }

    #[test]
    fn no_difference_needs_no_number() {
        let base = Influence::of_mean(&noise(1, 30)).unwrap();
        assert_eq!(RULE.windows_needed(&base.less(&base), 30), None);
        let found = test(3, 30, 0.4);
        let t = found.statistic().unwrap();
        let by_hand = 30.0 * (2.801_585_2 / t) * (2.801_585_2 / t);
        assert_eq!(RULE.windows_needed(&found, 30), Some((by_hand.ceil() as u64).max(20)));
    }
}
