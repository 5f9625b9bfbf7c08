//! Finds the column of row labels, and whether its labels are times.

use chrono_tz::Tz;

use crate::data::import::{Clock, number};
use crate::domain::Timestamp;

/// Names of columns that hold times, which may be numbers.
const TIMES: &[&str] = &["date", "datetime", "time", "timestamp", "ts", "open_time", "close_time"];
/// Names of columns that number or name the rows. Pandas writes an index without a name.
const ROWS: &[&str] = &["", "index", "unnamed: 0", "row", "id", "label", "window", "period", "day", "month"];

/// Whether a column with this name holds row labels, whatever its values.
pub fn names_rows(name: &str) -> bool {
    let name = name.to_lowercase();
    TIMES.contains(&name.as_str()) || ROWS.contains(&name.as_str())
}

/// Whether numbers in a column with this name are epoch times.
pub fn names_times(name: &str) -> bool {
    TIMES.contains(&name.to_lowercase().as_str())
}

/// Whether at least half of the fields are not numbers. A column of numbers with typing errors has far fewer.
pub fn are_words<'a>(fields: impl Iterator<Item = &'a str>) -> bool {
    let (mut words, mut all) = (0_usize, 0_usize);
    for field in fields {
        all += 1;
        words += usize::from(number(field).is_none());
    }
    words > 0 && words * 2 >= all
}

/// The labels as times, if all are times: dates and times of day in UTC or with an offset, and, if the
/// column's name says so, epoch numbers.
pub fn times<S: AsRef<str>>(name: &str, labels: &[S]) -> Option<Vec<Timestamp>> {
    let first = labels.first()?.as_ref();
    let clock = if names_times(name) { Clock::guess(first, Tz::UTC) } else { Clock::Text(Tz::UTC) };
    if clock == Clock::Text(Tz::UTC) && number(first).is_some() && !names_times(name) {
        return None;
    }
    labels.iter().map(|label| clock.read(label.as_ref()).ok()).collect()
}

/// Whether a field is a time in text form.
pub fn is_time(field: &str) -> bool {
    number(field).is_none() && Clock::Text(Tz::UTC).read(field).is_ok()
}
