//! Bars in order of time.

use std::path::Path;

use super::ImportError;
use super::writer::bar;
use crate::domain::Timestamp;
use crate::market::{Bars, bar_error};

/// Appends all rows of `more`.
pub(super) fn append(bars: &mut Bars, more: &Bars) {
    bars.ts.extend_from_slice(&more.ts);
    bars.open.extend_from_slice(&more.open);
    bars.high.extend_from_slice(&more.high);
    bars.low.extend_from_slice(&more.low);
    bars.close.extend_from_slice(&more.close);
    bars.volume.extend_from_slice(&more.volume);
}

/// The bars sorted by time; the sort is stable.
pub(super) fn in_order(bars: Bars) -> Bars {
    if bars.ts.is_sorted() {
        return bars;
    }
    let mut order: Vec<usize> = (0..bars.len()).collect();
    order.sort_by_key(|&row| bars.ts[row]);
    let mut sorted = Bars::with_capacity(bars.interval, bars.len());
    for row in order {
        let (at, values) = bar(&bars, row);
        sorted.push(at, values);
    }
    sorted
}

/// Refuses a row that is years away from the previous one in the file; returns the time of the last row.
pub(super) fn refuse_implausible_times(
    path: &Path,
    first_row: u64,
    mut before: Option<Timestamp>,
    times: &[Timestamp],
) -> Result<Option<Timestamp>, ImportError> {
    for (row, &at) in (first_row..).zip(times) {
        if let Some(found) = before.and_then(|before| bar_error::implausible_time(before, at)) {
            return Err(ImportError::BadRow { path: path.to_owned(), row, at, error: found.to_string() });
        }
        before = Some(at);
    }
    Ok(before)
}
