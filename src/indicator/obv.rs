//! On-balance volume: the volume of rising closes less that of falling ones.
//!
//! Begins with the first bar's volume. Its level depends on where the column begins, so only differences mean anything:
//! compare it with its own averages and extremes, which begin with it. Source: Granville, 1963; TA-Lib's OBV.

/// One value a row.
pub(super) fn obv(closes: &[f64], volume: &[f64]) -> Vec<f64> {
    let mut balance = volume.first().copied().unwrap_or_default();
    let rest = closes.windows(2).zip(volume.iter().skip(1)).map(|(pair, volume)| {
        balance += match pair {
            [before, now] if now > before => *volume,
            [before, now] if now < before => -*volume,
            _ => 0.0,
        };
        balance
    });
    volume.first().copied().into_iter().chain(rest.collect::<Vec<f64>>()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, bars};
    use super::*;

    #[test]
    fn by_hand() {
        // 5, up 3, equal, down 7.
        assert_eq!(obv(&[1.0, 2.0, 2.0, 1.0], &[5.0, 3.0, 9.0, 7.0]), [5.0, 8.0, 8.0, 1.0]);
        assert!(obv(&[], &[]).is_empty());
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): OBV(C, V)
        let bars = bars();
        let out = obv(&bars.close, &bars.volume);
        assert_near(out[0], 1.0);
        assert_near(out[7], 6.0);
        assert_near(out[33], -237.0);
        assert_near(out[59], -192.0);
    }
}
