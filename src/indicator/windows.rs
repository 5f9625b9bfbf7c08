//! Sums and means over windows of any numbers, negative ones included.
//!
//! Each window is gone through afresh, in lanes that the compiler adds side by side: a value depends on its own window
//! and on nothing else, and a flat window has its own value as its mean.

const LANES: usize = 8;

/// The sum of `term` over a window, always in the same order.
pub(super) fn sum(window: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = window.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += term(value);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += term(value);
    }
    lanes.iter().sum()
}

/// Arithmetic mean of a window that is not empty: its first value and the mean distance from it.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
pub(super) fn mean(window: &[f64]) -> f64 {
    let first = window.first().copied().unwrap_or_default();
    first + sum(window, |value| value - first) / window.len() as f64
}

/// Population standard deviation of a window that is not empty.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
pub(super) fn deviation(window: &[f64]) -> f64 {
    let mean = mean(window);
    (sum(window, |value| (value - mean) * (value - mean)) / window.len() as f64).sqrt()
}

/// What `of` gives for each window of `n >= 1` values, the first at index `n - 1`.
pub(super) fn each(values: &[f64], n: usize, of: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut out = vec![super::NOTHING; values.len()];
    for (slot, window) in out.iter_mut().skip(n - 1).zip(values.windows(n)) {
        *slot = of(window);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // -2 4 4 4 5 5 7 9 less 4: mean 4.5 from 36 / 8; and the textbook's eight with deviation 2.
        assert_eq!(mean(&[-2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]), 4.5);
        assert_eq!(deviation(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]), 2.0);
        let out = each(&[1.0, -2.0, 6.0], 2, mean);
        assert!(out[0].is_nan());
        assert_eq!(out[1..], [-0.5, 2.0]);
    }

    #[test]
    fn flat_windows_have_their_own_mean_and_no_deviation() {
        for value in [0.1, -33.333_333_3, 1.1e-9] {
            for n in [1, 3, 7, 8, 9, 500] {
                let window = vec![value; n];
                assert_eq!((mean(&window), deviation(&window)), (value, 0.0), "{value} {n}");
            }
        }
    }

    #[test]
    fn more_values_than_lanes_are_all_counted() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(sum(&values, |value| value), 5050.0);
        assert_eq!(sum(&values[..13], |value| -value), -91.0);
    }
}
