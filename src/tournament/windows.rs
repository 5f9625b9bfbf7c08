//! From a window rule to ranges of the market's clock; how they lie on the calendar is in
//! [`calendar`](super::calendar).

use super::calendar::{Calendar, DateRange, WindowError};
use super::outcome::WindowSpan;
use super::regime::Regime;
use super::{random, stratified};
use crate::domain::Seed;
use crate::engine::Window;
use crate::market::{Market, TickRange};
use crate::scenario::WindowSpec;

/// The windows of `spec` in a stretch of the market, numbered from 0 in order of time.
///
/// # Errors
/// [`WindowError`] where the range does not hold them.
pub fn plan_windows(
    spec: &WindowSpec,
    market: &Market,
    range: impl Into<DateRange>,
    seed: Seed,
) -> Result<Vec<WindowSpan>, WindowError> {
    let range = range.into();
    let calendar = Calendar::between(market, range);
    let plain = |windows: Vec<TickRange>| windows.into_iter().map(|ticks| (ticks, None)).collect();
    let windows: Vec<(TickRange, Option<Regime>)> = match *spec {
        WindowSpec::Whole => plain(vec![range.ticks]),
        WindowSpec::Sequential { length, count } => {
            plain(calendar.stepped(length, length + calendar.embargo, count)?)
        }
        WindowSpec::Rolling { length, step, count } => plain(calendar.stepped(length, step, count)?),
        WindowSpec::Random { length, count } => plain(random::windows(&calendar, length, count, seed)?),
        WindowSpec::Stratified { length, count, lookback } => {
            stratified::windows(&calendar, length, count, lookback, seed)?
        }
    };
    let span = |(index, (ticks, regime)): (u32, (TickRange, Option<Regime>))| WindowSpan {
        window: Window { index, ticks },
        start: market.clock[ticks.first],
        end: market.close_time(ticks.last - 1),
        regime,
    };
    Ok((0_u32..).zip(windows).map(span).collect())
}

/// How many ticks of a range lie in none of its windows, which are in order of time.
pub fn unused_ticks(windows: &[WindowSpan], range: TickRange) -> usize {
    let (mut used, mut from) = (0, range.first);
    for TickRange { first, last } in windows.iter().map(|span| span.window.ticks) {
        let first = first.max(from);
        used += last.saturating_sub(first);
        from = from.max(last);
    }
    (range.last - range.first).saturating_sub(used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Span, Timestamp};
    use crate::tournament::testing::{all, hours, market, weekdays};

    fn spans(spec: &WindowSpec, market: &Market) -> Result<Vec<(usize, usize)>, WindowError> {
        let windows = plan_windows(spec, market, all(market), Seed(1))?;
        Ok(windows.iter().map(|w| (w.window.ticks.first, w.window.ticks.last)).collect())
    }

    fn days(n: i64) -> Span {
        Span::DAY.times(n)
    }

    #[test]
    fn the_whole_range_is_one_window() {
        let market = market("1h", true, hours(0..100));
        let windows = plan_windows(&WindowSpec::Whole, &market, all(&market), Seed(1)).unwrap();
        assert_eq!(windows.len(), 1);
        assert_eq!(windows[0].window, Window { index: 0, ticks: TickRange { first: 0, last: 100 } });
        assert_eq!((windows[0].start, windows[0].end), (market.clock[0], market.close_time(99)));
    }

    #[test]
    fn sequential_windows_follow_one_another() {
        // 100 hours hold four days and four hours.
        let market = market("1h", true, hours(0..100));
        let spec = WindowSpec::Sequential { length: days(1), count: None };
        assert_eq!(spans(&spec, &market).unwrap(), [(0, 24), (24, 48), (48, 72), (72, 96)]);
        let spec = WindowSpec::Sequential { length: days(1), count: Some(2) };
        assert_eq!(spans(&spec, &market).unwrap(), [(0, 24), (24, 48)]);
    }

    #[test]
    fn ticks_outside_all_windows_are_counted_once() {
        let market = market("1h", true, hours(0..100));
        let unused = |spec: &WindowSpec| {
            unused_ticks(&plan_windows(spec, &market, all(&market), Seed(1)).unwrap(), all(&market))
        };
        assert_eq!(unused(&WindowSpec::Whole), 0);
        assert_eq!(unused(&WindowSpec::Sequential { length: days(3), count: None }), 28);
        let overlapping = WindowSpec::Rolling { length: days(2), step: days(1), count: Some(2) };
        assert_eq!(unused(&overlapping), 100 - 72);
    }

    #[test]
    fn rolling_windows_overlap_by_their_step() {
        let market = market("1h", true, hours(0..60));
        let spec = WindowSpec::Rolling { length: days(1), step: Span::from_seconds(12 * 3600), count: None };
        assert_eq!(spans(&spec, &market).unwrap(), [(0, 24), (12, 36), (24, 48), (36, 60)]);
    }

    #[test]
    fn an_embargo_parts_windows() {
        // Days 0, 2 and 4 of five days.
        let market = market("1h", true, hours(0..120));
        let range = DateRange { embargo: days(1), ..DateRange::from(all(&market)) };
        let spec = WindowSpec::Sequential { length: days(1), count: None };
        let windows = plan_windows(&spec, &market, range, Seed(1)).unwrap();
        let ticks: Vec<_> = windows.iter().map(|w| (w.window.ticks.first, w.window.ticks.last)).collect();
        assert_eq!(ticks, [(0, 24), (48, 72), (96, 120)]);
    }

    #[test]
    fn windows_are_cut_from_the_range_alone() {
        let market = market("1h", true, hours(0..100));
        let spec = WindowSpec::Sequential { length: days(1), count: None };
        let windows = plan_windows(&spec, &market, TickRange { first: 10, last: 70 }, Seed(1)).unwrap();
        let ticks: Vec<_> = windows.iter().map(|w| (w.window.ticks.first, w.window.ticks.last)).collect();
        assert_eq!(ticks, [(10, 34), (34, 58)]);
    }

    #[test]
    fn windows_start_where_the_scenario_says_though_bars_are_missing_there() {
        // The first two hours have no bars: the windows are whole days all the same.
        let market = market("1h", true, hours(2..96));
        let (start, end) = (Some(Timestamp::from_micros(0)), Some(Timestamp::from_micros(0) + days(4)));
        let range = DateRange { start, end, ..DateRange::from(all(&market)) };
        let spec = WindowSpec::Sequential { length: days(1), count: None };
        let windows = plan_windows(&spec, &market, range, Seed(1)).unwrap();
        let ticks: Vec<_> = windows.iter().map(|w| (w.window.ticks.first, w.window.ticks.last)).collect();
        assert_eq!(ticks, [(0, 22), (22, 46), (46, 70), (70, 94)]);
    }

    #[test]
    fn a_count_that_does_not_fit_says_how_many_do() {
        let market = market("1h", true, hours(0..100));
        let error = spans(&WindowSpec::Sequential { length: days(1), count: Some(9) }, &market).unwrap_err();
        assert_eq!(
            error.to_string(),
            "only 4 of 9 windows of `1d` fit between `1970-01-01T00:00:00Z` and `1970-01-05T04:00:00Z`"
        );
        let error = spans(&WindowSpec::Sequential { length: days(9), count: None }, &market).unwrap_err();
        assert!(matches!(error, WindowError::NothingFits { .. }));
    }

    #[test]
    fn a_hole_of_a_window_is_an_error() {
        // Days 0 and 2 have bars, day 1 has none.
        let market = market("1h", true, hours((0..24).chain(48..72)));
        let spec = WindowSpec::Sequential { length: days(1), count: None };
        assert_eq!(
            spans(&spec, &market).unwrap_err().to_string(),
            "the window from `1970-01-02T00:00:00Z` to `1970-01-03T00:00:00Z` has no bars: the data has a gap there"
        );
    }

    #[test]
    fn a_hole_within_a_window_stays_in_it() {
        let market = market("1h", true, hours((0..24).chain(48..72)));
        let spec = WindowSpec::Sequential { length: days(3), count: None };
        assert_eq!(spans(&spec, &market).unwrap(), [(0, 48)]);
    }

    #[test]
    fn weekends_of_a_session_market_are_no_windows_and_end_a_week() {
        // 1970-01-05 was a Monday: two weeks of weekdays, the last bar on a Friday.
        let market = market("1d", false, weekdays(4..16));
        let week = WindowSpec::Sequential { length: days(7), count: None };
        assert_eq!(spans(&week, &market).unwrap(), [(0, 5), (5, 10)]);
        let day = WindowSpec::Sequential { length: days(1), count: None };
        assert_eq!(spans(&day, &market).unwrap().len(), 10);
    }

    #[test]
    fn a_long_hole_in_a_session_market_is_still_a_hole() {
        let market = market("1d", false, weekdays((4..16).chain(60..70)));
        let week = WindowSpec::Sequential { length: days(7), count: None };
        assert!(matches!(spans(&week, &market), Err(WindowError::Hole { .. })));
    }

    #[test]
    fn lengths_must_be_positive() {
        let market = market("1h", true, hours(0..100));
        for spec in [
            WindowSpec::Sequential { length: days(0), count: None },
            WindowSpec::Rolling { length: days(1), step: days(0), count: None },
            WindowSpec::Random { length: days(0), count: 1 },
        ] {
            assert!(matches!(spans(&spec, &market), Err(WindowError::NotPositive { .. })), "{spec:?}");
        }
    }
}
