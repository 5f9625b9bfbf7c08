//! Standard deviation of the close, and Bollinger's bands made of it.
//!
//! Population deviation (divided by `n`), as Bollinger defines his bands and as TA-Lib computes them. A
//! value depends on its own `n` rows only.

use super::deviation;

/// Population standard deviation of the last `n`; first at index `n - 1`.
pub(super) fn stddev(closes: &[f64], n: usize) -> Vec<f64> {
    deviation::deviations(closes, n)
}

/// `means`, the SMA(n), plus `width` deviations; a negative width is the lower band.
pub(super) fn bollinger(means: &[f64], closes: &[f64], n: usize, width: f64) -> Vec<f64> {
    around(means, &deviation::deviations(closes, n), width)
}

/// Means plus `width` of their deviations.
pub(super) fn around(means: &[f64], deviations: &[f64], width: f64) -> Vec<f64> {
    means.iter().zip(deviations).map(|(mean, deviation)| mean + width * deviation).collect()
}

#[cfg(test)]
mod tests {
    use super::super::exact;
    use super::super::fixture::{assert_near, closes};
    use super::*;

    fn banded(closes: &[f64], n: usize, width: f64) -> Vec<f64> {
        bollinger(&exact::means(closes, n), closes, n, width)
    }

    #[test]
    fn by_hand() {
        // 4 and 8: mean 6, deviation 2; at width 1.5 the bands are 9 and 3.
        assert_eq!(stddev(&[4.0, 8.0], 2)[1], 2.0);
        assert_eq!(banded(&[4.0, 8.0], 2, 1.5)[1], 9.0);
        assert_eq!(banded(&[4.0, 8.0], 2, -1.5)[1], 3.0);
    }

    #[test]
    fn one_bar_has_no_deviation() {
        assert_eq!(stddev(&[4.0, 8.0], 1), [0.0, 0.0]);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): STDDEV(C, 20, 1), BBANDS(C, 20, 2, 2)
        let (deviation, upper, lower) =
            (stddev(&closes(), 20), banded(&closes(), 20, 2.0), banded(&closes(), 20, -2.0));
        assert!(deviation[18].is_nan() && upper[18].is_nan());
        assert_near(deviation[19], 2.004_784_028_268_381);
        assert_near(deviation[59], 2.477_431_886_046_494);
        assert_near(upper[19], 103.080_568_056_536_78);
        assert_near(upper[59], 94.402_363_772_092_95);
        assert_near(lower[26], 91.773_756_307_945_35);
    }
}
