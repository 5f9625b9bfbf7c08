//! Moving average convergence and divergence: the distance of two EMAs, and the EMA of that distance.
//!
//! Each EMA is seeded with the SMA of its own first bars (TA-Lib starts the fast one later, together with
//! the slow one; the two agree once the seeds are forgotten). Source: Appel, 1979.

use super::average::{ema, ema_after, ema_of};

/// EMA(fast) - EMA(slow); first where the slower of the two begins.
pub(super) fn line(closes: &[f64], fast: usize, slow: usize) -> Vec<f64> {
    difference(ema(closes, fast), ema(closes, slow))
}

/// The same of any numbers.
pub(super) fn line_of(values: &[f64], fast: usize, slow: usize) -> Vec<f64> {
    difference(ema_of(values, fast), ema_of(values, slow))
}

fn difference(mut line: Vec<f64>, slow: Vec<f64>) -> Vec<f64> {
    for (value, slow) in line.iter_mut().zip(slow) {
        *value -= slow;
    }
    line
}

/// EMA(signal) of the line, seeded with the mean of its first `signal` values.
pub(super) fn signal(closes: &[f64], fast: usize, slow: usize, signal: usize) -> Vec<f64> {
    ema_after(&line(closes, fast, slow), fast.max(slow) - 1, signal)
}

/// The same of any numbers.
pub(super) fn signal_of(values: &[f64], fast: usize, slow: usize, signal: usize) -> Vec<f64> {
    ema_after(&line_of(values, fast, slow), fast.max(slow) - 1, signal)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, closes};
    use super::*;

    #[test]
    fn by_hand() {
        // EMA(1) is the close; EMA(3) of 1 2 6 7 1 is - - 3 5 3: line - - 3 2 -2.
        // Signal of 2: mean(3, 2) = 2.5, then 2.5 + 2/3 * (-2 - 2.5) = -0.5.
        let c = [1.0, 2.0, 6.0, 7.0, 1.0];
        assert_eq!(line(&c, 1, 3)[2..], [3.0, 2.0, -2.0]);
        let out = signal(&c, 1, 3, 2);
        assert!(out[..3].iter().all(|value| value.is_nan()));
        assert_eq!(out[3], 2.5);
        assert!((out[4] + 0.5).abs() < 1e-12);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): EMA(C, 5) - EMA(C, 12), and EMA(that, 4)
        let line = line(&closes(), 5, 12);
        assert!(line[10].is_nan());
        assert_near(line[11], 0.316_285_779_606_772_6);
        assert_near(line[18], -1.407_880_531_296_939_4);
        assert_near(line[59], -1.208_751_215_450_931_2);
        let signal = signal(&closes(), 5, 12, 4);
        assert!(signal[13].is_nan());
        assert_near(signal[14], 0.163_596_806_068_657_23);
        assert_near(signal[21], -1.227_514_784_782_213_7);
        assert_near(signal[59], -1.087_017_371_937_350_6);
    }
}
