//! Which column labels the rows, and whether its labels are times.

use chrono_tz::Tz;

use crate::data::import::{Clock, number};
use crate::domain::Timestamp;

/// Names of columns that hold times, though they may be written as numbers.
const TIMES: &[&str] = &["date", "datetime", "time", "timestamp", "ts", "open_time", "close_time"];
/// Names of columns that number or name the rows. Pandas leaves an index without a name.
const ROWS: &[&str] = &["", "index", "unnamed: 0", "row", "id", "label", "window", "period", "day", "month"];

/// Whether a column of this name labels rows, whatever it holds.
pub fn names_rows(name: &str) -> bool {
    let name = name.to_lowercase();
    TIMES.contains(&name.as_str()) || ROWS.contains(&name.as_str())
}

/// Whether numbers in a column of this name count time since 1970.
pub fn names_times(name: &str) -> bool {
    TIMES.contains(&name.to_lowercase().as_str())
}

/// Whether at least half of the fields are words rather than numbers; a table of numbers with a slip in it has
/// far fewer.
pub fn are_words<'a>(fields: impl Iterator<Item = &'a str>) -> bool {
    let (mut words, mut all) = (0_usize, 0_usize);
    for field in fields {
        all += 1;
        words += usize::from(number(field).is_none());
    }
    words > 0 && words * 2 >= all
}

/// The labels as times, where every one is a time: dates and times of day in UTC or with an offset, and where
/// the column's name says so numbers since 1970.
pub fn times<S: AsRef<str>>(name: &str, labels: &[S]) -> Option<Vec<Timestamp>> {
    let first = labels.first()?.as_ref();
    let clock = if names_times(name) { Clock::guess(first, Tz::UTC) } else { Clock::Text(Tz::UTC) };
    if clock == Clock::Text(Tz::UTC) && number(first).is_some() && !names_times(name) {
        return None;
    }
    labels.iter().map(|label| clock.read(label.as_ref()).ok()).collect()
}

/// Whether a field is a time as a text.
pub fn is_time(field: &str) -> bool {
    number(field).is_none() && Clock::Text(Tz::UTC).read(field).is_ok()
}
