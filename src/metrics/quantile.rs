//! Quantiles of type 7 (Hyndman and Fan 1996): linear between order statistics, numpy's default.

use super::missing::{Measure, Missing};

/// Under this many values sorting all of them is quicker than selecting.
const SORT_ALL_BELOW: usize = 100;

/// The `q` quantile of the values, `0 <= q <= 1`: between the order statistics about `(n - 1) q`.
///
/// # Errors
/// [`Missing::TooFewReturns`] for no values.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the index range")]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn quantile(values: &[f64], q: f64) -> Measure {
    let last = values.len().checked_sub(1).ok_or(Missing::TooFewReturns)?;
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = (last as f64 * q).clamp(0.0, last as f64);
    let below = at as usize;
    Ok(between(sorted[below], sorted[(below + 1).min(last)], at - below as f64))
}

fn between(below: f64, above: f64, share: f64) -> f64 {
    below + (above - below) * share
}

/// Both 5 % tails of a series, taken out of it once: selection, not sorting, for one-minute bars have
/// tens of thousands of returns a window.
#[derive(Debug, Clone, PartialEq)]
pub struct Tails {
    /// The worst `floor((n - 1) / 20) + 1` values, ascending.
    low: Vec<f64>,
    /// The 5 % and the 95 % quantile.
    pub quantiles: (f64, f64),
}

impl Tails {
    /// The tails of the values.
    ///
    /// # Errors
    /// [`Missing::TooFewReturns`] for no values.
    pub fn of(values: &[f64]) -> Result<Self, Missing> {
        let last = values.len().checked_sub(1).ok_or(Missing::TooFewReturns)?;
        // Whole numbers throughout: (n - 1) * 0.05 in floating point may fall just under an integer.
        let (low_rank, low_part) = (last / 20, last % 20);
        let (high_rank, high_part) = (last * 19 / 20, last * 19 % 20);
        let mut ranked = values.to_vec();
        order_ends(&mut ranked, low_rank + 1, high_rank);
        let at = |rank: usize, part: usize| {
            #[expect(clippy::cast_precision_loss, reason = "under 20")]
            between(ranked[rank], ranked[(rank + 1).min(last)], part as f64 / 20.0)
        };
        let quantiles = (at(low_rank, low_part), at(high_rank, high_part));
        ranked.truncate(low_rank + 1);
        Ok(Self { low: ranked, quantiles })
    }

    /// The mean of the worst `floor((n - 1) * 0.05) + 1` values.
    pub fn mean_of_worst(&self) -> f64 {
        super::moments::sum_by(&self.low, |value| value) / super::moments::count(&self.low)
    }
}

/// Puts ranks `0 ..= low` and `high ..= high + 1` where a sorted list has them.
fn order_ends(values: &mut [f64], low: usize, high: usize) {
    if values.len() < SORT_ALL_BELOW {
        values.sort_unstable_by(f64::total_cmp);
        return;
    }
    values.select_nth_unstable_by(low, f64::total_cmp);
    values[..low].sort_unstable_by(f64::total_cmp);
    let upper = &mut values[low + 1..];
    upper.select_nth_unstable_by(high - low - 1, f64::total_cmp);
    let above = &mut upper[high - low..];
    if !above.is_empty() {
        above.select_nth_unstable_by(0, f64::total_cmp);
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::{MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, close};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // (4 - 1) * 0.5 = 1.5: halfway between 2 and 3. (4 - 1) * 0.05 = 0.15: 1 + 0.15.
        let values = [4.0, 1.0, 3.0, 2.0];
        close(quantile(&values, 0.5), 2.5);
        close(quantile(&values, 0.05), 1.15);
        close(quantile(&values, 0.0), 1.0);
        close(quantile(&values, 1.0), 4.0);
        assert_eq!(Tails::of(&values).map(|tails| tails.mean_of_worst()), Ok(1.0));
    }

    #[test]
    fn selection_agrees_with_sorting() {
        // 7919 is a prime: the values 0 ..= n - 1 in a scrambled order.
        for n in [100_usize, 101, 119, 120, 121, 139, 141, 1000, 4321] {
            let scrambled: Vec<f64> = (0..n).map(|i| (i * 7919 % n) as f64).collect();
            let tails = Tails::of(&scrambled).unwrap();
            close(Ok(tails.quantiles.0), quantile(&scrambled, 0.05).unwrap());
            close(Ok(tails.quantiles.1), quantile(&scrambled, 0.95).unwrap());
            // The worst are 0 ..= k: their mean is k / 2.
            close(Ok(tails.mean_of_worst()), ((n - 1) / 20) as f64 / 2.0);
        }
        for series in [&MIXED_WITH_FLAT_DAYS[..], &MONOTONE_LOSS[..]] {
            close(Ok(Tails::of(series).unwrap().quantiles.1), quantile(series, 0.95).unwrap());
        }
    }

    #[test]
    fn empty_single_and_equal_values() {
        assert_eq!(quantile(&[], 0.5), Err(Missing::TooFewReturns));
        assert_eq!(Tails::of(&[]), Err(Missing::TooFewReturns));
        assert_eq!(quantile(&[3.0], 0.9), Ok(3.0));
        assert_eq!(Tails::of(&[3.0]).map(|tails| tails.quantiles), Ok((3.0, 3.0)));
        assert_eq!(Tails::of(&[0.1; 200]).map(|tails| tails.quantiles), Ok((0.1, 0.1)));
    }
}
