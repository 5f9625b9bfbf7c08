//! Parses TOML values into times, durations and intervals. Without an offset a time is UTC.

use toml::de::DeValue;
use toml::value::{Datetime, Offset};

use super::value::{ReadValue, ValueReader};
use crate::domain::{Interval, Span, Timestamp};
use crate::scenario::format::ValueType;

impl ReadValue for Span {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let span = given.parsed(expected, str::parse::<Self>)?;
        if span.micros() > 0 {
            return Some(span);
        }
        let help = format!("write it as {}", expected.example());
        given.fail(
            format!("`{}` has a length of zero", given.key),
            "must be above zero".to_owned(),
            Some(help),
        )
    }
}

impl ReadValue for Interval {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        given.parsed(expected, str::parse::<Self>)
    }
}

/// A TOML date or date-time, or a string with one; without an offset it is UTC.
impl ReadValue for Timestamp {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let DeValue::Datetime(datetime) = given.value.get_ref() else {
            return given.parsed(expected, str::parse::<Self>);
        };
        let Some(text) = rfc3339(datetime) else {
            let help = "write the date too, such as 2024-01-31T00:00:00Z".to_owned();
            let message = format!("`{}` has no date", given.key);
            return given.fail(message, "a time of day without a date".to_owned(), Some(help));
        };
        match text.parse() {
            Ok(time) => Some(time),
            Err(error) => given.unreadable(&error, expected),
        }
    }
}

/// A TOML date-time in RFC 3339; `None` without a date.
fn rfc3339(datetime: &Datetime) -> Option<String> {
    let date = datetime.date?;
    let (hour, minute, second, nanosecond) = datetime.time.map_or((0, 0, 0, 0), |time| {
        (time.hour, time.minute, time.second.unwrap_or(0), time.nanosecond.unwrap_or(0))
    });
    let offset = match datetime.offset {
        None | Some(Offset::Z) => "Z".to_owned(),
        Some(Offset::Custom { minutes }) => {
            let sign = if minutes < 0 { '-' } else { '+' };
            let minutes = minutes.unsigned_abs();
            format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
    };
    let day = format!("{:04}-{:02}-{:02}", date.year, date.month, date.day);
    Some(format!("{day}T{hour:02}:{minute:02}:{second:02}.{nanosecond:09}{offset}"))
}
