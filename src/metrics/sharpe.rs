//! Reward per unit of dispersion: Sharpe (1994), "The Sharpe Ratio", Journal of Portfolio Management 21.

use super::missing::Measure;
use super::moments::{dispersion, finite, mean};

/// A rate per year as one per period: `(1 + rate)^(1 / A) - 1`.
pub fn per_period_rate(annual: f64, periods_per_year: f64) -> f64 {
    if annual == 0.0 { 0.0 } else { libm::pow(1.0 + annual, periods_per_year.recip()) - 1.0 }
}

/// `(mean(r) - rf) / std(r, ddof = 1)`, per period: the form that significance tests take. `risk_free` is per
/// period.
///
/// # Errors
/// [`Missing::TooFewReturns`](super::Missing::TooFewReturns) under two returns,
/// [`Missing::NoDispersion`](super::Missing::NoDispersion) for equal ones.
pub fn sharpe_ratio_per_period(returns: &[f64], risk_free: f64) -> Measure {
    let dispersion = dispersion(returns)?;
    finite((mean(returns)? - risk_free) / dispersion)
}

/// The same times `sqrt(A)`: annualised, as displayed. As `empyrical.sharpe_ratio`; `risk_free` is per period.
///
/// # Errors
/// As [`sharpe_ratio_per_period`].
pub fn sharpe_ratio(returns: &[f64], risk_free: f64, periods_per_year: f64) -> Measure {
    finite(sharpe_ratio_per_period(returns, risk_free)? * periods_per_year.sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close};
    use super::super::missing::Missing;
    use super::*;

    #[test]
    fn worked_by_hand() {
        // Mean 0.02, deviation 0.0141421: 1.41421 per period; with rf 0.01 half of it. Times sqrt(4).
        close(sharpe_ratio_per_period(&[0.01, 0.03], 0.0), std::f64::consts::SQRT_2);
        close(sharpe_ratio(&[0.01, 0.03], 0.0, 4.0), 2.0 * std::f64::consts::SQRT_2);
        close(sharpe_ratio(&[0.01, 0.03], 0.01, 4.0), std::f64::consts::SQRT_2);
        // 1.21 = 1.1^2: 21 % a year are 10 % in each of two periods.
        close(Ok(per_period_rate(0.21, 2.0)), 0.1);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(sharpe_ratio(&SHORT_NORMAL, 0.0, 252.0), 4.181_106_494_591_906);
        close(sharpe_ratio(&SHORT_NORMAL, 0.0, 365.0), 5.031_962_445_161_633);
        close(sharpe_ratio(&SHORT_NORMAL, 0.0001, 252.0), 4.019_903_658_612_007);
        close(sharpe_ratio(&MIXED_WITH_FLAT_DAYS, 0.0, 252.0), 0.097_988_261_897_809_5);
        close(sharpe_ratio(&MONOTONE_LOSS, 0.0, 252.0), -44.338_873_763_513_63);
    }

    #[test]
    fn quantstats_0_0_86_with_an_annual_risk_free_rate() {
        let risk_free = per_period_rate(0.03, 252.0);
        close(sharpe_ratio(&SHORT_NORMAL, risk_free, 252.0), 3.992_009_581_181_025_4);
        close(sharpe_ratio(&MIXED_WITH_FLAT_DAYS, risk_free, 252.0), -0.111_437_148_568_462_39);
        let risk_free = per_period_rate(0.03, 365.0);
        close(sharpe_ratio(&SHORT_NORMAL, risk_free, 365.0), 4.874_842_835_107_813);
    }

    #[test]
    fn empty_single_and_equal_values() {
        assert_eq!(sharpe_ratio(&[], 0.0, 252.0), Err(Missing::TooFewReturns));
        assert_eq!(sharpe_ratio(&[0.01], 0.0, 252.0), Err(Missing::TooFewReturns));
        assert_eq!(sharpe_ratio(&ALL_ZERO, 0.0, 252.0), Err(Missing::NoDispersion));
        // Thirty times 0.1: a computed deviation would be about 1e-17, and the ratio 1e16.
        assert_eq!(sharpe_ratio(&[0.1; 30], 0.0, 252.0), Err(Missing::NoDispersion));
    }
}
