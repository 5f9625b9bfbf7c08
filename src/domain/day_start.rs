//! Where a trading day begins: a time of day in a zone.
//!
//! Invariant: days follow one another without gap or overlap, whatever clocks do. A time that a clock change skips is the
//! instant of the change; of a time that comes twice the first counts.

use std::fmt;
use std::str::FromStr;

use super::{Span, Timestamp, Zone, ZoneError};

const MINUTE: i64 = 60_000_000;
const NOON: i64 = 12 * 60 * MINUTE;
/// Start of the days of markets that are known by name.
const NAMED: [(&str, &str); 10] = [
    ("utc", "00:00 UTC"),
    ("forex", "17:00 America/New_York"),
    ("cme", "17:00 America/Chicago"),
    ("nyse", "00:00 America/New_York"),
    ("nasdaq", "00:00 America/New_York"),
    ("lse", "00:00 Europe/London"),
    ("xetra", "00:00 Europe/Berlin"),
    ("jpx", "00:00 Asia/Tokyo"),
    ("hkex", "00:00 Asia/Hong_Kong"),
    ("asx", "00:00 Australia/Sydney"),
];

/// A time of day in a zone at which trading days begin. The default is midnight UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayStart {
    zone: Zone,
    /// Microseconds after local midnight; whole minutes.
    micros: i64,
}

/// A text that says no start of a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DayStartError {
    /// Neither a time nor a name.
    #[error("`{0}` is neither a time of day with a zone nor the name of a market")]
    Form(String),
    /// An unknown zone.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

impl DayStartError {
    /// How to mend it.
    pub fn help(&self) -> String {
        let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).collect();
        format!("write for example \"17:00 America/New_York\", or one of {}", names.join(", "))
    }
}

impl DayStart {
    /// Midnight UTC.
    pub const UTC: Self = Self { zone: Zone::UTC, micros: 0 };

    /// Whether days are those of UTC.
    pub fn is_utc(&self) -> bool {
        *self == Self::UTC
    }

    /// Its zone.
    pub const fn zone(self) -> Zone {
        self.zone
    }

    /// What a day is called in messages.
    pub fn noun(self) -> &'static str {
        if self.is_utc() { "UTC day" } else { "trading day" }
    }

    /// The number of the trading day that an instant belongs to. Numbers are dates as days since 1970-01-01: a day that
    /// begins before noon has the date on which it begins, another the date after, on which most of it is traded.
    pub fn day_of(self, at: Timestamp) -> i64 {
        if self.is_utc() {
            return at.utc_day();
        }
        let local = self.zone.local(at);
        let mut day = local.day - i64::from(local.micros < self.micros);
        // Clock changes move a boundary by hours, and once or twice in history by a day.
        while self.begin(day) > at {
            day -= 1;
        }
        while self.begin(day + 1) <= at {
            day += 1;
        }
        day + self.ahead()
    }

    /// When a trading day begins, by its number.
    pub fn start_of(self, day: i64) -> Timestamp {
        if self.is_utc() {
            Timestamp::from_micros(day.saturating_mul(Span::DAY.micros()))
        } else {
            self.begin(day - self.ahead())
        }
    }

    /// When the trading day of an instant ends and the next begins.
    pub fn end_after(self, at: Timestamp) -> Timestamp {
        let mut day = self.day_of(at) + 1;
        // A date that a zone has left out is a day without a length.
        while self.start_of(day) <= at {
            day += 1;
        }
        self.start_of(day)
    }

    /// The boundary on a local date.
    fn begin(self, date: i64) -> Timestamp {
        self.zone.first_at(date.saturating_mul(Span::DAY.micros()).saturating_add(self.micros))
    }

    const fn ahead(self) -> i64 {
        if self.micros >= NOON { 1 } else { 0 }
    }
}

impl FromStr for DayStart {
    type Err = DayStartError;

    fn from_str(text: &str) -> Result<Self, DayStartError> {
        let named = NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        let (time, zone) = match named.map_or(text, |(_, day)| day).trim().split_once(' ') {
            Some((time, zone)) => (time, zone.trim().parse()?),
            None => (text.trim(), Zone::UTC),
        };
        let micros = time_of_day(time).ok_or_else(|| DayStartError::Form(text.to_owned()))?;
        Ok(Self { zone, micros })
    }
}

/// Microseconds after midnight of `17:00`.
fn time_of_day(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str, most: i64| {
        let fits = part.len() <= 2 && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|&value: &i64| fits && value <= most)
    };
    let minutes = digits(minutes, 59).filter(|_| minutes.len() == 2)?;
    Some((digits(hours, 23)? * 60 + minutes) * MINUTE)
}

/// As a scenario writes it, a market by its time and zone.
impl fmt::Display for DayStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.micros / MINUTE;
        write!(f, "{:02}:{:02} {}", minutes / 60, minutes % 60, self.zone)
    }
}

impl serde::Serialize for DayStart {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day(text: &str) -> DayStart {
        text.parse().unwrap()
    }

    /// Days since 1970-01-01 of a date.
    fn date(text: &str) -> i64 {
        at(text).utc_day()
    }

    #[test]
    fn new_york_days_follow_its_clocks() {
        let forex = day("forex");
        assert_eq!(forex, day("17:00 America/New_York"));
        // In winter 17:00 is 22:00 UTC, in summer 21:00. Sunday evening is Monday's.
        assert_eq!(forex.day_of(at("2023-03-10T21:59:00Z")), date("2023-03-10"));
        assert_eq!(forex.day_of(at("2023-03-10T22:00:00Z")), date("2023-03-11"));
        assert_eq!(forex.day_of(at("2023-03-12T21:00:00Z")), date("2023-03-13"));
        assert_eq!(forex.end_after(at("2023-03-12T20:59:00Z")), at("2023-03-12T21:00:00Z"));
        // The day in which clocks go forward has 23 hours, back 25.
        let hours = |from: &str| {
            let from = at(from);
            (forex.end_after(from) - from).micros() / (60 * MINUTE)
        };
        assert_eq!((hours("2023-03-11T22:00:00Z"), hours("2023-11-04T21:00:00Z")), (23, 25));
        let nyse = day("nyse");
        assert_eq!(nyse.day_of(at("2023-07-03T03:59:59Z")), date("2023-07-02"));
        assert_eq!(nyse.day_of(at("2023-07-03T04:00:00Z")), date("2023-07-03"));
    }

    #[test]
    fn a_skipped_time_is_the_change_and_a_repeated_one_its_first() {
        // 2023-03-12: 01:59 is followed by 03:00 at 07:00 UTC. 2023-11-05: 01:30 is at 05:30 and at 06:30 UTC.
        let skipped = day("02:30 America/New_York");
        assert_eq!(skipped.start_of(date("2023-03-12")), at("2023-03-12T07:00:00Z"));
        assert_eq!(skipped.start_of(date("2023-03-13")), at("2023-03-13T06:30:00Z"));
        assert_eq!(day("01:30 America/New_York").start_of(date("2023-11-05")), at("2023-11-05T05:30:00Z"));
        // Samoa had no 30 December 2011: its midnight is that of the 31st.
        let apia = day("00:00 Pacific/Apia");
        assert_eq!(apia.start_of(date("2011-12-30")), apia.start_of(date("2011-12-31")));
        assert_eq!(apia.day_of(at("2011-12-30T10:00:00Z")), date("2011-12-31"));
        assert_eq!(apia.end_after(at("2011-12-30T09:59:00Z")), at("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn what_is_no_start_of_a_day_is_refused() {
        assert_eq!(day("17:00").to_string(), "17:00 UTC");
        assert_eq!(day("9:30 Asia/Tokyo").to_string(), "09:30 Asia/Tokyo");
        assert!(DayStart::default().is_utc() && day("UTC").is_utc() && day("0:00").is_utc());
        for wrong in ["", "24:00", "17", "17:5", "17:60 UTC", "noon", "+1:00", "17:00:00"] {
            let error = wrong.parse::<DayStart>().unwrap_err();
            assert!(
                matches!(error, DayStartError::Form(_)) && error.help().contains("forex"),
                "{wrong}: {error}"
            );
        }
        let error = "17:00 new york".parse::<DayStart>().unwrap_err().to_string();
        assert!(error.ends_with("did you mean `America/New_York`?"), "{error}");
    }

    proptest! {
        /// Each instant lies in its day, and days follow one another.
        #[test]
        fn days_tile_time(
            zone in prop::sample::select(vec![
                "UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata",
                "Africa/Casablanca",
            ]),
            minutes in 0_i64..1_440,
            seconds in -2_000_000_000_i64..3_000_000_000,
        ) {
            let start = day(&format!("{}:{:02} {zone}", minutes / 60, minutes % 60));
            let at = Timestamp::from_micros(seconds * 1_000_000);
            let (number, end) = (start.day_of(at), start.end_after(at));
            prop_assert!(start.start_of(number) <= at && at < end);
            let last = Timestamp::from_micros(end.micros() - 1);
            prop_assert_eq!(start.day_of(last), number);
            prop_assert!(start.day_of(end) > number);
            prop_assert_eq!(start.start_of(start.day_of(end)), end);
        }
    }
}
