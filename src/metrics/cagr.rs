//! Growth: over the whole window, and compounded to a year.

use super::missing::{Measure, Missing};
use super::moments::finite;
use crate::domain::Cash;

/// `(E_end - E0) / E0`.
///
/// # Errors
/// [`Missing::ZeroDivisor`] for a start of nothing.
pub fn total_return(start: Cash, end: Cash) -> Measure {
    if start.is_zero() { Err(Missing::ZeroDivisor) } else { finite((end - start).to_f64() / start.to_f64()) }
}

/// `last / first - 1` of levels; at least one.
///
/// # Errors
/// [`Missing::ZeroDivisor`] for a start of nothing.
pub(super) fn growth(levels: &[f64]) -> Measure {
    let (first, last) = (levels[0], levels[levels.len() - 1]);
    if first == 0.0 { Err(Missing::ZeroDivisor) } else { finite(last / first - 1.0) }
}

/// `(prod(1 + r))^(A / n) - 1`, as `empyrical.cagr`; -1 where the last return lost everything.
///
/// # Errors
/// [`Missing::TooFewReturns`] for no returns, [`Missing::Ruined`] where more than all was lost,
/// [`Missing::OutOfRange`] where a short window's gain compounds beyond what a number holds.
pub fn cagr(returns: &[f64], periods_per_year: f64) -> Measure {
    if returns.is_empty() {
        return Err(Missing::TooFewReturns);
    }
    let growth: f64 = returns.iter().map(|r| 1.0 + r).product();
    if growth < 0.0 {
        return Err(Missing::Ruined);
    }
    finite(libm::pow(growth, periods_per_year / super::moments::count(returns)) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // 1.1 * 1.1 = 1.21 in two periods of four a year: 1.21^2 - 1.
        close(cagr(&[0.1, 0.1], 4.0), 0.4641);
        let cash = |whole: i128| Cash::from_units(whole * crate::domain::UNITS_PER_ONE);
        close(total_return(cash(10_000), cash(12_500)), 0.25);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(cagr(&SHORT_NORMAL, 252.0), 0.898_403_822_400_345_2);
        close(cagr(&SHORT_NORMAL, 365.0), 1.530_588_807_255_772_3);
        close(cagr(&MIXED_WITH_FLAT_DAYS, 252.0), 0.003_922_815_166_731_208);
        close(cagr(&MONOTONE_LOSS, 252.0), -0.491_881_416_599_824_65);
        close(cagr(&ALL_ZERO, 252.0), 0.0);
    }

    #[test]
    fn empty_single_ruin_and_range() {
        assert_eq!(cagr(&[], 252.0), Err(Missing::TooFewReturns));
        close(cagr(&[0.5], 2.0), 1.25);
        close(cagr(&[0.5, -1.0], 2.0), -1.0);
        assert_eq!(cagr(&[-1.5], 2.0), Err(Missing::Ruined));
        assert_eq!(cagr(&[1.0], 525_600.0), Err(Missing::OutOfRange));
        assert_eq!(total_return(Cash::ZERO, Cash::ZERO), Err(Missing::ZeroDivisor));
    }
}
