//! Time zones, and the local time at an instant.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Offset as _, TimeZone as _};
use chrono_tz::Tz;

use super::{Span, Timestamp};

/// A zone of the IANA time zone database, by name: `America/New_York`. The default is UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// A text that names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a time zone of the IANA database{}", .near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?")))]
pub struct ZoneError {
    /// What was given.
    pub text: String,
    /// A zone of nearly the same name.
    pub near: Option<String>,
}

/// What a clock on the wall shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalTime {
    /// Days from 1970-01-01 of the local calendar.
    pub day: i64,
    /// Microseconds since local midnight.
    pub micros: i64,
}

/// A part of a local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum TimePart {
    /// Minutes since midnight, seconds as a fraction.
    TimeOfDay,
    /// Hour, 0 to 23.
    Hour,
    /// Minute of the hour, 0 to 59.
    Minute,
    /// Day of the week, from 1 for Monday to 7 for Sunday.
    Weekday,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The IANA name.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The local time at an instant.
    pub fn local(self, at: Timestamp) -> LocalTime {
        let local = at.micros() + self.offset_micros(at);
        LocalTime { day: local.div_euclid(Span::DAY.micros()), micros: local.rem_euclid(Span::DAY.micros()) }
    }

    /// The first instant at which local clocks show at least this time, as microseconds from 1970-01-01T00:00 local:
    /// the time itself, of one that comes twice the first, of a skipped one the change.
    pub(super) fn first_at(self, local: i64) -> Timestamp {
        if self == Self::UTC {
            return Timestamp::from_micros(local);
        }
        let shown = |at: i64| at.saturating_add(self.offset_micros(Timestamp::from_micros(at)));
        // No zone is further from UTC than 26 hours, changes included, and none changes twice within that.
        const REACH: i64 = 26 * 3_600 * SECOND;
        let (early, late) = (local.saturating_sub(REACH), local.saturating_add(REACH));
        let offsets = [early, late].map(|at| self.offset_micros(Timestamp::from_micros(at)));
        let exact =
            offsets.iter().map(|offset| local.saturating_sub(*offset)).filter(|&at| shown(at) == local).min();
        exact.map_or_else(|| first_showing(local, early, late, shown), Timestamp::from_micros)
    }

    /// How far local clocks are ahead of UTC.
    fn offset_micros(self, at: Timestamp) -> i64 {
        if self == Self::UTC {
            return 0;
        }
        let instant = DateTime::from_timestamp_micros(at.micros());
        let offset = instant.map(|instant| self.0.offset_from_utc_datetime(&instant.naive_utc()).fix());
        offset.map_or(0, |offset| i64::from(offset.local_minus_utc()) * 1_000_000)
    }
}

/// Microseconds of a second; zones change at whole ones.
const SECOND: i64 = 1_000_000;

/// The second at which a clock that jumps over `local` shows more.
fn first_showing(local: i64, early: i64, late: i64, shown: impl Fn(i64) -> i64) -> Timestamp {
    let (mut before, mut after) = (early.div_euclid(SECOND), late.div_euclid(SECOND));
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if shown(middle * SECOND) < local { before = middle } else { after = middle }
    }
    Timestamp::from_micros(after * SECOND)
}

impl LocalTime {
    /// The value of a part.
    #[expect(clippy::cast_precision_loss, reason = "a day has fewer than 2^53 microseconds")]
    pub fn part(self, part: TimePart) -> f64 {
        const MINUTE: i64 = 60_000_000;
        match part {
            TimePart::TimeOfDay => self.micros as f64 / MINUTE as f64,
            TimePart::Hour => (self.micros / (60 * MINUTE)) as f64,
            TimePart::Minute => (self.micros / MINUTE % 60) as f64,
            // 1970-01-01 was a Thursday.
            TimePart::Weekday => ((self.day + 3).rem_euclid(7) + 1) as f64,
        }
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        text.parse().map(Self).map_err(|_| ZoneError {
            text: text.to_owned(),
            near: chrono_tz::TZ_VARIANTS
                .iter()
                .map(|zone| zone.name())
                .find(|name| same_letters(name, text))
                .map(str::to_owned),
        })
    }
}

/// Whether two names differ in case, spaces and signs only, or one is the last part of the other.
fn same_letters(name: &str, text: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let wanted = letters(text);
    !wanted.is_empty()
        && (letters(name) == wanted || name.rsplit('/').next().is_some_and(|city| letters(city) == wanted))
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl serde::Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn parts(zone: &str, instant: &str) -> [f64; 4] {
        let local = zone.parse::<Zone>().unwrap().local(at(instant));
        [TimePart::TimeOfDay, TimePart::Hour, TimePart::Minute, TimePart::Weekday]
            .map(|part| local.part(part))
    }

    #[test]
    fn parts_by_hand() {
        // A Saturday; 13:45:30 is 825.5 minutes after midnight.
        assert_eq!(parts("UTC", "2023-04-01T13:45:30Z"), [825.5, 13.0, 45.0, 6.0]);
        // Five and a half hours ahead, on Sunday already.
        assert_eq!(parts("Asia/Kolkata", "2023-04-01T20:00:00Z"), [90.0, 1.0, 30.0, 7.0]);
    }

    #[test]
    fn new_york_changes_its_clocks_twice_a_year() {
        // 2023-03-12: 01:59 is followed by 03:00. 9:30 is 14:30 UTC the Friday before, 13:30 the Monday after.
        assert_eq!(parts("America/New_York", "2023-03-10T14:30:00Z")[0], 570.0);
        assert_eq!(parts("America/New_York", "2023-03-13T13:30:00Z")[0], 570.0);
        assert_eq!(parts("America/New_York", "2023-03-12T06:59:00Z")[..3], [119.0, 1.0, 59.0]);
        assert_eq!(parts("America/New_York", "2023-03-12T07:00:00Z")[..3], [180.0, 3.0, 0.0]);
        // 2023-11-05: 01:59 is followed by 01:00, so that 01:30 comes twice.
        assert_eq!(parts("America/New_York", "2023-11-05T05:30:00Z")[0], 90.0);
        assert_eq!(parts("America/New_York", "2023-11-05T06:30:00Z")[0], 90.0);
        assert_eq!(parts("America/New_York", "2023-11-06T14:30:00Z")[0], 570.0);
    }

    #[test]
    fn before_the_epoch_days_count_down() {
        // 1969-12-31 was a Wednesday.
        assert_eq!(parts("UTC", "1969-12-31T23:00:00Z"), [1380.0, 23.0, 0.0, 3.0]);
    }

    #[test]
    fn a_zone_is_found_by_its_city() {
        let near = |text: &str| text.parse::<Zone>().unwrap_err().near;
        assert_eq!(near("america/new york"), Some("America/New_York".to_owned()));
        assert_eq!(near("new york"), Some("America/New_York".to_owned()));
        assert_eq!(near("Nowhere/Atlantis"), None);
    }
}
