//! Reward per unit of downside: Sortino and van der Meer (1991), "Downside Risk".

use super::missing::{Measure, Missing};
use super::moments::{count, finite, mean, sum_by};

/// `mean(r - MAR) * sqrt(A) / sqrt(sum(min(r - MAR, 0)^2) / n)`, where `n` counts ALL returns, not only those
/// below. `minimum_acceptable` is per period. As `empyrical.sortino_ratio`.
///
/// # Errors
/// [`Missing::TooFewReturns`] under two returns, [`Missing::NoDownside`] where none lies below the minimum.
pub fn sortino_ratio(returns: &[f64], minimum_acceptable: f64, periods_per_year: f64) -> Measure {
    if returns.len() < 2 {
        return Err(Missing::TooFewReturns);
    }
    let below = |value: f64| (value - minimum_acceptable).min(0.0);
    let downside = sum_by(returns, |value| below(value) * below(value)) / count(returns);
    if downside == 0.0 {
        return Err(Missing::NoDownside);
    }
    finite((mean(returns)? - minimum_acceptable) * periods_per_year.sqrt() / downside.sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close};
    use super::super::sharpe::per_period_rate;
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Mean 0.01; downside sqrt(0.02^2 / 2) = 0.0141421; ratio 0.70711; times sqrt(4).
        close(sortino_ratio(&[0.04, -0.02], 0.0, 4.0), std::f64::consts::SQRT_2);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(sortino_ratio(&SHORT_NORMAL, 0.0, 252.0), 7.601_281_005_241_464);
        close(sortino_ratio(&SHORT_NORMAL, 0.0, 365.0), 9.148_143_105_890_638);
        close(sortino_ratio(&SHORT_NORMAL, 0.0002, 252.0), 6.880_709_960_346_988);
        close(sortino_ratio(&MIXED_WITH_FLAT_DAYS, 0.0, 252.0), 0.141_851_260_882_143_53);
        close(sortino_ratio(&MONOTONE_LOSS, 0.0, 252.0), -14.952_580_450_768_663);
        // All zero with a positive minimum: each return is as far below it, the ratio is -sqrt(252).
        close(sortino_ratio(&ALL_ZERO, 0.0002, 252.0), -15.874_507_866_387_544);
    }

    #[test]
    fn quantstats_0_0_86_with_an_annual_minimum() {
        let minimum = per_period_rate(0.03, 252.0);
        close(sortino_ratio(&SHORT_NORMAL, minimum, 252.0), 7.175_454_926_791_287_5);
        close(sortino_ratio(&MIXED_WITH_FLAT_DAYS, minimum, 252.0), -0.159_900_673_986_666_88);
    }

    #[test]
    fn empty_single_and_no_downside() {
        assert_eq!(sortino_ratio(&[], 0.0, 252.0), Err(Missing::TooFewReturns));
        assert_eq!(sortino_ratio(&[-0.01], 0.0, 252.0), Err(Missing::TooFewReturns));
        assert_eq!(sortino_ratio(&ALL_ZERO, 0.0, 252.0), Err(Missing::NoDownside));
        assert_eq!(sortino_ratio(&[0.01, 0.02], 0.0, 252.0), Err(Missing::NoDownside));
    }
}
