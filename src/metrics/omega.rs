//! Gains over losses about a threshold: Keating and Shadwick (2002), "A Universal Performance Measure".

use super::missing::{Measure, Missing};
use super::moments::{finite, sum_by};

/// `sum(max(r - t, 0)) / sum(max(t - r, 0))`; the threshold is per period. As `empyrical.omega_ratio`.
///
/// # Errors
/// [`Missing::TooFewReturns`] for no returns, [`Missing::NoDownside`] where none lies below the threshold.
pub fn omega_ratio(returns: &[f64], threshold: f64) -> Measure {
    if returns.is_empty() {
        return Err(Missing::TooFewReturns);
    }
    let losses = sum_by(returns, |value| (threshold - value).max(0.0));
    if losses == 0.0 {
        return Err(Missing::NoDownside);
    }
    finite(sum_by(returns, |value| (value - threshold).max(0.0)) / losses)
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close};
    use super::super::sharpe::per_period_rate;
    use super::*;

    #[test]
    fn worked_by_hand() {
        // About 0: gains 0.04, losses 0.02. About 0.01: gains 0.03, losses 0.03.
        close(omega_ratio(&[0.04, -0.02], 0.0), 2.0);
        close(omega_ratio(&[0.04, -0.02], 0.01), 1.0);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(omega_ratio(&SHORT_NORMAL, 0.0), 1.909_775_013_888_905_1);
        close(omega_ratio(&SHORT_NORMAL, per_period_rate(0.05, 252.0)), 1.817_787_675_124_815_2);
        close(omega_ratio(&SHORT_NORMAL, per_period_rate(0.05, 365.0)), 1.845_700_681_361_300_6);
        close(omega_ratio(&MIXED_WITH_FLAT_DAYS, 0.0), 1.019_404_989_359_630_6);
        close(omega_ratio(&MONOTONE_LOSS, 0.0), 0.0);
        close(omega_ratio(&ALL_ZERO, per_period_rate(0.05, 252.0)), 0.0);
    }

    #[test]
    fn empty_single_and_no_loss() {
        assert_eq!(omega_ratio(&[], 0.0), Err(Missing::TooFewReturns));
        assert_eq!(omega_ratio(&[0.01], 0.0), Err(Missing::NoDownside));
        assert_eq!(omega_ratio(&ALL_ZERO, 0.0), Err(Missing::NoDownside));
    }
}
