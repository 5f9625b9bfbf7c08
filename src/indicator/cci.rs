//! The commodity channel index.
//!
//! The typical price `(high + low + close) / 3` less its mean over `n` bars, in units of 0.015 times the mean absolute
//! deviation from that mean. A value depends on its own `n` rows only. Source: Lambert, 1980; TA-Lib's CCI.

use super::directional::Ranges;
use super::windows::{each, mean, sum};

/// First at index `n - 1`; 0 where the price does not deviate.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
pub(super) fn cci(bars: Ranges<'_>, n: usize) -> Vec<f64> {
    each(&bars.typical(), n, |window| {
        let mean = mean(window);
        let off = window.last().map_or(0.0, |last| last - mean);
        let deviation = sum(window, |value| (value - mean).abs()) / n as f64;
        if deviation == 0.0 { 0.0 } else { off / (0.015 * deviation) }
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, bars, ranges};
    use super::*;

    #[test]
    fn by_hand() {
        // Typical prices 3, 6, 9: mean 6, mean deviation 2, so (9 - 6) / (0.015 * 2) = 100.
        let prices = [3.0, 6.0, 9.0];
        let out = cci(Ranges { high: &prices, low: &prices, close: &prices }, 3);
        assert!(out[1].is_nan());
        assert_near(out[2], 100.0);
        let flat = [0.1; 9];
        assert_eq!(cci(Ranges { high: &flat, low: &flat, close: &flat }, 4)[8], 0.0);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): CCI(H, L, C, 20)
        let bars = bars();
        let out = cci(ranges(&bars), 20);
        assert!(out[18].is_nan());
        assert_near(out[19], -178.976_853_899_453_26);
        assert_near(out[33], -101.728_421_446_317_13);
        assert_near(out[59], -130.883_636_903_459_2);
    }
}
