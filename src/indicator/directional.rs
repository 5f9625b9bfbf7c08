//! Wilder's range and direction: average true range and average directional index.
//!
//! True range is the longest of high - low, |high - previous close| and |low - previous close|, from the
//! second row on. Source: Wilder, New Concepts in Technical Trading Systems, 1978; seeds as in TA-Lib.

use std::cmp::Ordering;

use super::NOTHING;

/// The columns that these indicators read, of equal length.
#[derive(Clone, Copy)]
pub(super) struct Ranges<'a> {
    pub high: &'a [f64],
    pub low: &'a [f64],
    pub close: &'a [f64],
}

impl Ranges<'_> {
    fn len(&self) -> usize {
        self.close.len()
    }

    /// The typical prices, `(high + low + close) / 3`.
    pub fn typical(&self) -> Vec<f64> {
        let rows = self.high.iter().zip(self.low).zip(self.close);
        rows.map(|((high, low), close)| (high + low + close) / 3.0).collect()
    }

    /// Of row `row >= 1`.
    fn true_range(&self, row: usize) -> f64 {
        let before = self.close[row - 1];
        self.high[row].max(before) - self.low[row].min(before)
    }

    /// Upward and downward movement of row `row >= 1`: the larger of the two, where it is positive.
    fn movement(&self, row: usize) -> (f64, f64) {
        let up = self.high[row] - self.high[row - 1];
        let down = self.low[row - 1] - self.low[row];
        match () {
            () if up > down && up > 0.0 => (up, 0.0),
            () if down > up && down > 0.0 => (0.0, down),
            () => (0.0, 0.0),
        }
    }
}

/// Average true range: the mean of rows `1 ..= n` at index `n`, then `(previous * (n - 1) + new) / n`.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
pub(super) fn atr(bars: Ranges<'_>, n: usize) -> Vec<f64> {
    let mut out = vec![NOTHING; bars.len()];
    let period = n as f64;
    let mut average = 0.0;
    for (row, slot) in out.iter_mut().enumerate().skip(1) {
        let range = bars.true_range(row);
        match row.cmp(&n) {
            Ordering::Less => average += range,
            Ordering::Equal => average = (average + range) / period,
            Ordering::Greater => average = (average * (period - 1.0) + range) / period,
        }
        if row >= n {
            *slot = average;
        }
    }
    out
}

/// Average directional index, first at index `2 n - 1`.
///
/// Movements and ranges of rows `1 .. n` are summed, then from row `n` on `sum - sum / n + new`; each such
/// row has a directional index `100 |P - M| / (P + M)`. The first average is the mean of `n` of them, then
/// `(previous * (n - 1) + new) / n`. A row without range or movement counts 0 in the first mean and changes
/// nothing later, as in TA-Lib.
#[expect(clippy::cast_precision_loss, reason = "periods are far below 2^53")]
pub(super) fn adx(bars: Ranges<'_>, n: usize) -> Vec<f64> {
    let mut out = vec![NOTHING; bars.len()];
    let period = n as f64;
    let first = 2 * n - 1;
    let mut sums = Movement::default();
    let mut average = 0.0;
    for (row, slot) in out.iter_mut().enumerate().skip(1) {
        if row < n {
            sums.add(&bars, row);
            continue;
        }
        sums.decay(period);
        sums.add(&bars, row);
        let index = sums.index();
        if row <= first {
            average += index.unwrap_or(0.0) / period;
        } else if let Some(index) = index {
            average = (average * (period - 1.0) + index) / period;
        }
        if row >= first {
            *slot = average;
        }
    }
    out
}

/// Wilder's running sums.
#[derive(Default)]
struct Movement {
    up: f64,
    down: f64,
    range: f64,
}

impl Movement {
    fn add(&mut self, bars: &Ranges<'_>, row: usize) {
        let (up, down) = bars.movement(row);
        self.up += up;
        self.down += down;
        self.range += bars.true_range(row);
    }

    fn decay(&mut self, period: f64) {
        self.up -= self.up / period;
        self.down -= self.down / period;
        self.range -= self.range / period;
    }

    /// The ranges cancel out of the quotient; they only say whether there is one.
    fn index(&self) -> Option<f64> {
        let both = self.up + self.down;
        (self.range > 0.0 && both > 0.0).then(|| 100.0 * (self.up - self.down).abs() / both)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, bars, ranges};
    use super::*;

    #[test]
    fn atr_by_hand() {
        // Ranges: 11 to 8 after a close of 9 = 3; 12 to 11 after 8.5, so 12 - 8.5 = 3.5; 12 to 10 after 12 = 2.
        // n = 2: (3 + 3.5) / 2 = 3.25; (3.25 + 2) / 2 = 2.625.
        let bars = Ranges {
            high: &[10.0, 11.0, 12.0, 12.0],
            low: &[9.0, 8.0, 11.0, 10.0],
            close: &[9.0, 8.5, 12.0, 11.0],
        };
        let out = atr(bars, 2);
        assert!(out[0].is_nan() && out[1].is_nan());
        assert_eq!(out[2..], [3.25, 2.625]);
    }

    #[test]
    fn adx_by_hand() {
        // Highs 10 12 13 13, lows 9 9 8 11: movements up 2; up 1 = down 1, so none; none (low rose).
        // n = 2: sums after row 1: up 2. Row 2: up 2 - 1 + 0 = 1, index 100. Row 3: up 0.5, index 100.
        // First at index 3: (100 + 100) / 2.
        let bars = Ranges {
            high: &[10.0, 12.0, 13.0, 13.0, 12.0],
            low: &[9.0, 9.0, 8.0, 11.0, 8.0],
            close: &[9.5, 10.0, 11.0, 12.0, 9.0],
        };
        let out = adx(bars, 2);
        assert!(out[..3].iter().all(|value| value.is_nan()));
        assert_near(out[3], 100.0);
        // Row 4: down 3; up 0.5 - 0.25 = 0.25, index 100 * 2.75 / 3.25; average of that and 100.
        assert_near(out[4], (100.0 + 275.0 / 3.25) / 2.0);
    }

    #[test]
    fn no_range_at_all_is_no_direction() {
        let flat = [5.0; 8];
        let bars = Ranges { high: &flat, low: &flat, close: &flat };
        assert_eq!(adx(bars, 2)[3..], [0.0; 5]);
        assert_eq!(atr(bars, 2)[2..], [0.0; 6]);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): ATR(H, L, C, 14), ADX(H, L, C, 14), ADX(H, L, C, 5)
        let bars = bars();
        let range = atr(ranges(&bars), 14);
        assert!(range[13].is_nan());
        assert_near(range[14], 1.992_857_142_857_139);
        assert_near(range[21], 2.162_260_135_448_516);
        assert_near(range[59], 1.842_108_211_818_946_5);
        let direction = adx(ranges(&bars), 14);
        assert!(direction[26].is_nan());
        assert_near(direction[27], 26.865_927_927_139_22);
        assert_near(direction[28], 27.054_092_964_131_35);
        assert_near(direction[59], 23.232_122_315_202_673);
        let direction = adx(ranges(&bars), 5);
        assert_near(direction[9], 24.478_364_273_998_046);
        assert_near(direction[16], 36.580_971_891_237_95);
        assert_near(direction[59], 48.006_907_261_359_02);
    }
}
