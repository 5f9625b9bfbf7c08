//! Exponential moving averages. (The simple one is [`exact::Sums::means`].)
//!
//! A value depends on every row since the column's start, with weights that fall by `1 - 2 / (n + 1)` a row.

use super::exact;
use super::{NOTHING, windows};

/// Exponential average of prices: the SMA of the first `n` at index `n - 1`, then
/// `e + 2 / (n + 1) * (x - e)` (TA-Lib's EMA).
pub(super) fn ema(values: &[f64], n: usize) -> Vec<f64> {
    match values.get(..n) {
        Some(first) => follow(values, n, n - 1, exact::means(first, n)[n - 1]),
        None => vec![NOTHING; values.len()],
    }
}

/// The same over any numbers: its seed is their mean in floats.
pub(super) fn ema_of(values: &[f64], n: usize) -> Vec<f64> {
    match values.get(..n) {
        Some(first) => follow(values, n, n - 1, windows::mean(first)),
        None => vec![NOTHING; values.len()],
    }
}

/// The same over a column that begins with `skip` empty values and may be negative (a MACD line); its seed
/// is the float mean of the first `n` values that there are.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
pub(super) fn ema_after(values: &[f64], skip: usize, n: usize) -> Vec<f64> {
    match values.get(skip..skip + n) {
        Some(first) => follow(values, n, skip + n - 1, first.iter().sum::<f64>() / n as f64),
        None => vec![NOTHING; values.len()],
    }
}

/// From `seed` at index `at` onward. Written as a step towards the value, so that a flat column stays
/// exactly where it is.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
fn follow(values: &[f64], n: usize, at: usize, seed: f64) -> Vec<f64> {
    let factor = 2.0 / (n as f64 + 1.0);
    let mut out = vec![NOTHING; values.len()];
    let mut average = seed;
    out[at] = seed;
    for (slot, value) in out[at + 1..].iter_mut().zip(&values[at + 1..]) {
        average += factor * (value - average);
        *slot = average;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::exact::means as sma;
    use super::super::fixture::{assert_near, closes};
    use super::*;

    #[test]
    fn ema_by_hand() {
        // n = 3, factor 1/2: seed (1 + 2 + 6) / 3 = 3; 3 + (7 - 3) / 2 = 5; 5 + (1 - 5) / 2 = 3
        let out = ema(&[1.0, 2.0, 6.0, 7.0, 1.0], 3);
        assert!(out[0].is_nan() && out[1].is_nan());
        assert_eq!(out[2..], [3.0, 5.0, 3.0]);
    }

    #[test]
    fn ema_of_one_bar_is_the_value() {
        assert_eq!(ema(&[4.0, 8.0, 2.0], 1), [4.0, 8.0, 2.0]);
    }

    #[test]
    fn flat_prices_never_move_an_average() {
        let out = ema(&[0.1; 40], 7);
        assert!(out[6..].iter().all(|&value| value == 0.1));
    }

    #[test]
    fn too_short_a_column_is_empty() {
        assert!(ema(&[1.0, 2.0], 3).iter().all(|value| value.is_nan()));
        assert!(sma(&[1.0, 2.0], 3).iter().all(|value| value.is_nan()));
        assert!(ema(&[], 3).is_empty());
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): SMA(C, 7), EMA(C, 7)
        let c = closes();
        let (simple, exponential) = (sma(&c, 7), ema(&c, 7));
        assert_near(simple[6], 100.034_285_714_285_7);
        assert_near(simple[13], 100.272_857_142_857_12);
        assert_near(simple[59], 87.041_428_571_428_51);
        assert_near(exponential[7], 99.713_214_285_714_27);
        assert_near(exponential[13], 100.340_095_999_581_46);
        assert_near(exponential[59], 86.854_542_670_927);
    }
}
