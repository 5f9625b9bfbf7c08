//! Rate of change of the close, in percent. A value depends on two rows only.

use super::NOTHING;

/// `(close / close n bars before - 1) * 100`; first at index `n`.
pub(super) fn roc(closes: &[f64], n: usize) -> Vec<f64> {
    let mut out = vec![NOTHING; closes.len()];
    for row in n..closes.len() {
        out[row] = (closes[row] / closes[row - n] - 1.0) * 100.0;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, closes};
    use super::*;

    #[test]
    fn by_hand() {
        // 4 to 5 is 25 %, 5 to 4 is -20 %.
        let out = roc(&[4.0, 5.0, 4.0], 1);
        assert!(out[0].is_nan());
        assert_near(out[1], 25.0);
        assert_near(out[2], -20.0);
        assert!(roc(&[4.0], 3)[0].is_nan());
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): ROC(C, 10)
        let out = roc(&closes(), 10);
        assert_near(out[10], 1.787_319_021_467_781_4);
        assert_near(out[17], -3.827_848_101_265_829_4);
        assert_near(out[59], -4.300_833_145_687_899);
    }
}
