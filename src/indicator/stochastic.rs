//! The fast stochastic %K: where the close lies in the range of the last bars.
//!
//! `100 * (close - lowest low) / (highest high - lowest low)` over `n` bars, this one included. Its averages are made of
//! this column: the slow %K is its SMA, %D the SMA of that. Source: Lane, 1984; TA-Lib's STOCHF and STOCH with simple
//! averages.

use super::directional::Ranges;
use super::donchian::{highest, lowest};

/// First at index `n - 1`. Without a range the close is neither high nor low in it, 50 (TA-Lib says 0).
pub(super) fn stochastic(bars: Ranges<'_>, n: usize) -> Vec<f64> {
    let mut out = highest(bars.high, n);
    for ((value, low), close) in out.iter_mut().zip(lowest(bars.low, n)).zip(bars.close) {
        let range = *value - low;
        *value = if range == 0.0 { 50.0 } else { 100.0 * (close - low) / range };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, bars, ranges};
    use super::*;

    #[test]
    fn by_hand() {
        // Two bars: 8 to 12 and 9 to 10, closes 9 and 10: 100 * (10 - 8) / 4. Then 5 to 5: (5 - 5) / (10 - 5).
        let bars = Ranges { high: &[12.0, 10.0, 5.0], low: &[8.0, 9.0, 5.0], close: &[9.0, 10.0, 5.0] };
        let out = stochastic(bars, 2);
        assert!(out[0].is_nan());
        assert_eq!(out[1..], [50.0, 0.0]);
        assert_eq!(stochastic(bars, 1), [25.0, 100.0, 50.0]);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): STOCHF(H, L, C, fastk_period=14, fastd_period=1)
        let bars = bars();
        let out = stochastic(ranges(&bars), 14);
        assert!(out[12].is_nan());
        assert_near(out[13], 61.232_604_373_757_58);
        assert_near(out[27], 25.344_036_697_247_8);
        assert_near(out[59], 3.787_878_787_878_751);
    }
}
