//! Wilder's relative strength index.
//!
//! `100 * G / (G + L)` of the smoothed gains and losses between closes. The first `n` changes are averaged,
//! then `(previous * (n - 1) + new) / n`. Source: Wilder, New Concepts in Technical Trading Systems, 1978.

use super::NOTHING;

/// First at index `n`. With neither gain nor loss the index says neither, 50 (TA-Lib says 0).
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
pub(super) fn rsi(closes: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![NOTHING; closes.len()];
    let period = n as f64;
    let (mut gain, mut loss) = (0.0, 0.0);
    for row in 1..closes.len() {
        let change = closes[row] - closes[row - 1];
        let (up, down) = (change.max(0.0), (-change).max(0.0));
        if row <= n {
            gain += up / period;
            loss += down / period;
        } else {
            gain = (gain * (period - 1.0) + up) / period;
            loss = (loss * (period - 1.0) + down) / period;
        }
        if row >= n {
            out[row] = index(gain, loss);
        }
    }
    out
}

fn index(gain: f64, loss: f64) -> f64 {
    let both = gain + loss;
    if both > 0.0 { 100.0 * gain / both } else { 50.0 }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, closes};
    use super::*;

    #[test]
    fn by_hand() {
        // Changes +2, -1, +3. n = 2: gain 1, loss 0.5: 100 * 1 / 1.5 = 66.67;
        // then gain (1 + 3) / 2 = 2, loss 0.25: 100 * 2 / 2.25 = 88.89.
        let out = rsi(&[10.0, 12.0, 11.0, 14.0], 2);
        assert!(out[0].is_nan() && out[1].is_nan());
        assert_near(out[2], 100.0 / 1.5);
        assert_near(out[3], 200.0 / 2.25);
    }

    #[test]
    fn extremes() {
        assert_eq!(rsi(&[1.0, 2.0, 3.0, 4.0], 2)[3], 100.0);
        assert_eq!(rsi(&[4.0, 3.0, 2.0, 1.0], 2)[3], 0.0);
        assert_eq!(rsi(&[5.0; 4], 2)[3], 50.0);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): RSI(C, 14)
        let out = rsi(&closes(), 14);
        assert!(out[13].is_nan());
        assert_near(out[14], 45.950_280_673_616_65);
        assert_near(out[15], 42.364_784_166_524_44);
        assert_near(out[21], 39.547_456_350_078_74);
        assert_near(out[59], 32.016_890_077_779_79);
    }
}
