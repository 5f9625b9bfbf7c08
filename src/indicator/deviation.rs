//! Moving standard deviations over exact integers, as the means of [`exact`](super::exact).
//!
//! Invariant: a value depends on the `n` values of its own window and on nothing else, whichever way its column is computed.

use super::NOTHING;
use super::bits::widest;
use super::exact::{EXACT_AS_F64, LARGEST_GUESSED, UNITS_PER_ONE, mean_128, units_64, units_128};

/// Population standard deviations over `n >= 1` values, the first at index `n - 1`.
///
/// The variance is `(n S2 - S1^2) / n^2` of the exact sums of units and of their squares. Where those
/// could leave 128 bits (bitcoin's price over more than ten thousand bars), the window is gone through
/// twice in floats instead; the choice looks at the window's own sum only.
pub(super) fn deviations(values: &[f64], n: usize) -> Vec<f64> {
    if squares_fit(values, n) {
        return tick_deviations(values, n).unwrap_or_else(|| narrow_deviations(values, n));
    }
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

/// Whether `n S1^2`, which bounds every term, fits 128 bits in any window, and its sum 64.
#[expect(clippy::cast_precision_loss, reason = "a bound with a factor of four to spare")]
fn squares_fit(values: &[f64], n: usize) -> bool {
    let largest = values.iter().copied().fold(0.0, f64::max) * UNITS_PER_ONE * n as f64;
    largest < (i64::MAX / 2) as f64 && largest * largest * (n as f64) < (i128::MAX / 4) as f64
}

/// [`deviations`] where no term can overflow.
#[expect(clippy::cast_precision_loss, reason = "the one rounding of an exact integer")]
fn narrow_deviations(values: &[f64], n: usize) -> Vec<f64> {
    let units: Vec<i64> = values.iter().map(|&value| units_64(value)).collect();
    let square = |units: i64| i128::from(units) * i128::from(units);
    let (count, scale) = (n as i128, n as f64 * UNITS_PER_ONE);
    let (mut sum, mut squares) = (0_i64, 0_i128);
    let mut out = vec![NOTHING; units.len()];
    for row in 0..units.len() {
        sum += units[row];
        squares += square(units[row]);
        if row + 1 >= n {
            let numerator = squares * count - square(sum);
            let rounded = i64::try_from(numerator).map_or(numerator as f64, |small| small as f64);
            out[row] = rounded.sqrt() / scale;
            let old = units[row + 1 - n];
            sum -= old;
            squares -= square(old);
        }
    }
    out
}

/// The same in ticks, of values that all are whole ticks and whose squares then fit 64 bits. The numerator in ticks times the
/// square of a tick, a power of ten that a float holds, is rounded once: to the float that [`narrow_deviations`] rounds to.
#[expect(clippy::cast_precision_loss, reason = "a bound with room to spare")]
fn tick_deviations(values: &[f64], n: usize) -> Option<Vec<f64>> {
    let largest = values.iter().copied().fold(0.0, f64::max) * UNITS_PER_ONE;
    [1e6, 1e4, 1e2].into_iter().find_map(|tick| {
        let fits = largest < LARGEST_GUESSED && (largest / tick * n as f64).powi(2) < (i64::MAX / 4) as f64;
        if !fits {
            return None;
        }
        let ticks = widest(WholeTicks { values, tick })?;
        Some(widest(InTicks { ticks: &ticks, n, tick }))
    })
}

/// Rows that are computed step by step: their sums, then all their roots.
const PART: usize = 64;

/// Values as ticks of so many units, if all are whole ones; they have fewer units than a float holds.
struct WholeTicks<'v> {
    values: &'v [f64],
    tick: f64,
}

impl pulp::WithSimd for WholeTicks<'_> {
    type Output = Option<Vec<i64>>;

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "exact")]
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let Self { values, tick } = self;
        let mut ticks = vec![0; values.len()];
        for (ticks, values) in ticks.chunks_mut(PART).zip(values.chunks(PART)) {
            let mut whole = true;
            for (slot, &value) in ticks.iter_mut().zip(values) {
                let units = units_64(value) as f64;
                let quotient = (units / tick).trunc();
                whole &= quotient * tick == units;
                *slot = quotient as i64;
            }
            if !whole {
                return None;
            }
        }
        Some(ticks)
    }
}

/// Deviations of ticks of so many units, where the square of every sum fits 62 bits.
struct InTicks<'t> {
    ticks: &'t [i64],
    n: usize,
    tick: f64,
}

impl pulp::WithSimd for InTicks<'_> {
    type Output = Vec<f64>;

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_wrap,
        clippy::cast_possible_truncation,
        reason = "as said"
    )]
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Self::Output {
        let Self { ticks, n, tick } = self;
        let mut out = vec![NOTHING; ticks.len()];
        let head = ticks.len().min(n - 1);
        // Nothing wraps: every sum is bounded by the square of a window's.
        let mut sum = ticks[..head].iter().fold(0, |sum: i64, tick| sum.wrapping_add(*tick));
        let mut squares =
            ticks[..head].iter().fold(0, |sum: i64, tick| sum.wrapping_add(tick.wrapping_mul(*tick)));
        let (count, scale, square) = (n as i64, n as f64 * UNITS_PER_ONE, tick * tick);
        let mut numerators = [0_i64; PART];
        for ((part, new), old) in
            out[head..].chunks_mut(PART).zip(ticks[head..].chunks(PART)).zip(ticks.chunks(PART))
        {
            let mut largest = 0;
            for ((slot, &new), &old) in numerators.iter_mut().zip(new).zip(old) {
                sum = sum.wrapping_add(new);
                squares = squares.wrapping_add(new.wrapping_mul(new));
                *slot = squares.wrapping_mul(count).wrapping_sub(sum.wrapping_mul(sum));
                largest |= *slot;
                sum = sum.wrapping_sub(old);
                squares = squares.wrapping_sub(old.wrapping_mul(old));
            }
            if largest < EXACT_AS_F64 {
                for (slot, &numerator) in part.iter_mut().zip(&numerators) {
                    *slot = (numerator as f64 * square).sqrt() / scale;
                }
            } else {
                for (slot, &numerator) in part.iter_mut().zip(&numerators) {
                    *slot = ((i128::from(numerator) * square as i128) as f64).sqrt() / scale;
                }
            }
        }
        out
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deviations_in_ticks_have_the_same_bits() {
        let mut state = 11_u64;
        for (decimals, wild) in [(2, 50), (2, 2_000_000), (4, 900), (6, 70_000), (8, 12_345)] {
            let tick = 10_i64.pow(8 - decimals);
            let mut draw = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as i64 % wild
            };
            let units = (0..1000).map(|_| (3_000_000 + draw()) * tick);
            let values: Vec<f64> = units.map(|units| units as f64 / UNITS_PER_ONE).collect();
            for n in [1, 2, 3, 20, 64, 65, 100, 200, 700, 1000, 1001] {
                let bits = |column: Vec<f64>| column.into_iter().map(f64::to_bits).collect::<Vec<_>>();
                assert_eq!(
                    bits(deviations(&values, n)),
                    bits(narrow_deviations(&values, n)),
                    "{decimals} {n}"
                );
            }
            assert_eq!(tick_deviations(&values, 20).is_some(), decimals < 8);
        }
    }

    #[test]
    fn deviations_by_hand() {
        // 2 4 4 4 5 5 7 9: mean 5, squared distances 9 1 1 1 0 0 4 16 = 32, / 8 = 4, root 2
        let out = deviations(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0], 8);
        assert_eq!(out[7], 2.0);
        assert!(out[6].is_nan());
    }

    #[test]
    fn both_ways_to_deviations_give_the_same_bits() {
        let mut values: Vec<f64> = (0..200).map(|i| 60_000.0 + f64::from(i * i % 101) * 0.37).collect();
        for n in [1, 2, 20, 150] {
            let narrow = deviations(&values, n);
            // A last value that takes the other way for the whole column.
            values.push(1e15);
            assert!(squares_fit(&values[..200], n) && !squares_fit(&values, n));
            let wide = deviations(&values, n);
            values.pop();
            let bits = |column: &[f64]| column.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&narrow), bits(&wide[..200]), "n {n}");
        }
    }

    #[test]
    fn deviation_of_a_flat_column_is_zero_even_far_from_zero() {
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
