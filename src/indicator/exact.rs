//! Moving sums over exact integers: means and deviations that do not depend on where a column starts.
//!
//! A float sum that is rolled forward drifts: the mean of the same `n` bars would differ in its last bits
//! between two windows, and an average of flat prices would differ from the price. So values become whole
//! units of `1e-8` (as money does), sums of them are exact, and only the result is rounded to a float.
//! Invariant: a value depends on the `n` values of its own window and on nothing else.

use super::NOTHING;

const UNITS_PER_ONE: f64 = 1e8;
/// Up to here whole numbers are exact as `f64`.
const EXACT_AS_F64: i64 = 1 << 53;
/// Largest unit count taken: even 2^32 of them sum within 128 bits.
const MAX_UNITS: f64 = 1e28;

/// Arithmetic means over `n >= 1` values, the first at index `n - 1`; 0 or more, finite values.
///
/// A window's sum is exact. Where it is at most 2^53 units the mean is the correctly rounded quotient;
/// beyond, quotient and remainder are converted apart, so that a flat column still gives its own value.
pub(super) fn means(values: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![NOTHING; values.len()];
    if fits_64_bits(values, n) {
        let units: Vec<i64> = values.iter().map(|&value| units_64(value)).collect();
        let mut sum: i64 = 0;
        for row in 0..values.len() {
            sum += units[row];
            if row + 1 >= n {
                out[row] = mean_64(sum, n);
                sum -= units[row + 1 - n];
            }
        }
    } else {
        let mut sum: i128 = 0;
        for row in 0..values.len() {
            sum += units_128(values[row]);
            if row + 1 >= n {
                out[row] = mean_128(sum, n);
                sum -= units_128(values[row + 1 - n]);
            }
        }
    }
    out
}

/// Population standard deviations over `n >= 1` values, the first at index `n - 1`.
///
/// The variance is `(n S2 - S1^2) / n^2` of the exact sums of units and of their squares. Where those
/// could leave 128 bits (bitcoin's price over more than ten thousand bars), the window is gone through
/// twice in floats instead; the choice looks at the window's own sum only.
pub(super) fn deviations(values: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![NOTHING; values.len()];
    let (mut sum, mut squares) = (0_i128, 0_i128);
    for row in 0..values.len() {
        let new = units_128(values[row]);
        sum += new;
        // Wraps only where `exact_deviation` will refuse the window; differences stay exact modulo 2^128.
        squares = squares.wrapping_add(new.wrapping_mul(new));
        if row + 1 >= n {
            let first = row + 1 - n;
            out[row] = exact_deviation(sum, squares, n)
                .unwrap_or_else(|| two_pass(&values[first..=row], mean_128(sum, n)));
            let old = units_128(values[first]);
            sum -= old;
            squares = squares.wrapping_sub(old.wrapping_mul(old));
        }
    }
    out
}

/// `None` where `n S1^2`, which bounds every term, does not fit.
#[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact integer")]
fn exact_deviation(sum: i128, squares: i128, n: usize) -> Option<f64> {
    let count = n as i128;
    let square = sum.checked_mul(sum)?;
    square.checked_mul(count)?;
    let numerator = squares * count - square;
    Some((numerator as f64).sqrt() / (n as f64 * UNITS_PER_ONE))
}

#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
fn two_pass(window: &[f64], mean: f64) -> f64 {
    let total: f64 = window.iter().map(|value| (value - mean) * (value - mean)).sum();
    (total / window.len() as f64).sqrt()
}

/// Whether any `n` of the values sum within 64 bits, with a bit to spare.
#[expect(clippy::cast_precision_loss, reason = "a bound with a factor of two to spare")]
fn fits_64_bits(values: &[f64], n: usize) -> bool {
    let largest = values.iter().copied().fold(0.0, f64::max);
    largest * UNITS_PER_ONE * (n as f64) < (i64::MAX / 2) as f64
}

#[expect(clippy::cast_possible_truncation, reason = "the caller has tested the range")]
fn units_64(value: f64) -> i64 {
    (value * UNITS_PER_ONE).round() as i64
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to the range first")]
fn units_128(value: f64) -> i128 {
    (value * UNITS_PER_ONE).round().min(MAX_UNITS) as i128
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
fn mean_128(sum: i128, n: usize) -> f64 {
    if let Ok(small) = i64::try_from(sum) {
        return mean_64(small, n);
    }
    let (whole, rest) = (sum / n as i128, sum % n as i128);
    (whole as f64 + rest as f64 / n as f64) / UNITS_PER_ONE
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

    #[test]
    fn deviations_by_hand() {
        // 2 4 4 4 5 5 7 9: mean 5, squared distances 9 1 1 1 0 0 4 16 = 32, / 8 = 4, root 2
        let out = deviations(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 8);
        assert_eq!(out[7], 2.0);
        assert!(out[6].is_nan());
    }

    #[test]
    fn deviation_of_a_flat_column_is_nothing_even_far_from_zero() {
        let out = deviations(&vec![98_765.432_1; 50], 20);
        assert!(out[19..].iter().all(|&value| value == 0.0));
    }

    #[test]
    fn deviation_beyond_128_bits_takes_two_passes() {
        // 1e13 and 3e13: mean 2e13, deviation 1e13; in units the squares need 2 * (4e21)^2 = 3.2e43.
        let out = deviations(&[1e13, 3e13, 1e13], 2);
        assert!((out[1] / 1e13 - 1.0).abs() < 1e-12);
        assert!((out[2] / 1e13 - 1.0).abs() < 1e-12);
    }
}
