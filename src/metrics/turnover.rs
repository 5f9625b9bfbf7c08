//! How often the money is turned over.

use super::missing::{Measure, Missing};
use super::moments::{count, finite, mean};

/// `sum(abs(notional)) / mean(equity) / years`, where `curve` is the sampled equity with the starting balance
/// first, and its `n - 1` periods are `(n - 1) / A` years.
///
/// # Errors
/// [`Missing::TooFewReturns`] without a period, [`Missing::ZeroDivisor`] where the mean equity is not positive.
pub fn turnover(notional: f64, curve: &[f64], periods_per_year: f64) -> Measure {
    if curve.len() < 2 {
        return Err(Missing::TooFewReturns);
    }
    let equity = mean(curve)?;
    if equity <= 0.0 {
        return Err(Missing::ZeroDivisor);
    }
    finite(notional / equity * periods_per_year / (count(curve) - 1.0))
}

#[cfg(test)]
mod tests {
    use super::super::golden::close;
    use super::*;

    #[test]
    fn worked_by_hand() {
        // 6000 traded on a mean of 1000 in two of four periods a year: 6 times in half a year.
        close(turnover(6000.0, &[900.0, 1000.0, 1100.0], 4.0), 12.0);
    }

    #[test]
    fn empty_single_idle_and_broke() {
        assert_eq!(turnover(1.0, &[], 252.0), Err(Missing::TooFewReturns));
        assert_eq!(turnover(1.0, &[100.0], 252.0), Err(Missing::TooFewReturns));
        assert_eq!(turnover(0.0, &[100.0, 100.0], 252.0), Ok(0.0));
        assert_eq!(turnover(1.0, &[0.0, 0.0], 252.0), Err(Missing::ZeroDivisor));
    }
}
