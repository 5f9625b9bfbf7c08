//! What the worst 5 % of periods look like, from history alone. Both are returns: losses are negative.

use super::missing::Measure;
use super::moments::finite;
use super::quantile::Tails;

/// The 5 % quantile of type 7: in 95 % of the periods the return was at least this. As
/// `empyrical.value_at_risk`.
///
/// # Errors
/// Never but for a series that is no numbers.
pub fn value_at_risk_95(tails: &Tails) -> Measure {
    finite(tails.quantiles.0)
}

/// Mean of the worst `floor((n - 1) * 0.05) + 1` returns. As `empyrical.conditional_value_at_risk`.
///
/// # Errors
/// As [`value_at_risk_95`].
pub fn conditional_value_at_risk_95(tails: &Tails) -> Measure {
    finite(tails.mean_of_worst())
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close};
    use super::super::missing::Missing;
    use super::*;

    fn var(returns: &[f64]) -> Measure {
        value_at_risk_95(&Tails::of(returns)?)
    }

    fn cvar(returns: &[f64]) -> Measure {
        conditional_value_at_risk_95(&Tails::of(returns)?)
    }

    #[test]
    fn worked_by_hand() {
        // -0.20, -0.19 ... 0.00: 21 values, rank 20 * 0.05 = 1 exactly; the worst two are -0.20 and -0.19.
        let returns: Vec<f64> = (0..21).map(|i| f64::from(i - 20) / 100.0).collect();
        close(var(&returns), -0.19);
        close(cvar(&returns), -0.195);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(var(&SHORT_NORMAL), -0.014_976_504_777_115);
        close(cvar(&SHORT_NORMAL), -0.015_180_828_834_4);
        close(var(&MIXED_WITH_FLAT_DAYS), -0.014_423_856_714_295);
        close(cvar(&MIXED_WITH_FLAT_DAYS), -0.020_242_392_215_884_617);
        close(var(&MONOTONE_LOSS), -0.003_781_017_895_639);
        close(cvar(&MONOTONE_LOSS), -0.003_794_428_185_866_667);
    }

    #[test]
    fn empty_single_and_zero() {
        assert_eq!(var(&[]), Err(Missing::TooFewReturns));
        assert_eq!(cvar(&[]), Err(Missing::TooFewReturns));
        assert_eq!((var(&[0.02]), cvar(&[0.02])), (Ok(0.02), Ok(0.02)));
        assert_eq!((var(&ALL_ZERO), cvar(&ALL_ZERO)), (Ok(0.0), Ok(0.0)));
    }
}
