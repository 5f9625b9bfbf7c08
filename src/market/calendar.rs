//! Detects a market's calendar from its bars, and counts the trading days of its year.
//!
//! Weekends are judged by their share of bars, so that a single odd session or a wrong timestamp changes
//! nothing. The days of a year are measured, so that annualised growth is growth per elapsed time: six days a
//! week in a currency market that opens on Sunday evening, fewer than 365 where a round-the-clock venue has
//! no bar on days without trades.

use crate::domain::{DayStart, Interval, Span, Timestamp};
use crate::scenario::Calendar;

/// Minimum number of days for measuring the days of a year.
const MEASURED_FROM: i64 = 60;
/// Conventional days per year; a measured value within [`NEAR`] of one is replaced by it.
const USUAL: [f64; 3] = [365.0, 260.0, 252.0];
const NEAR: f64 = 0.015;
/// A weekend day with at least this share of a weekday's bars is a trading day.
const TRADED: f64 = 0.5;
/// A market with at least this share of all possible bars from Monday to Thursday trades day and night.
const DAY_AND_NIGHT: f64 = 0.85;
const DAYS_OF_WEEK: usize = 7;
const SATURDAY: usize = 5;
/// How long before the range bars still count for detecting the calendar: a week with its weekend, plus a
/// day. Earlier history exists only because of some agent's warm-up and must not influence the result.
pub const CALENDAR_CONTEXT: Span = Span::DAY.times(8);

/// A market's calendar and the number of its trading days per year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradingYear {
    /// Trading calendar the series follows.
    pub calendar: Calendar,
    /// Trading days per year.
    pub days: f64,
}

impl TradingYear {
    /// The conventional year of a calendar.
    pub const fn of(calendar: Calendar) -> Self {
        let days = match calendar {
            Calendar::RoundTheClock => USUAL[0],
            Calendar::Weekdays => USUAL[1],
            Calendar::Sessions => USUAL[2],
        };
        Self { calendar, days }
    }

    /// Detects it from sorted open times: the calendar from `telling` (the range and the days before it;
    /// sessions where these contain no Saturday), the days per year from `range` only.
    pub fn detect(telling: &[Timestamp], range: &[Timestamp], interval: Interval) -> Self {
        let usual = Self::of(detect(telling, interval).unwrap_or(Calendar::Sessions));
        usual.counted(range, DayStart::UTC)
    }

    /// This calendar, with the days per year of `range`.
    pub(super) fn counted(self, range: &[Timestamp], day: DayStart) -> Self {
        let usual = Self::of(self.calendar);
        Self { days: measured(range, day).map_or(usual.days, nearest_usual), ..usual }
    }

    /// Whether the market trades on weekends.
    pub const fn never_closes(self) -> bool {
        self.calendar.never_closes()
    }
}

/// Index of the first time that counts for the calendar of a range starting at `start`.
pub(super) fn first_calendar_row(times: &[Timestamp], start: Option<Timestamp>) -> usize {
    start.map_or(0, |start| times.partition_point(|&at| at < start - CALENDAR_CONTEXT))
}

/// The calendar of sorted open times. `None` where they do not determine it: bars longer than a day, or no
/// Saturday between the first and the last.
pub fn detect(times: &[Timestamp], interval: Interval) -> Option<Calendar> {
    let (first, last) = (times.first()?.utc_day(), times.last()?.utc_day());
    if interval > Interval::DAY {
        return None;
    }
    let days = days_of_week(first, last);
    if days[SATURDAY] == 0 {
        return None;
    }
    let mut bars = [0_u64; DAYS_OF_WEEK];
    let mut rest = times;
    while let Some(first) = rest.first() {
        let day = first.utc_day();
        let (same, later) = rest.split_at(rest.partition_point(|at| at.utc_day() <= day));
        bars[weekday(day)] += same.len() as u64;
        rest = later;
    }
    let (week, saturday) = (share(&bars, &days, 0..SATURDAY), share(&bars, &days, SATURDAY..SATURDAY + 1));
    if saturday >= TRADED * week {
        return Some(Calendar::RoundTheClock);
    }
    #[expect(clippy::cast_precision_loss, reason = "bars of a day")]
    let most = Span::DAY.micros() as f64 / interval.micros() as f64;
    let full = interval < Interval::DAY && share(&bars, &days, 0..4) >= DAY_AND_NIGHT * most;
    Some(if full { Calendar::Weekdays } else { Calendar::Sessions })
}

/// Average number of bars on these days of the week.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn share(bars: &[u64; DAYS_OF_WEEK], days: &[u64; DAYS_OF_WEEK], of: std::ops::Range<usize>) -> f64 {
    let sum = |counts: &[u64; DAYS_OF_WEEK]| counts[of.clone()].iter().sum::<u64>();
    sum(bars) as f64 / sum(days).max(1) as f64
}

/// Number of occurrences of each weekday between two days, both inclusive.
fn days_of_week(first: i64, last: i64) -> [u64; DAYS_OF_WEEK] {
    let count = last - first + 1;
    std::array::from_fn(|day| {
        let offset = (day as i64 - weekday(first) as i64).rem_euclid(7);
        u64::try_from((count - offset + 6).div_euclid(7)).unwrap_or(0)
    })
}

/// Weekday index, 0 for Monday; 1970-01-01 was a Thursday.
#[expect(clippy::cast_possible_truncation, reason = "0 to 6")]
const fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// Days with a bar per year of 365 days, over as many whole weeks as possible; `None` for fewer than 60 days.
#[expect(clippy::cast_precision_loss, reason = "counts of days")]
fn measured(times: &[Timestamp], day: DayStart) -> Option<f64> {
    let (first, last) = (day.day_of(*times.first()?), day.day_of(*times.last()?));
    if last - first + 1 < MEASURED_FROM {
        return None;
    }
    let span = (last - first + 1) / 7 * 7;
    let end = day.start_of(first + span);
    let whole = &times[..times.partition_point(|&at| at < end)];
    let mut next = Timestamp::from_micros(i64::MIN);
    let begins = |at: &&Timestamp| {
        let begins = **at >= next;
        if begins {
            next = day.end_after(**at);
        }
        begins
    };
    let days = whole.iter().filter(begins).count();
    Some(days as f64 / span as f64 * 365.0)
}

/// The conventional number of days closest to this one, if within [`NEAR`]; otherwise itself.
fn nearest_usual(days: f64) -> f64 {
    USUAL.into_iter().find(|usual| (days / usual - 1.0).abs() <= NEAR).unwrap_or(days)
}

/// The usual hours of a market with sessions: the times of day at which at least a quarter of its days have a
/// bar.
#[derive(Debug)]
pub struct Hours {
    step: i64,
    /// By index of the bar in its day; empty for a market that trades round the clock.
    used: Vec<bool>,
}

impl Hours {
    /// Detects them from sorted open times.
    pub fn of(times: &[Timestamp], interval: Interval, calendar: Calendar) -> Self {
        let step = interval.micros();
        let slots = usize::try_from(Span::DAY.micros() / step.max(1)).unwrap_or(0);
        if calendar.never_closes() || slots < 2 {
            return Self { step, used: Vec::new() };
        }
        let mut counts = vec![0_usize; slots + 1];
        let mut days = 0;
        for day in times.chunk_by(|a, b| a.utc_day() == b.utc_day()) {
            days += 1;
            day.iter().for_each(|&at| counts[slot(at, step).min(slots)] += 1);
        }
        // Daylight saving time moves sessions by an hour; the hours of both halves of the year count.
        Self { step, used: counts.into_iter().map(|count| count * 4 >= days).collect() }
    }

    /// Whether a bar opening at `at` is within the usual hours.
    pub fn open(&self, at: Timestamp) -> bool {
        self.used.is_empty() || self.used.get(slot(at, self.step)).copied().unwrap_or(false)
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a day's bars")]
fn slot(at: Timestamp, step: i64) -> usize {
    (at.micros().rem_euclid(Span::DAY.micros()) / step) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn hours(hours: impl Iterator<Item = i64>) -> Vec<Timestamp> {
        hours.map(|hour| Timestamp::from_micros(hour * HOUR)).collect()
    }

    /// Midnights of these days, counted from 1970-01-01, a Thursday.
    fn days(of: impl Iterator<Item = i64>) -> Vec<Timestamp> {
        hours(of.map(|day| day * 24))
    }

    fn weekdays(count: i64) -> impl Iterator<Item = i64> {
        (0..count).filter(|&day| weekday(day) < 5)
    }

    fn hour() -> Interval {
        "1h".parse().unwrap()
    }

    #[test]
    fn weekends_are_judged_by_their_share_of_bars() {
        let calendar = |times: &[Timestamp]| detect(times, Interval::DAY);
        assert_eq!(calendar(&days(0..28)), Some(Calendar::RoundTheClock));
        assert_eq!(calendar(&days(weekdays(364))), Some(Calendar::Sessions));
        // One Saturday a year, or a tenth of wrong timestamps, changes nothing; nor does a missing weekend.
        let odd = days((0..364).filter(|&day| weekday(day) < 5 || day == 100 || day == 2));
        assert_eq!((weekday(100), calendar(&odd)), (5, Some(Calendar::Sessions)));
        let gap = days((0..364).filter(|&day| !(50..80).contains(&day)));
        assert_eq!(calendar(&gap), Some(Calendar::RoundTheClock));
        // Four days without a Saturday, and weekly bars, do not determine a calendar.
        assert_eq!(calendar(&days(4..9)), None);
        assert_eq!(detect(&days((0..50).map(|week| week * 7 + 4)), "1w".parse().unwrap()), None);
    }

    #[test]
    fn a_currency_market_trades_day_and_night_but_not_on_saturdays() {
        // From Sunday 22:00 to Friday 22:00.
        let open = |hour: &i64| {
            let (day, time) = (weekday(hour.div_euclid(24)), hour.rem_euclid(24));
            match day {
                4 => time < 22,
                5 => false,
                6 => time >= 22,
                _ => true,
            }
        };
        let times = hours((0..361 * 24).filter(open));
        assert_eq!(detect(&times, hour()), Some(Calendar::Weekdays));
        // Six days a week have bars: 6 / 7 * 365.
        let year = TradingYear::detect(&times, &times, hour());
        assert!((year.days - 312.857).abs() < 1.0, "{year:?}");
    }

    #[test]
    fn the_days_of_a_year_are_measured_over_whole_weeks() {
        let year = |times: &[Timestamp]| TradingYear::detect(times, times, Interval::DAY).days;
        assert_eq!(year(&days(0..400)), 365.0);
        assert_eq!(year(&days(weekdays(364))), 260.0, "261 of 365, near 260");
        assert_eq!(year(&days(weekdays(364).filter(|day| day % 30 != 0))), 252.0, "a holiday a month");
        assert_eq!(year(&days(weekdays(59))), 252.0, "too short: the usual year");
        // Two days of three have a bar in a round-the-clock market.
        let sparse = year(&days((0..420).filter(|day| day % 3 < 2)));
        assert!((sparse - 243.3).abs() < 1.0, "{sparse}");
    }

    #[test]
    fn days_of_the_week_are_counted() {
        for (first, last) in [(0, 0), (0, 6), (3, 30), (-9, 100)] {
            let slow: [u64; 7] =
                std::array::from_fn(|day| (first..=last).filter(|&at| weekday(at) == day).count() as u64);
            assert_eq!(days_of_week(first, last), slow);
        }
    }

    #[test]
    fn usual_hours_are_detected() {
        // 14:00 to 21:00 without the 17:00 bar (lunch); one odd bar at 03:00.
        let session = weekdays(60).flat_map(|day| (14..21).filter(|&h| h != 17).map(move |h| day * 24 + h));
        let mut times = hours(session.chain([27]));
        times.sort();
        let told = Hours::of(&times, hour(), Calendar::Sessions);
        let open = |hour: i64| told.open(Timestamp::from_micros(hour * HOUR));
        assert_eq!(
            [3, 13, 14, 16, 17, 18, 20, 21].map(open),
            [false, false, true, true, false, true, true, false]
        );
        assert!(Hours::of(&times, hour(), Calendar::RoundTheClock).open(Timestamp::from_micros(0)));
    }
}
