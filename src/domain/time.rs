//! Time: instants, durations and bar intervals, all in whole microseconds, UTC.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// Why a text is not a time, a duration or a bar interval.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a UTC time.
    #[error("`{text}` is not a time such as 2024-01-31T00:00:00Z or 2024-01-31")]
    NotATime {
        /// What was given.
        text: String,
    },
    /// Not a duration.
    #[error("`{text}` is not a duration such as 15m, 4h, 30d or 2w")]
    NotASpan {
        /// What was given.
        text: String,
    },
    /// A duration that is not a valid bar interval.
    #[error("`{text}` does not divide a day (or a week) evenly")]
    Uneven {
        /// What was given.
        text: String,
    },
}

/// An instant, in microseconds since 1970-01-01T00:00:00 UTC. Bars are stamped with their open time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whether it is the start of a UTC day.
    pub const fn is_midnight(self) -> bool {
        self.0 % Span::DAY.micros() == 0
    }

    /// UTC calendar day, in days since 1970-01-01.
    pub const fn utc_day(self) -> i64 {
        self.0.div_euclid(MICROS_PER_DAY)
    }

    /// As a `chrono` UTC date and time.
    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// RFC 3339 in UTC; fractional seconds only where there are any.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = self.to_utc();
        let text = if self.0 % MICROS_PER_SECOND == 0 {
            utc.format("%Y-%m-%dT%H:%M:%SZ").to_string()
        } else {
            utc.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
        };
        f.pad(&text)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    /// Parses `2024-01-31` or `2024-01-31T00:00[:00]`, with `Z` or an offset; without one the time is UTC.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Ok(full) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self(full.timestamp_micros()));
        }
        for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"] {
            if let Ok(naive) = NaiveDateTime::parse_from_str(text, format) {
                return Ok(Self(naive.and_utc().timestamp_micros()));
            }
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .and_then(|date| date.and_hms_opt(0, 0, 0))
            .map(|midnight| Self(midnight.and_utc().timestamp_micros()))
            .ok_or_else(|| TimeError::NotATime { text: text.to_owned() })
    }
}

/// Text in files that people read, microseconds in others.
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() { s.collect_str(self) } else { self.0.serialize(s) }
    }
}

impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if !d.is_human_readable() {
            return i64::deserialize(d).map(Self);
        }
        let text = String::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Timestamp {
    type Output = Span;
    fn sub(self, other: Self) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

/// A duration in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

impl Span {
    /// One UTC day.
    pub const DAY: Self = Self(MICROS_PER_DAY);
    /// A minute of 60 seconds.
    pub const MINUTE: Self = Self(60 * MICROS_PER_SECOND);

    /// Constructs from microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * MICROS_PER_SECOND)
    }

    /// The value in microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whether the duration is zero.
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// The value in seconds.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "statistics are f64")]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / MICROS_PER_SECOND as f64
    }

    /// This duration times `n`.
    pub const fn times(self, n: i64) -> Self {
        Self(self.0.saturating_mul(n))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Formats in the largest unit that divides the duration: `90m`, `4h`, `30d`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0 / MICROS_PER_SECOND;
        let text = match () {
            () if self.0 % MICROS_PER_SECOND != 0 => format!("{}us", self.0),
            () if seconds % 604_800 == 0 && seconds > 0 => format!("{}w", seconds / 604_800),
            () if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
            () if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
            () if seconds % 60 == 0 => format!("{}m", seconds / 60),
            () => format!("{seconds}s"),
        };
        f.pad(&text)
    }
}

impl FromStr for Span {
    type Err = TimeError;

    /// Parses a whole number followed by `s`, `m`, `h`, `d` or `w`.
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let bad = || TimeError::NotASpan { text: text.to_owned() };
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let (count, unit) = text.split_at(split);
        let count: i64 = count.parse().map_err(|_| bad())?;
        let seconds = match unit.trim() {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            "w" => 604_800,
            _ => return Err(bad()),
        };
        count.checked_mul(seconds * MICROS_PER_SECOND).map(Self).ok_or_else(bad)
    }
}

/// The spacing of bars: a duration that divides a UTC day, or a whole number of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval(Span);

impl Interval {
    /// A minute of 60 seconds.
    pub const MINUTE: Self = Self(Span::MINUTE);
    /// One day of 24 hours.
    pub const DAY: Self = Self(Span::DAY);

    /// From a duration.
    ///
    /// # Errors
    /// [`TimeError::Uneven`] where it is not positive, or neither divides a day nor is a whole number of
    /// days.
    pub fn new(span: Span) -> Result<Self, TimeError> {
        let even = span.0 > 0 && (MICROS_PER_DAY % span.0 == 0 || span.0 % MICROS_PER_DAY == 0);
        even.then_some(Self(span)).ok_or_else(|| TimeError::Uneven { text: span.to_string() })
    }

    /// As a duration.
    pub const fn span(self) -> Span {
        self.0
    }

    /// The value in microseconds.
    pub const fn micros(self) -> i64 {
        self.0.0
    }

    /// Whether bars of this interval can be made from bars of `finer`.
    pub const fn is_multiple_of(self, finer: Interval) -> bool {
        self.0.0 % finer.0.0 == 0
    }

    /// Open time of the bar that contains `at`, aligned to midnight UTC (weeks to Monday).
    pub const fn floor(self, at: Timestamp) -> Timestamp {
        // 1970-01-01 was a Thursday: weeks are counted from Monday 1969-12-29.
        let origin = if self.0.0 % (7 * MICROS_PER_DAY) == 0 { -3 * MICROS_PER_DAY } else { 0 };
        Timestamp((at.0 - origin).div_euclid(self.0.0) * self.0.0 + origin)
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Interval {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::new(text.parse()?)
    }
}

impl serde::Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl serde::Serialize for Interval {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn times_read_with_and_without_zone() {
        assert_eq!(at("1970-01-02").micros(), MICROS_PER_DAY);
        assert_eq!(at("2024-01-31T02:00:00+02:00"), at("2024-01-31T00:00:00Z"));
        assert_eq!(at("2024-01-31 10:30"), at("2024-01-31T10:30:00Z"));
        assert!("2024-13-01".parse::<Timestamp>().is_err());
        assert_eq!(at("2024-01-31T00:00:00.5Z").to_string(), "2024-01-31T00:00:00.500000Z");
    }

    #[test]
    fn spans_read_and_print() {
        for text in ["45s", "15m", "4h", "30d", "2w"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for text in ["", "h", "4", "4y", "-4h", "1.5h", "99999999999999999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn intervals_divide_a_day_or_are_whole_days() {
        for text in ["1m", "5m", "90m", "1h", "8h", "1d", "3d", "1w"] {
            assert!(text.parse::<Interval>().is_ok(), "{text}");
        }
        for text in ["7m", "5h", "36h", "0m"] {
            assert!(text.parse::<Interval>().is_err(), "{text}");
        }
    }

    #[test]
    fn bars_are_aligned_to_midnight_and_weeks_to_monday() {
        let floor =
            |interval: &str, time: &str| interval.parse::<Interval>().unwrap().floor(at(time)).to_string();
        assert_eq!(floor("4h", "2024-02-29T07:59:59Z"), "2024-02-29T04:00:00Z");
        assert_eq!(floor("1d", "1969-12-31T23:00:00Z"), "1969-12-31T00:00:00Z");
        // 2024-02-29 is a Thursday; its week began on Monday the 26th.
        assert_eq!(floor("1w", "2024-02-29T07:00:00Z"), "2024-02-26T00:00:00Z");
    }

    #[test]
    fn days_are_counted_downwards_before_1970() {
        assert_eq!(Timestamp::from_micros(-1).utc_day(), -1);
        assert_eq!(at("1970-01-01T23:59:59Z").utc_day(), 0);
    }
}
