//! How much of the time money was at risk.

use super::missing::{Measure, Missing};

/// Ticks at whose close a position was held, of all ticks.
///
/// # Errors
/// [`Missing::TooFewReturns`] for no ticks.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn exposure(ticks_in_market: usize, ticks: usize) -> Measure {
    if ticks == 0 { Err(Missing::TooFewReturns) } else { Ok(ticks_in_market as f64 / ticks as f64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_by_hand() {
        assert_eq!(exposure(3, 12), Ok(0.25));
        assert_eq!(exposure(0, 12), Ok(0.0));
        assert_eq!(exposure(1, 1), Ok(1.0));
        assert_eq!(exposure(0, 0), Err(Missing::TooFewReturns));
    }
}
