//! Coarser bars from finer ones.
//!
//! Invariants: a coarse bar opens at its bucket's start in UTC (weeks on Monday), whatever part of the bucket the
//! finer bars cover; a bucket without any finer bar does not exist. The work is one pass over the rows, however far
//! apart their times are.

use super::bars::Bars;
use super::error::MarketError;
use crate::domain::Interval;

/// Bars of `interval`: first open, highest high, lowest low, last close, sum of volumes of each bucket. The bars
/// are in order of time.
///
/// # Errors
/// [`MarketError::Resample`] where they are not.
pub fn resample(bars: &Bars, interval: Interval) -> Result<Bars, MarketError> {
    if let Some(pair) = bars.ts.windows(2).find(|pair| pair[1] < pair[0]) {
        let detail = format!("{} comes after {}", pair[1], pair[0]);
        return Err(MarketError::Resample { interval, detail });
    }
    let mut coarse = Bars::with_capacity(interval, 0);
    for row in 0..bars.len() {
        let bucket = interval.floor(bars.ts[row]);
        let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
        if coarse.ts.last() == Some(&bucket) {
            merge(&mut coarse, values);
        } else {
            coarse.push(bucket, values);
        }
    }
    Ok(coarse)
}

/// Adds a finer bar to the last coarse one.
fn merge(coarse: &mut Bars, [_, high, low, close, volume]: [f64; 5]) {
    let last = coarse.len() - 1;
    coarse.high[last] = coarse.high[last].max(high);
    coarse.low[last] = coarse.low[last].min(low);
    coarse.close[last] = close;
    coarse.volume[last] += volume;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    fn bars(interval: &str, rows: &[(&str, [f64; 5])]) -> Bars {
        let mut bars = Bars::with_capacity(interval.parse().unwrap(), rows.len());
        for (at, row) in rows {
            bars.push(at.parse().unwrap(), *row);
        }
        bars
    }

    #[test]
    fn a_bucket_is_first_max_min_last_sum() {
        let fine = bars(
            "20m",
            &[
                // The data begins inside the bucket of 09:00.
                ("2024-01-01T09:20", [5.0, 6.0, 4.0, 5.5, 1.0]),
                ("2024-01-01T09:40", [5.5, 9.0, 5.0, 8.0, 2.0]),
                // No bar of 10:xx, and 11:20 is missing.
                ("2024-01-01T11:00", [8.0, 8.5, 2.0, 3.0, 4.0]),
                ("2024-01-01T11:40", [3.0, 3.5, 2.5, 3.25, 0.5]),
            ],
        );
        let hours = bars(
            "1h",
            &[
                ("2024-01-01T09:00", [5.0, 9.0, 4.0, 8.0, 3.0]),
                ("2024-01-01T11:00", [8.0, 8.5, 2.0, 3.25, 4.5]),
            ],
        );
        assert_eq!(resample(&fine, "1h".parse().unwrap()).unwrap(), hours);
    }

    #[test]
    fn buckets_of_every_interval_open_where_the_interval_says() {
        let mut fine = Bars::with_capacity(Interval::DAY, 60);
        // Sixty days across 1970, where a wrong sign of the remainder would show.
        for day in -30..30_i64 {
            fine.push(Timestamp::from_micros(day * 86_400_000_000), [1.0, 1.0, 1.0, 1.0, 1.0]);
        }
        for interval in ["1w", "2w", "3d", "10d"] {
            let interval: Interval = interval.parse().unwrap();
            let coarse = resample(&fine, interval).unwrap();
            let mut opens: Vec<Timestamp> = fine.ts.iter().map(|&at| interval.floor(at)).collect();
            opens.dedup();
            assert_eq!(coarse.ts, opens, "{interval}");
            assert_eq!(coarse.volume.iter().sum::<f64>(), 60.0);
        }
        let weeks = resample(&fine, "1w".parse().unwrap()).unwrap();
        // 1970-01-05 was a Monday.
        assert!(weeks.ts.contains(&"1970-01-05".parse().unwrap()));
    }

    #[test]
    fn a_span_without_bars_costs_nothing() {
        let fine = bars("1s", &[("0001-01-01T00:00:01", [1.0; 5]), ("9999-12-31T23:59:59", [2.0; 5])]);
        let coarse = resample(&fine, "2s".parse().unwrap()).unwrap();
        assert_eq!((coarse.len(), coarse.close[1]), (2, 2.0));
        let back = bars("1h", &[("2024-01-02", [1.0; 5]), ("2024-01-01", [1.0; 5])]);
        assert!(resample(&back, Interval::DAY).is_err());
    }

    #[test]
    fn nothing_becomes_nothing() {
        let none = Bars::with_capacity(Interval::MINUTE, 0);
        assert!(resample(&none, Interval::DAY).unwrap().is_empty());
    }
}
