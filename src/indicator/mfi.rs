//! The money flow index: a relative strength index of typical price times volume.
//!
//! A bar's flow, `(high + low + close) / 3 * volume`, counts as positive where the typical price rose and as negative
//! where it fell; the index is `100 * P / (P + N)` of the sums over `n` changes. A value depends on its own `n + 1`
//! rows only. Source: Quong and Soudack, 1989; TA-Lib's MFI, which says 0 where the flows are below 1 in all: this one
//! takes them as they are.

use super::NOTHING;
use super::directional::Ranges;
use super::windows::sum;

/// First at index `n`. Without any flow the index says neither, 50.
pub(super) fn mfi(bars: Ranges<'_>, volume: &[f64], n: usize) -> Vec<f64> {
    let typical = bars.typical();
    let mut out = vec![NOTHING; typical.len()];
    let flows = typical.windows(2).zip(volume.iter().skip(1)).map(|(pair, volume)| match pair {
        [before, now] if now > before => now * volume,
        [before, now] if now < before => -now * volume,
        _ => 0.0,
    });
    let flows: Vec<f64> = flows.collect();
    for (slot, window) in out.iter_mut().skip(n).zip(flows.windows(n)) {
        let (positive, negative) = (sum(window, |flow| flow.max(0.0)), sum(window, |flow| (-flow).max(0.0)));
        let both = positive + negative;
        *slot = if both > 0.0 { 100.0 * positive / both } else { 50.0 };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, bars, ranges};
    use super::*;

    #[test]
    fn by_hand() {
        // Prices 10, 12, 11: flows +12 * 2 and -11 * 4; 100 * 24 / 68.
        let prices = [10.0, 12.0, 11.0];
        let out = mfi(Ranges { high: &prices, low: &prices, close: &prices }, &[9.0, 2.0, 4.0], 2);
        assert!(out[1].is_nan());
        assert_near(out[2], 2_400.0 / 68.0);
        let flat = [5.0; 4];
        assert_eq!(mfi(Ranges { high: &flat, low: &flat, close: &flat }, &[1.0; 4], 2)[2..], [50.0; 2]);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): MFI(H, L, C, V, 14)
        let bars = bars();
        let out = mfi(ranges(&bars), &bars.volume, 14);
        assert!(out[13].is_nan());
        assert_near(out[14], 54.958_559_572_451_82);
        assert_near(out[28], 29.144_222_268_953_59);
        assert_near(out[59], 36.046_275_425_976_24);
    }
}
