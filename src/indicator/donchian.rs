//! Donchian's channel: the extremes of the bars before this one.
//!
//! The current bar is left out, so that its close can break the channel. A value depends on its own `n`
//! rows only. One pass: a queue keeps the rows that can still become the extreme.

use std::collections::VecDeque;

use super::NOTHING;

/// Highest of the `n` values before each row; first at index `n`.
pub(super) fn highest_before(values: &[f64], n: usize) -> Vec<f64> {
    extreme_before(values, n, |new, old| new >= old)
}

/// Lowest of the `n` values before each row; first at index `n`.
pub(super) fn lowest_before(values: &[f64], n: usize) -> Vec<f64> {
    extreme_before(values, n, |new, old| new <= old)
}

/// `beats(new, old)`: whether a newer value makes an older one irrelevant.
fn extreme_before(values: &[f64], n: usize, beats: impl Fn(f64, f64) -> bool) -> Vec<f64> {
    let mut out = vec![NOTHING; values.len()];
    let mut candidates: VecDeque<usize> = VecDeque::new();
    for row in 0..values.len() {
        while candidates.front().is_some_and(|&oldest| oldest + n < row) {
            candidates.pop_front();
        }
        if let (Some(&extreme), true) = (candidates.front(), row >= n) {
            out[row] = values[extreme];
        }
        while candidates.back().is_some_and(|&last| beats(values[row], values[last])) {
            candidates.pop_back();
        }
        candidates.push_back(row);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixture::bars;
    use super::*;

    #[test]
    fn by_hand() {
        // The two before: (3 1) 3, (1 2) 2, (2 5) 5; lowest 1, 1, 2.
        let values = [3.0, 1.0, 2.0, 5.0, 4.0];
        let (high, low) = (highest_before(&values, 2), lowest_before(&values, 2));
        assert!(high[1].is_nan() && low[1].is_nan());
        assert_eq!(high[2..], [3.0, 2.0, 5.0]);
        assert_eq!(low[2..], [1.0, 1.0, 2.0]);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): MAX(H, 20)[59], at row 59 and so for row 60 here; the
        // channel of row 20 is MAX(H, 20)[19], MIN(L, 20)[19].
        let bars = bars();
        assert_eq!(highest_before(&bars.high, 20)[20], 102.32);
        assert_eq!(lowest_before(&bars.low, 20)[20], 93.69);
        assert_eq!(highest_before(&bars.high, 20)[27], 101.94);
        assert_eq!(lowest_before(&bars.low, 20)[27], 90.74);
    }
}
