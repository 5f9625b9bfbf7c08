//! What depends on the calendar: the volume-weighted average price of a session, and the local time.
//!
//! A session is a calendar day of a zone; a bar belongs to the day in which it opens.

use std::ops::Range;

use super::NOTHING;
use crate::domain::{TimePart, Timestamp, Zone};
use crate::market::Bars;

/// Sum of typical price times volume over sum of volume, since the first bar of the session. No value before the first
/// volume of a session. A value depends on the rows of its session only.
pub(super) fn vwap(bars: &Bars, rows: Range<usize>, zone: Zone) -> Vec<f64> {
    let (mut session, mut paid, mut volume) = (None, 0.0, 0.0);
    let each = rows.map(|row| {
        let day = zone.local(bars.ts[row]).day;
        if session != Some(day) {
            (session, paid, volume) = (Some(day), 0.0, 0.0);
        }
        let typical = (bars.high[row] + bars.low[row] + bars.close[row]) / 3.0;
        paid += typical * bars.volume[row];
        volume += bars.volume[row];
        if volume > 0.0 { paid / volume } else { NOTHING }
    });
    each.collect()
}

/// A part of the local time at the close of each row.
pub(super) fn local_time(bars: &Bars, rows: Range<usize>, part: TimePart, zone: Zone) -> Vec<f64> {
    let close = |open: &Timestamp| *open + bars.interval.span();
    bars.ts[rows].iter().map(|open| zone.local(close(open)).part(part)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{assert_near, bars};
    use super::*;

    #[test]
    fn a_session_begins_with_its_zone_s_day() {
        let mut bars = bars();
        // Bars of an hour from 2023-03-11 22:00 UTC on; volumes 1, 2, 3 ...
        let start: Timestamp = "2023-03-11T22:00:00Z".parse().unwrap();
        bars.interval = "1h".parse().unwrap();
        for (row, ts) in bars.ts.iter_mut().enumerate() {
            *ts = start + bars.interval.span().times(i64::try_from(row).unwrap());
        }
        let typical = |row: usize| (bars.high[row] + bars.low[row] + bars.close[row]) / 3.0;
        let weighted = |rows: Range<usize>| {
            let paid: f64 = rows.clone().map(|row| typical(row) * bars.volume[row]).sum();
            paid / rows.map(|row| bars.volume[row]).sum::<f64>()
        };
        let utc = vwap(&bars, 0..60, Zone::UTC);
        assert_near(utc[1], weighted(0..2));
        assert_near(utc[2], typical(2));
        assert_near(utc[25], weighted(2..26));
        assert_near(utc[26], typical(26));
        // New York's days begin at 05:00 UTC, from 2023-03-13 on at 04:00: the day between has 23 bars.
        let york = vwap(&bars, 0..60, "America/New_York".parse().unwrap());
        assert_near(york[6], weighted(0..7));
        assert_near(york[7], typical(7));
        assert_near(york[29], weighted(7..30));
        assert_near(york[30], typical(30));
    }

    #[test]
    fn a_session_without_volume_has_no_price_yet() {
        let mut bars = bars();
        bars.volume[0] = 0.0;
        let out = vwap(&bars, 0..3, Zone::UTC);
        assert!(out[0].is_nan());
        assert_near(out[1], (bars.high[1] + bars.low[1] + bars.close[1]) / 3.0);
    }

    #[test]
    fn the_time_is_that_of_the_close() {
        let bars = bars();
        // The fixture's minutes open at 1970-01-01 00:00 and on.
        assert_eq!(local_time(&bars, 0..3, TimePart::Minute, Zone::UTC), [1.0, 2.0, 3.0]);
        assert_eq!(local_time(&bars, 59..60, TimePart::Hour, Zone::UTC), [1.0]);
        let tokyo = "Asia/Tokyo".parse().unwrap();
        assert_eq!(local_time(&bars, 4..5, TimePart::TimeOfDay, tokyo), [545.0]);
    }
}
