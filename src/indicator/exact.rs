//! Moving sums over exact integers: means that do not depend on where a column starts.
//!
//! A float sum that is rolled forward drifts: the mean of the same `n` bars would differ in its last bits
//! between two windows, and an average of flat prices would differ from the price. So values become whole
//! units of `1e-8` (as money does), sums of them are exact, and only the result is rounded to a float.
//! Invariant: a value depends on the `n` values of its own window and on nothing else.

use std::ops::Range;

use super::NOTHING;

pub(super) const UNITS_PER_ONE: f64 = 1e8;
/// Up to here whole numbers are exact as `f64`.
pub(super) const EXACT_AS_F64: i64 = 1 << 53;
/// Values of fewer units have quotients that a float is less than one off.
pub(super) const LARGEST_GUESSED: f64 = (1_i64 << 50) as f64;
/// Largest unit count taken: even 2^32 of them sum within 128 bits.
const MAX_UNITS: f64 = 1e28;

/// Values of a column as whole units, summed up from its first: the sum of any window is a difference of two.
/// Columns of all periods share them.
#[derive(Debug)]
pub(super) struct Sums {
    first: usize,
    /// The sum of the values before each, modulo 2^64; one more than there are values.
    before: Box<[i64]>,
    largest: f64,
}

impl Sums {
    /// Over `rows` of a column's `values` (cut to those that there are); 0 or more, finite values.
    pub fn of(values: &[f64], rows: Range<usize>) -> Self {
        let end = rows.end.min(values.len());
        let first = rows.start.min(end);
        let values = &values[first..end];
        let mut sum = 0_i64;
        let mut before = Vec::with_capacity(values.len() + 1);
        before.push(sum);
        before.extend(values.iter().map(|&value| {
            sum = sum.wrapping_add(units_64(value));
            sum
        }));
        Self { first, before: before.into(), largest: values.iter().copied().fold(0.0, f64::max) }
    }

    /// Whether they reach over `rows`.
    pub fn cover(&self, rows: &Range<usize>) -> bool {
        self.first <= rows.start && rows.end < self.first + self.before.len()
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.before)
    }

    /// Arithmetic means over `n >= 1` values, one for each of `rows`, which the sums cover and whose values
    /// are `values`; the first at index `n - 1`.
    ///
    /// A window's sum is exact. Where it is at most 2^53 units the mean is the correctly rounded quotient;
    /// beyond, quotient and remainder are converted apart, so that a flat column still gives its own value.
    pub fn means(&self, values: &[f64], rows: Range<usize>, n: usize) -> Vec<f64> {
        let sums = self.before.get(rows.start - self.first..).unwrap_or_default();
        let sums = sums.get(..=values.len()).unwrap_or_default();
        let (Some(starts), Some(ends)) = (sums.get(..(values.len() + 1).saturating_sub(n)), sums.get(n..))
        else {
            return vec![NOTHING; values.len()];
        };
        let windows = starts.iter().zip(ends).map(|(start, end)| end.wrapping_sub(*start));
        let mut out = vec![NOTHING; values.len()];
        let (divisor, slots) = (Divisor::new(n), out[n - 1..].iter_mut());
        match self.size(n) {
            Size::Exact => slots.zip(windows).for_each(|(slot, sum)| *slot = divisor.exact(sum)),
            Size::Narrow => slots.zip(windows).for_each(|(slot, sum)| *slot = divisor.narrow(sum)),
            Size::Wide => return wide_means(values, n),
        }
        out
    }

    /// How large the sum of `n` values can be.
    #[expect(clippy::cast_precision_loss, reason = "bounds with a factor of two to spare")]
    fn size(&self, n: usize) -> Size {
        let (largest, bound) = (self.largest * UNITS_PER_ONE, self.largest * UNITS_PER_ONE * n as f64);
        match () {
            () if bound < (EXACT_AS_F64 / 2) as f64 => Size::Exact,
            () if bound < (i64::MAX / 2) as f64 && largest < LARGEST_GUESSED => Size::Narrow,
            () => Size::Wide,
        }
    }
}

/// What sums of a window need.
enum Size {
    /// Every sum is exact in an `f64`.
    Exact,
    /// Every sum fits an `i64`.
    Narrow,
    /// Sums need more than 64 bits.
    Wide,
}

/// Arithmetic means over `n >= 1` values, the first at index `n - 1`; see [`Sums::means`].
pub(super) fn means(values: &[f64], n: usize) -> Vec<f64> {
    let rows = 0..values.len();
    Sums::of(values, rows.clone()).means(values, rows, n)
}

fn wide_means(values: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![NOTHING; values.len()];
    let mut sum: i128 = 0;
    for row in 0..values.len() {
        sum += units_128(values[row]);
        if row + 1 >= n {
            out[row] = mean_128(sum, n);
            sum -= units_128(values[row + 1 - n]);
        }
    }
    out
}

/// Divides sums of units by the length of their window.
#[derive(Clone, Copy)]
struct Divisor {
    count: i64,
    as_float: f64,
    in_units: f64,
}

impl Divisor {
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_wrap, reason = "periods are far below 2^53")]
    fn new(n: usize) -> Self {
        Self { count: n as i64, as_float: n as f64, in_units: n as f64 * UNITS_PER_ONE }
    }

    /// Of a sum that a float holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "the sum is exact as a float")]
    #[inline(always)]
    fn exact(self, sum: i64) -> f64 {
        sum as f64 / self.in_units
    }

    /// Of any sum of units below [`LARGEST_GUESSED`]: as [`mean_64`], without the slow division of integers.
    /// The float quotient is off by less than one, which the remainder shows.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "corrected below")]
    fn narrow(self, sum: i64) -> f64 {
        if sum <= EXACT_AS_F64 {
            return self.exact(sum);
        }
        let guess = (sum as f64 / self.as_float) as i64;
        let rest = sum - guess * self.count;
        let off = i64::from(rest >= self.count) - i64::from(rest < 0);
        let (whole, rest) = (guess + off, rest - off * self.count);
        (whole as f64 + rest as f64 / self.as_float) / UNITS_PER_ONE
    }
}

/// Half up, which is away from zero: values are not negative.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "used only where it fits")]
#[inline(always)]
pub(super) fn units_64(value: f64) -> i64 {
    let units = value * UNITS_PER_ONE;
    let whole = units as i64;
    whole.wrapping_add(i64::from(units - whole as f64 >= 0.5))
}

/// The whole part and the part after the point apart: a product of both would lose the last places of a large price.
#[expect(clippy::cast_possible_truncation, reason = "clamped to the range first")]
pub(super) fn units_128(value: f64) -> i128 {
    if value * UNITS_PER_ONE < LARGEST_GUESSED {
        return units_64(value).into();
    }
    let whole = value.trunc();
    let (ones, rest) = (whole.min(MAX_UNITS / UNITS_PER_ONE), (value - whole) * UNITS_PER_ONE);
    ones as i128 * UNITS_PER_ONE as i128 + rest.round() as i128
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, one named rounding beyond")]
fn mean_64(sum: i64, n: usize) -> f64 {
    if sum <= EXACT_AS_F64 {
        return sum as f64 / (n as f64 * UNITS_PER_ONE);
    }
    let (whole, rest) = (sum / n as i64, sum % n as i64);
    (whole as f64 + rest as f64 / n as f64) / UNITS_PER_ONE
}

#[expect(clippy::cast_precision_loss, reason = "one named rounding")]
pub(super) fn mean_128(sum: i128, n: usize) -> f64 {
    // By the window alone, so that the same window gives the same bits in a column of other sizes.
    if let Ok(small) = i64::try_from(sum)
        && small / (n as i64) < LARGEST_GUESSED as i64
    {
        return mean_64(small, n);
    }
    // Ones and what is left of them apart, so that a flat column of large prices gives its own value.
    let one = n as i128 * UNITS_PER_ONE as i128;
    let (ones, rest) = (sum / one, sum % one);
    ones as f64 + rest as f64 / one as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_by_hand() {
        // (1 + 2 + 6) / 3 = 3, (2 + 6 + 7) / 3 = 5
        let out = means(&[1.0, 2.0, 6.0, 7.0], 3);
        assert!(out[0].is_nan() && out[1].is_nan());
        assert_eq!(out[2..], [3.0, 5.0]);
    }

    #[test]
    fn every_way_to_divide_gives_the_same_bits() {
        let mut state = 9_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 11
        };
        for n in [1, 2, 3, 7, 500, 4_999, 100_000] {
            let divisor = Divisor::new(n);
            for _ in 0..2_000 {
                // Sums around 2^53 and up to n values of 2^50 units.
                let largest = (1_i64 << 50).saturating_mul(n as i64).min(1 << 62);
                for sum in [next() as i64 % largest, EXACT_AS_F64 + (next() % 9) as i64 - 4, largest - 1] {
                    let sum = sum.min(largest - 1);
                    let slow = mean_64(sum, n);
                    assert_eq!(divisor.narrow(sum).to_bits(), slow.to_bits(), "{sum} / {n}");
                    if sum <= EXACT_AS_F64 {
                        assert_eq!(divisor.exact(sum).to_bits(), slow.to_bits());
                    }
                }
            }
        }
    }

    #[test]
    fn units_round_half_up() {
        for value in [0.0, 4e-9, 5e-9, 6e-9, 1.5e-8, 0.1, 43_210.987_654_325, 98_765.432_1, 8e6, 3e7] {
            assert_eq!(i128::from(units_64(value)), units_128(value), "{value}");
        }
    }

    #[test]
    fn shared_sums_give_each_column_its_own_means() {
        let values: Vec<f64> = (0..300).map(|i| 90_000.0 + f64::from(i * i % 97) * 0.013).collect();
        let sums = Sums::of(&values, 10..280);
        assert!(sums.cover(&(10..280)) && sums.cover(&(50..60)));
        assert!(!sums.cover(&(9..60)) && !sums.cover(&(50..281)));
        for (rows, n) in [(10..280, 1), (20..280, 7), (100..200, 50), (100..200, 101), (100..100, 3)] {
            let (cut, slow) = (&values[rows.clone()], wide_means(&values[rows.clone()], n));
            let bits = |column: Vec<f64>| column.into_iter().map(f64::to_bits).collect::<Vec<_>>();
            assert_eq!(bits(sums.means(cut, rows.clone(), n)), bits(slow));
        }
    }

    #[test]
    fn a_tenth_sums_exactly() {
        // Three times 0.1 as floats is 0.30000000000000004; as units it is 30 000 000.
        assert_eq!(means(&[0.1, 0.1, 0.1], 3)[2], 0.1);
    }

    #[test]
    fn flat_columns_give_their_own_value_at_any_length() {
        for price in [0.000_012_34, 43_210.98, 98_765.432_1, 1.5e12] {
            for n in [1, 3, 7, 1_000, 5_000] {
                let out = means(&vec![price; n + 1], n);
                assert_eq!(out[n], price, "price {price}, n {n}");
            }
        }
    }

    #[test]
    fn a_large_value_changes_the_path_but_no_other_window() {
        let mut values = vec![100.01, 100.03, 100.08, 99.97, 100.0];
        let before = means(&values, 3);
        values.push(4e17);
        let after = means(&values, 3);
        assert_eq!(before[2..5], after[2..5]);
        // (99.97 + 100 + 4e17) / 3
        assert!((after[5] / 133_333_333_333_333_400.0 - 1.0).abs() < 1e-12);
    }
}
