//! Coarser bars from finer ones, with Polars.
//!
//! Invariant: a coarse bar opens at its bucket's start in UTC (weeks on Monday), whatever part of the bucket
//! the finer bars cover; a bucket without any finer bar does not exist.

use polars::prelude::*;

use super::bars::Bars;
use super::error::MarketError;
use crate::domain::{Interval, Timestamp};

/// Bars of `interval`: first open, highest high, lowest low, last close, sum of volumes of each bucket.
///
/// # Errors
/// [`MarketError::Resample`] where Polars refuses.
pub fn resample(bars: &Bars, interval: Interval) -> Result<Bars, MarketError> {
    if bars.is_empty() {
        return Ok(Bars::with_capacity(interval, 0));
    }
    collect(bars, interval).map_err(|error| MarketError::Resample { interval, detail: error.to_string() })
}

fn collect(bars: &Bars, interval: Interval) -> PolarsResult<Bars> {
    // Counted from the interval's own origin (a Monday for weeks), so that buckets start at multiples.
    let origin = interval.floor(Timestamp::from_micros(0)).micros();
    let times: Vec<i64> = bars.ts.iter().map(|at| at.micros() - origin).collect();
    let every = Duration::try_parse(&format!("{}us", interval.micros()))?;
    let buckets = DynamicGroupOptions {
        index_column: "ts".into(),
        every,
        period: every,
        offset: Duration::try_parse("0us")?,
        label: Label::Left,
        include_boundaries: false,
        closed_window: ClosedWindow::Left,
        start_by: StartBy::WindowBound,
    };
    let number = |name: &str, values: &[f64]| Column::new(name.into(), values);
    let frame = DataFrame::new(
        bars.len(),
        vec![
            Column::new("ts".into(), times).cast(&DataType::Datetime(TimeUnit::Microseconds, None))?,
            number("open", &bars.open),
            number("high", &bars.high),
            number("low", &bars.low),
            number("close", &bars.close),
            number("volume", &bars.volume),
        ],
    )?;
    let coarse = frame
        .lazy()
        .group_by_dynamic(col("ts"), [], buckets)
        .agg([
            col("open").first(),
            col("high").max(),
            col("low").min(),
            col("close").last(),
            col("volume").sum(),
        ])
        .collect()?;
    let column = |name: &str| -> PolarsResult<Vec<f64>> {
        Ok(coarse.column(name)?.f64()?.into_no_null_iter().collect())
    };
    let times = coarse.column("ts")?.cast(&DataType::Int64)?;
    Ok(Bars {
        interval,
        ts: times.i64()?.into_no_null_iter().map(|at| Timestamp::from_micros(at + origin)).collect(),
        open: column("open")?,
        high: column("high")?,
        low: column("low")?,
        close: column("close")?,
        volume: column("volume")?,
    })
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
    fn nothing_becomes_nothing() {
        let none = Bars::with_capacity(Interval::MINUTE, 0);
        assert!(resample(&none, Interval::DAY).unwrap().is_empty());
    }
}
