//! Sixty made-up bars, for tests: the series that the reference library's values were computed on.

use super::directional::Ranges;
use crate::domain::{Interval, Timestamp};
use crate::market::Bars;

/// Closes in hundredths.
const CLOSE: [i32; 60] = [
    10015, 10105, 9997, 10028, 9962, 10050, 9867, 9875, 10030, 10014, 10194, 10025, 10016, 10037, 9914, 9816,
    9692, 9497, 9554, 9454, 9613, 9577, 9675, 9558, 9459, 9340, 9156, 9295, 9127, 9123, 9040, 8934, 9079,
    9020, 8857, 8987, 9019, 8871, 9051, 9088, 9250, 9162, 9222, 9250, 9284, 9355, 9182, 8986, 9002, 8882,
    8891, 8822, 8678, 8822, 8762, 8814, 8677, 8655, 8699, 8500,
];
/// How far the high is above the close, in hundredths.
const ABOVE: [i32; 60] = [
    88, 127, 122, 52, 87, 133, 96, 71, 46, 111, 0, 84, 133, 92, 32, 115, 71, 15, 140, 110, 109, 145, 124, 56,
    0, 91, 36, 115, 61, 5, 84, 74, 56, 88, 6, 39, 144, 129, 131, 112, 28, 84, 146, 109, 32, 43, 80, 8, 61,
    39, 0, 45, 106, 16, 36, 75, 82, 145, 73, 57,
];
/// How far the low is below the close, in hundredths.
const BELOW: [i32; 60] = [
    67, 145, 10, 109, 75, 62, 91, 146, 112, 64, 76, 82, 16, 33, 147, 142, 104, 79, 58, 85, 3, 120, 7, 119,
    130, 116, 82, 148, 80, 38, 111, 89, 129, 121, 56, 24, 84, 9, 23, 38, 58, 128, 43, 26, 91, 112, 34, 54,
    53, 114, 42, 45, 80, 104, 137, 145, 17, 76, 12, 30,
];

/// `C` of the reference calls.
pub(super) fn closes() -> Vec<f64> {
    CLOSE.iter().map(|&hundredths| f64::from(hundredths) / 100.0).collect()
}

/// `H`, `L` and `C` of the reference calls; opens at the close, volumes 1, 2, 3 ...
pub(super) fn bars() -> Bars {
    let mut bars = Bars::with_capacity(Interval::MINUTE, CLOSE.len());
    for (row, minute) in (0..CLOSE.len()).zip(0_i64..) {
        bars.ts.push(Timestamp::from_micros(minute * Interval::MINUTE.micros()));
        bars.open.push(f64::from(CLOSE[row]) / 100.0);
        bars.high.push(f64::from(CLOSE[row] + ABOVE[row]) / 100.0);
        bars.low.push(f64::from(CLOSE[row] - BELOW[row]) / 100.0);
        bars.close.push(f64::from(CLOSE[row]) / 100.0);
        bars.volume.push(minute as f64 + 1.0);
    }
    bars
}

/// All rows of the bars.
pub(super) fn ranges(bars: &Bars) -> Ranges<'_> {
    Ranges { high: &bars.high, low: &bars.low, close: &bars.close }
}

/// Equal to nine significant digits or, near nothing, to 1e-9.
pub(super) fn assert_near(found: f64, wanted: f64) {
    let allowed = 1e-9 * wanted.abs().max(1.0);
    assert!((found - wanted).abs() <= allowed, "found {found}, wanted {wanted}");
}
