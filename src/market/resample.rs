//! Resamples finer bars to coarser ones, grouped by Polars.
//!
//! Invariants: a coarse bar opens at its bucket's start in UTC (weeks on Monday), whichever part of the
//! bucket the finer bars cover; a bucket without finer bars has no bar. Rows are grouped by bucket, so the
//! cost grows with the number of rows, not with the time range.

use polars_core::prelude::*;
use polars_core::series::IsSorted;

use super::bars::Bars;
use super::error::MarketError;
use crate::domain::{Interval, Timestamp};

/// Bars of `interval`: first open, highest high, lowest low, last close and total volume of each bucket. The
/// bars are sorted.
///
/// # Errors
/// [`MarketError::Resample`] where they are not sorted, or Polars fails.
pub fn resample(bars: &Bars, interval: Interval) -> Result<Bars, MarketError> {
    if bars.is_empty() {
        return Ok(Bars::with_capacity(interval, 0));
    }
    if let Some(pair) = bars.ts.windows(2).find(|pair| pair[1] < pair[0]) {
        let detail = format!("{} comes after {}", pair[1], pair[0]);
        return Err(MarketError::Resample { interval, detail });
    }
    collect(bars, interval).map_err(|error| MarketError::Resample { interval, detail: error.to_string() })
}

#[expect(deprecated, reason = "grouping without the query engine: its crates would double the build")]
fn collect(bars: &Bars, interval: Interval) -> PolarsResult<Bars> {
    let buckets: Vec<i64> = bars.ts.iter().map(|&at| interval.floor(at).micros()).collect();
    let mut buckets = Series::new("bucket".into(), buckets);
    buckets.set_sorted_flag(IsSorted::Ascending);
    let number = |name: &str, values: &[f64]| Column::new(name.into(), values);
    let frame = DataFrame::new(
        bars.len(),
        vec![
            buckets.into(),
            number("open", &bars.open),
            number("high", &bars.high),
            number("low", &bars.low),
            number("close", &bars.close),
            number("volume", &bars.volume),
        ],
    )?;
    let groups = frame.group_by_stable(["bucket"])?;
    let of = |name: &str| groups.clone().select([name]);
    let opens = of("open").first()?;
    Ok(Bars {
        interval,
        ts: opens.column("bucket")?.i64()?.into_no_null_iter().map(Timestamp::from_micros).collect(),
        open: column(&opens)?,
        high: column(&of("high").max()?)?,
        low: column(&of("low").min()?)?,
        close: column(&of("close").last()?)?,
        volume: column(&of("volume").sum()?)?,
    })
}

/// The values of a grouping, in its second column.
fn column(grouped: &DataFrame) -> PolarsResult<Vec<f64>> {
    Ok(grouped.columns()[1].f64()?.into_no_null_iter().collect())
}

/// Resamples, and drops a first bucket whose beginning was not read. A first bucket in which the data itself
/// begins is kept.
pub(super) fn coarser(bars: &Bars, interval: Interval, whole: bool) -> Result<Bars, MarketError> {
    if !interval.is_multiple_of(bars.interval) {
        let detail = format!("{interval} is not a multiple of {}", bars.interval);
        return Err(MarketError::Resample { interval, detail });
    }
    let mut coarse = resample(bars, interval)?;
    if !whole && !coarse.is_empty() {
        let len = coarse.len();
        coarse.keep(1..len);
    }
    Ok(coarse)
}

#[cfg(test)]
mod tests {
    use super::*;

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
                // The data starts inside the bucket of 09:00.
                ("2024-01-01T09:20", [5.0, 6.0, 4.0, 5.5, 1.0]),
                ("2024-01-01T09:40", [5.5, 9.0, 5.0, 8.0, 2.0]),
                // No bar at 10:xx, and 11:20 is missing.
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
        // Sixty days across 1970, to detect a wrong sign of the remainder.
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
    fn long_gaps_cost_nothing() {
        let fine = bars("1s", &[("0001-01-01T00:00:01", [1.0; 5]), ("9999-12-31T23:59:59", [2.0; 5])]);
        let coarse = resample(&fine, "2s".parse().unwrap()).unwrap();
        assert_eq!((coarse.len(), coarse.close[1]), (2, 2.0));
        let back = bars("1h", &[("2024-01-02", [1.0; 5]), ("2024-01-01", [1.0; 5])]);
        assert!(resample(&back, Interval::DAY).is_err());
    }

    #[test]
    fn no_bars_resample_to_no_bars() {
        let none = Bars::with_capacity(Interval::MINUTE, 0);
        assert!(resample(&none, Interval::DAY).unwrap().is_empty());
    }
}
