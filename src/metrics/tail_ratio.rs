//! How heavy the good tail is against the bad one.

use super::missing::{Measure, Missing};
use super::moments::finite;
use super::quantile::Tails;

/// `abs(q95) / abs(q05)`, quantiles of type 7. As `empyrical.tail_ratio`.
///
/// # Errors
/// [`Missing::ZeroDivisor`] where the 5 % quantile is 0.
pub fn tail_ratio(tails: &Tails) -> Measure {
    let (low, high) = tails.quantiles;
    if low == 0.0 { Err(Missing::ZeroDivisor) } else { finite(high.abs() / low.abs()) }
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close};
    use super::*;

    fn of(returns: &[f64]) -> Measure {
        tail_ratio(&Tails::of(returns)?)
    }

    #[test]
    fn worked_by_hand() {
        // Of -0.1 and 0.3: q05 = -0.1 + 0.05 * 0.4 = -0.08, q95 = -0.1 + 0.95 * 0.4 = 0.28.
        close(of(&[-0.1, 0.3]), 3.5);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(of(&SHORT_NORMAL), 1.143_284_285_408_438_6);
        close(of(&MIXED_WITH_FLAT_DAYS), 1.037_701_357_633_500_1);
        close(of(&MONOTONE_LOSS), 0.233_033_938_442_452_54);
    }

    #[test]
    fn empty_single_and_zero() {
        assert_eq!(of(&[]), Err(Missing::TooFewReturns));
        close(of(&[-0.1]), 1.0);
        assert_eq!(of(&ALL_ZERO), Err(Missing::ZeroDivisor));
    }
}
