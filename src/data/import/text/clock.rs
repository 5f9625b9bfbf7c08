//! Converts times in text to UTC.
//!
//! Invariant: a file has one unit of epoch times; a row in another unit is refused.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;

use crate::domain::Timestamp;
use crate::market::file::{PLAUSIBLE_YEARS, plausible};

/// The unit of an integer time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds since 1970, optionally with a fraction.
    Seconds,
    /// Milliseconds since 1970.
    Millis,
    /// Microseconds since 1970.
    Micros,
    /// Nanoseconds since 1970, truncated to microseconds.
    Nanos,
    /// Days since 1970.
    Days,
    /// Spreadsheet days since 30 December 1899; a fraction is the time of day.
    Spreadsheet,
    /// A date as a number: 20240131.
    Date,
}

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Days from 30 December 1899 to 1970.
const SPREADSHEET_TO_1970: i64 = 25_569;

impl TimeUnit {
    /// Guesses the unit by magnitude: from March 1973 to the year 5138 the ranges do not overlap.
    pub const fn of(value: i64) -> Self {
        match value.unsigned_abs() {
            0..100_000_000_000 => Self::Seconds,
            100_000_000_000..100_000_000_000_000 => Self::Millis,
            100_000_000_000_000..100_000_000_000_000_000 => Self::Micros,
            _ => Self::Nanos,
        }
    }

    /// As [`Self::of`], but eight digits that form a plausible date are a date.
    pub fn guess(value: i64) -> Self {
        let date = Self::Date.instant(value, 0).ok();
        if date.is_some_and(plausible) { Self::Date } else { Self::of(value) }
    }

    /// The name on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::Micros => "us",
            Self::Nanos => "ns",
            Self::Days => "days",
            Self::Spreadsheet => "spreadsheet",
            Self::Date => "date",
        }
    }

    /// The name in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Millis => "milliseconds",
            Self::Micros => "microseconds",
            Self::Nanos => "nanoseconds",
            Self::Days => "days",
            Self::Spreadsheet => "days of a spreadsheet",
            Self::Date => "dates",
        }
    }

    /// The instant of a number `value` plus `millionths` of the unit.
    pub fn instant(self, value: i64, millionths: i64) -> Result<Timestamp, String> {
        let beyond = || format!("`{value}` is outside the supported range of times");
        let days = |value: i64| value.checked_mul(MICROS_PER_DAY).ok_or_else(beyond);
        let micros = match self {
            Self::Seconds => {
                value.checked_mul(1_000_000).map(|micros| micros + millionths).ok_or_else(beyond)?
            }
            Self::Millis => value.checked_mul(1_000).ok_or_else(beyond)?,
            Self::Micros => value,
            Self::Nanos => value.div_euclid(1_000),
            Self::Days => days(value)?,
            Self::Spreadsheet => days(value - SPREADSHEET_TO_1970)? + day_part(millionths),
            Self::Date => {
                let part = |digits: i64| u32::try_from(digits % 100).unwrap_or(0);
                let year = i32::try_from(value / 10_000).ok();
                let date =
                    year.and_then(|year| NaiveDate::from_ymd_opt(year, part(value / 100), part(value)));
                let midnight = date.and_then(|date| date.and_hms_opt(0, 0, 0));
                return midnight.map(utc).ok_or_else(|| format!("`{value}` is not a date such as 20240131"));
            }
        };
        Ok(Timestamp::from_micros(micros))
    }

    /// As [`Self::instant`], for a guessed unit: the result must be in plausible years.
    pub fn plausible_instant(self, value: i64, millionths: i64) -> Result<Timestamp, String> {
        let at = self.instant(value, millionths)?;
        if plausible(at) {
            return Ok(at);
        }
        let (from, to) = (PLAUSIBLE_YEARS.start, PLAUSIBLE_YEARS.end - 1);
        Err(format!(
            "`{value}` as {} since 1970 is {at}, outside the plausible range {from} to {to}: set its unit \
             with `--time-unit`",
            self.as_str()
        ))
    }
}

/// Millionths of a day in microseconds, rounded to the second as spreadsheets display it.
const fn day_part(millionths: i64) -> i64 {
    let seconds = (millionths * 86_400 + 500_000).div_euclid(1_000_000);
    seconds * 1_000_000
}

impl std::str::FromStr for TimeUnit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const ALL: [TimeUnit; 7] = [
            TimeUnit::Seconds,
            TimeUnit::Millis,
            TimeUnit::Micros,
            TimeUnit::Nanos,
            TimeUnit::Days,
            TimeUnit::Spreadsheet,
            TimeUnit::Date,
        ];
        ALL.into_iter().find(|unit| unit.key() == text).ok_or_else(|| {
            let keys = ALL.map(TimeUnit::key).join(", ");
            format!("`{text}` is not a unit of time; known: {keys}")
        })
    }
}

/// How a file writes its times.
#[derive(Debug, Clone, PartialEq)]
pub enum Clock {
    /// UTC, as a number whose unit was guessed from its magnitude.
    Epoch(TimeUnit),
    /// UTC, as a number in the unit that the user states.
    Counted(TimeUnit),
    /// Midnights as session dates, stamped 00:00 UTC of the written date, whatever its offset or zone. For
    /// numbers, the instant's date in the zone is used.
    Session(Box<Clock>, Tz),
    /// A date, optionally with a time of day: ISO 8601, `20240131 09:30`, `2024-01-31 09-PM`. Without an
    /// offset it is local to the zone; a date without a time is midnight UTC of that date in any zone.
    Text(Tz),
    /// A `strftime` pattern of `chrono`.
    Pattern(String, Tz),
    /// Milliseconds since midnight of this date in this time zone (LEAN).
    SinceMidnight(NaiveDate, Tz),
}

impl Clock {
    /// Detects the clock from a first field: an epoch number or a text.
    pub fn guess(field: &str, zone: Tz) -> Self {
        match epoch(field) {
            // Eight digits are a date: 20240131.
            Some((whole, 0)) if field.len() == 8 && TimeUnit::guess(whole) == TimeUnit::Date => {
                Self::Text(zone)
            }
            Some((whole, _)) => Self::Epoch(TimeUnit::of(whole)),
            None => Self::Text(zone),
        }
    }

    /// Parses a field; the error describes the problem.
    pub fn read(&self, field: &str) -> Result<Timestamp, String> {
        let unreadable = || format!("`{field}` is not a time");
        match self {
            Self::Epoch(unit) => {
                let (whole, micros) = epoch(field).ok_or_else(unreadable)?;
                let found = TimeUnit::of(whole);
                if found != *unit {
                    let (found, unit) = (found.as_str(), unit.as_str());
                    return Err(format!("`{field}` is in {found}, but the rows before it are in {unit}"));
                }
                unit.plausible_instant(whole, micros)
            }
            Self::Counted(unit) => {
                let (sign, digits) = field.strip_prefix('-').map_or((1, field), |digits| (-1, digits));
                let (whole, micros) = epoch(digits).ok_or_else(unreadable)?;
                unit.instant(sign * whole, sign * micros)
            }
            Self::Session(inner, zone) => session(inner, *zone, field),
            Self::Text(zone) => text(field, *zone).unwrap_or_else(|| Err(unreadable())),
            Self::Pattern(pattern, zone) => patterned(field, pattern, *zone)
                .unwrap_or_else(|| Err(format!("`{field}` does not match the time format `{pattern}`"))),
            Self::SinceMidnight(day, zone) => {
                let (millis, micros) = epoch(field).ok_or_else(unreadable)?;
                // LEAN writes fractions of a millisecond.
                let since = TimeDelta::milliseconds(millis) + TimeDelta::microseconds(micros / 1_000);
                let local = day.and_time(NaiveTime::MIN) + since;
                to_utc(local, *zone)
            }
        }
    }
}

/// Integer part and millionths of a decimal number.
fn epoch(field: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = field.split_once('.').unwrap_or((field, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) || whole.len() > 19 {
        return None;
    }
    let mut micros = 0_i64;
    for digit in 0..6 {
        micros = micros * 10 + fraction.as_bytes().get(digit).map_or(0, |byte| i64::from(byte - b'0'));
    }
    Some((whole.parse().ok()?, micros))
}

/// Parses a date in any known form; `None` where it has none.
fn text(field: &str, zone: Tz) -> Option<Result<Timestamp, String>> {
    let Written { local, offset, date_alone } = written(field)?;
    Some(match offset {
        _ if date_alone => Ok(utc(local)),
        Some(minutes) => Ok(utc(local - TimeDelta::minutes(minutes))),
        None => to_utc(local, zone),
    })
}

/// A time as written.
struct Written {
    local: NaiveDateTime,
    /// UTC offset in minutes.
    offset: Option<i64>,
    date_alone: bool,
}

fn written(field: &str) -> Option<Written> {
    let field = field.trim();
    let bytes = field.as_bytes();
    let (day, used) = date(bytes)?;
    let rest = field.get(used..)?;
    if rest.is_empty() {
        return Some(Written { local: day.and_hms_opt(0, 0, 0)?, offset: None, date_alone: true });
    }
    let rest = rest.strip_prefix(['T', ' ', ';', '_'])?;
    let (clock, offset) = split_offset(rest);
    let local = day.and_time(time_of_day(clock)?);
    let offset = match offset {
        Some(minutes) => Some(minutes?),
        None => None,
    };
    Some(Written { local, offset, date_alone: false })
}

/// Whether a text is a midnight with an offset that is another time of day in UTC.
pub fn is_local_midnight(field: &str) -> bool {
    written(field).is_some_and(|written| {
        written.local.time() == NaiveTime::MIN && written.offset.is_some_and(|minutes| minutes % 1_440 != 0)
    })
}

/// 00:00 UTC of the date of a midnight.
fn session(clock: &Clock, zone: Tz, field: &str) -> Result<Timestamp, String> {
    let local = match clock {
        Clock::Text(_) => written(field).map(|written| written.local),
        Clock::Pattern(pattern, _) => DateTime::parse_from_str(field, pattern)
            .map(|full| full.naive_local())
            .ok()
            .or_else(|| patterned(field, pattern, Tz::UTC)?.ok().map(|at| at.to_utc().naive_utc())),
        other => {
            let at = other.read(field)?;
            Some(zone.from_utc_datetime(&at.to_utc().naive_utc()).naive_local())
        }
    };
    let local = local.ok_or_else(|| format!("`{field}` is not a time"))?;
    if local.time() != NaiveTime::MIN {
        return Err(format!(
            "`{field}` is not a midnight ({} o'clock), so it is not a session date",
            local.time()
        ));
    }
    Ok(utc(local))
}

/// Parses a leading date and returns its length: `2024-01-31`, `2024/01/31`, `2024.01.31`, `20240131`.
fn date(bytes: &[u8]) -> Option<(NaiveDate, usize)> {
    let number = |from: usize, len: usize| -> Option<i32> {
        let part = bytes.get(from..from + len)?;
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |n, b| n * 10 + i32::from(b - b'0')))
    };
    let separated = matches!(bytes.get(4), Some(b'-' | b'/' | b'.')) && bytes.get(4) == bytes.get(7);
    let (month, day, used) = if separated { (5, 8, 10) } else { (4, 6, 8) };
    let month = u32::try_from(number(month, 2)?).ok()?;
    let day = u32::try_from(number(day, 2)?).ok()?;
    NaiveDate::from_ymd_opt(number(0, 4)?, month, day).map(|date| (date, used))
}

/// Splits off a trailing `Z`, `+00:00`, `-0500` or ` UTC`; returns the offset in minutes, inner `None` where
/// it is malformed.
fn split_offset(text: &str) -> (&str, Option<Option<i64>>) {
    for utc in ["Z", " UTC", "UTC"] {
        if let Some(clock) = text.strip_suffix(utc) {
            return (clock, Some(Some(0)));
        }
    }
    // The sign must follow a digit of the time and precede digits; in `09-PM` a letter follows.
    let sign = text
        .rfind(['+', '-'])
        .filter(|&at| at > 0 && text[at + 1..].bytes().next().is_some_and(|byte| byte.is_ascii_digit()));
    let Some(at) = sign else { return (text, None) };
    let digits: String = text[at + 1..].chars().filter(|c| *c != ':').collect();
    let minutes = match digits.len() {
        2 => digits.parse::<i64>().ok().map(|hours| hours * 60),
        4 => digits.parse::<i64>().ok().map(|both| both / 100 * 60 + both % 100),
        _ => None,
    };
    let signed = minutes.map(|minutes| if text.as_bytes()[at] == b'-' { -minutes } else { minutes });
    (text[..at].trim_end(), Some(signed))
}

/// Parses `09:30`, `09:30:15.25`, `093015`, `0930`, and 12-hour `09-PM`, `9 PM`, `09:30 PM`.
fn time_of_day(text: &str) -> Option<NaiveTime> {
    let upper = text.to_ascii_uppercase();
    let (clock, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(clock), _) => (clock.trim_end_matches(['-', ' ']), Some(0)),
        (_, Some(clock)) => (clock.trim_end_matches(['-', ' ']), Some(12)),
        _ => (upper.as_str(), None),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let joined: String = clock.chars().filter(|c| *c != ':').collect();
    if !joined.bytes().all(|byte| byte.is_ascii_digit())
        || !fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let padded =
        if clock.contains(':') && clock.find(':') == Some(1) { format!("0{joined}") } else { joined };
    let part = |from: usize| padded.get(from..from + 2).map_or(Some(0), |digits| digits.parse::<u32>().ok());
    let hour = if padded.len() == 1 { padded.parse().ok()? } else { part(0)? };
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None if padded.len() < 4 => return None,
        None => hour,
    };
    if !matches!(padded.len(), 1 | 2 | 4 | 6) {
        return None;
    }
    let nanos: u32 = format!("{:0<9.9}", fraction).parse().ok()?;
    NaiveTime::from_hms_nano_opt(hour, part(2)?, part(4)?, nanos)
}

fn patterned(field: &str, pattern: &str, zone: Tz) -> Option<Result<Timestamp, String>> {
    if let Ok(full) = DateTime::parse_from_str(field, pattern) {
        return Some(Ok(Timestamp::from_micros(full.timestamp_micros())));
    }
    if let Ok(local) = NaiveDateTime::parse_from_str(field, pattern) {
        return Some(to_utc(local, zone));
    }
    // `chrono` rejects an hour without minutes, such as `%Y-%m-%d %I-%p`.
    if let Ok(local) = NaiveDateTime::parse_from_str(&format!("{field} 00"), &format!("{pattern} %M")) {
        return Some(to_utc(local, zone));
    }
    let day = NaiveDate::parse_from_str(field, pattern).ok()?;
    Some(Ok(utc(day.and_hms_opt(0, 0, 0)?)))
}

fn utc(time: NaiveDateTime) -> Timestamp {
    Timestamp::from_micros(time.and_utc().timestamp_micros())
}

/// Converts a local time to UTC. An ambiguous time (clocks set back) is the earlier of the two; a skipped one
/// (clocks set forward) is refused.
fn to_utc(local: NaiveDateTime, zone: Tz) -> Result<Timestamp, String> {
    if zone == Tz::UTC {
        return Ok(utc(local));
    }
    match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => {
            Ok(Timestamp::from_micros(at.timestamp_micros()))
        }
        LocalResult::None => {
            Err(format!("`{local}` does not exist in {zone}: it is skipped when the clock moves forward"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(clock: &Clock, field: &str) -> String {
        clock.read(field).map_or_else(|problem| problem, |at| at.to_string())
    }

    #[test]
    fn epochs_by_magnitude_and_never_mixed() {
        for (field, unit) in [
            ("1706659200", TimeUnit::Seconds),
            ("1706659200000", TimeUnit::Millis),
            ("1706659200000000", TimeUnit::Micros),
            ("1706659200000000000", TimeUnit::Nanos),
        ] {
            let clock = Clock::guess(field, Tz::UTC);
            assert_eq!(clock, Clock::Epoch(unit));
            assert_eq!(read(&clock, field), "2024-01-31T00:00:00Z");
        }
        let millis = Clock::Epoch(TimeUnit::Millis);
        let mixed = "`1735689600000000` is in microseconds, but the rows before it are in milliseconds";
        assert_eq!(read(&millis, "1735689600000000"), mixed);
        assert_eq!(read(&Clock::Epoch(TimeUnit::Seconds), "1672531436.25"), "2023-01-01T00:03:56.250000Z");
    }

    #[test]
    fn numbers_that_would_be_1970_are_refused() {
        // Spreadsheet days, epoch days, and a date as a number.
        for field in ["45293", "45293.5", "19724"] {
            let clock = Clock::guess(field, Tz::UTC);
            let problem = read(&clock, field);
            assert!(problem.contains("is 1970-01-01T") && problem.contains("--time-unit"), "{problem}");
        }
        assert!(read(&Clock::Epoch(TimeUnit::Millis), "4133980800000").contains("2101-01-01"), "far ahead");
        for (unit, field, expected) in [
            ("spreadsheet", "45293", "2024-01-02T00:00:00Z"),
            ("spreadsheet", "45293.75", "2024-01-02T18:00:00Z"),
            ("spreadsheet", "45293.3958333333", "2024-01-02T09:30:00Z"),
            ("days", "19724", "2024-01-02T00:00:00Z"),
            ("date", "20240102", "2024-01-02T00:00:00Z"),
            ("s", "-86400", "1969-12-31T00:00:00Z"),
            ("s", "45293", "1970-01-01T12:34:53Z"),
            ("date", "20241302", "`20241302` is not a date such as 20240131"),
        ] {
            assert_eq!(read(&Clock::Counted(unit.parse().unwrap()), field), expected, "{unit} {field}");
        }
        assert!("weeks".parse::<TimeUnit>().unwrap_err().contains("known: s, ms"));
        assert_eq!(
            (TimeUnit::guess(20_240_102), TimeUnit::guess(1_706_659_200)),
            (TimeUnit::Date, TimeUnit::Seconds)
        );
    }

    #[test]
    fn a_midnight_with_an_offset_is_a_session_date_on_request() {
        let clock = Clock::Session(Box::new(Clock::Text(Tz::UTC)), Tz::UTC);
        for field in
            ["2024-07-01 00:00:00-04:00", "2024-07-01 00:00:00+01:00", "2024-07-01", "2024-07-01T00:00Z"]
        {
            assert_eq!(read(&clock, field), "2024-07-01T00:00:00Z", "{field}");
        }
        assert!(read(&clock, "2024-07-01 16:00:00-04:00").contains("is not a midnight"));
        let seconds = Clock::Session(Box::new(Clock::Epoch(TimeUnit::Seconds)), Tz::America__New_York);
        assert_eq!(read(&seconds, "1719806400"), "2024-07-01T00:00:00Z");
        assert!(
            is_local_midnight("2024-07-01 00:00:00-04:00") && is_local_midnight("2024-07-01T00:00:00+01:00")
        );
        assert!(!is_local_midnight("2024-07-01 00:00:00+00:00") && !is_local_midnight("2024-07-01"));
    }

    #[test]
    fn texts_of_many_vendors() {
        let clock = Clock::Text(Tz::UTC);
        for (field, expected) in [
            ("2024-01-31", "2024-01-31T00:00:00Z"),
            ("2019-10-17 09-AM", "2019-10-17T09:00:00Z"),
            ("2019-10-17 12-AM", "2019-10-17T00:00:00Z"),
            ("2019-10-17 12-PM", "2019-10-17T12:00:00Z"),
            ("2019-10-17 11-PM", "2019-10-17T23:00:00Z"),
            ("2019-07-04 00:00", "2019-07-04T00:00:00Z"),
            ("20131001 01:00", "2013-10-01T01:00:00Z"),
            ("20131001", "2013-10-01T00:00:00Z"),
            ("2013.10.01 01:05:07", "2013-10-01T01:05:07Z"),
            ("20131001 010507", "2013-10-01T01:05:07Z"),
            ("2013-01-01 22:00:00.295000+00:00", "2013-01-01T22:00:00.295000Z"),
            ("2013-01-01T22:00:00Z", "2013-01-01T22:00:00Z"),
            ("2013-01-01 22:00:00 UTC", "2013-01-01T22:00:00Z"),
            ("2013-01-01T22:00:00-0530", "2013-01-02T03:30:00Z"),
            ("2015-09-23T20:57:42.146", "2015-09-23T20:57:42.146000Z"),
            ("2013-01-01 9:05", "2013-01-01T09:05:00Z"),
        ] {
            assert_eq!(read(&clock, field), expected, "{field}");
        }
        for field in
            ["yesterday", "2024-13-01", "02/03/2010 16:53:50", "2024-01-31 25:00", "2024-01-31 13-PM", ""]
        {
            assert_eq!(read(&clock, field), format!("`{field}` is not a time"));
        }
        assert_eq!(Clock::guess("20131001", Tz::UTC), clock);
    }

    #[test]
    fn local_times_follow_the_clock_changes() {
        let york = Clock::Text(Tz::America__New_York);
        assert_eq!(read(&york, "2013-10-07 09:30"), "2013-10-07T13:30:00Z");
        assert_eq!(read(&york, "2013-12-02 09:30"), "2013-12-02T14:30:00Z");
        // A date without a time is the session's date.
        assert_eq!(read(&york, "2013-12-02"), "2013-12-02T00:00:00Z");
        assert_eq!(
            read(&york, "2013-03-10 02:30"),
            "`2013-03-10 02:30:00` does not exist in America/New_York: it is skipped when the clock moves forward"
        );
        // 01:30 occurred twice that night: the first one is used.
        assert_eq!(read(&york, "2013-11-03 01:30"), "2013-11-03T05:30:00Z");
        let day = NaiveDate::from_ymd_opt(2013, 10, 7).unwrap();
        let lean = Clock::SinceMidnight(day, Tz::America__New_York);
        assert_eq!(read(&lean, "14400000"), "2013-10-07T08:00:00Z");
    }

    #[test]
    fn patterns_are_followed() {
        let clock = Clock::Pattern("%d/%m/%Y %H:%M:%S".to_owned(), Tz::UTC);
        assert_eq!(read(&clock, "02/03/2010 16:53:50"), "2010-03-02T16:53:50Z");
        let clock = Clock::Pattern("%m/%d/%Y".to_owned(), Tz::America__New_York);
        assert_eq!(read(&clock, "02/03/2010"), "2010-02-03T00:00:00Z");
        let clock = Clock::Pattern("%Y-%m-%d %I-%p".to_owned(), Tz::UTC);
        assert_eq!(read(&clock, "2019-10-17 09-PM"), "2019-10-17T21:00:00Z");
    }
}
