//! Reads one file's bars into memory and checks them, as a run does.

use std::path::Path;

use super::order::{append, refuse_implausible_times};
use super::plan::{ImportSource, ReadOptions};
use super::rows::Rows;
use super::run::source;
use super::writer::bar;
use super::{Format, ImportError};
use crate::domain::{Symbol, Timestamp};
use crate::market::{Bars, bar_error};

/// Reads a whole file of bars and checks every row. Only an import sorts.
///
/// # Errors
/// As for importing it; [`ImportError::NotBars`] where it holds trades, [`ImportError::OutOfOrder`] for a row that is
/// not later than the one before it.
pub fn read_bars(
    path: &Path,
    format: Option<Format>,
    reading: &ReadOptions,
) -> Result<(Symbol, Bars), ImportError> {
    let ((symbol, interval), source) = source(path, format, reading)?;
    let mut bars = Bars::with_capacity(interval, 0);
    let mut take = |rows: Rows| match rows {
        Rows::Bars(more) => {
            refuse_implausible_times(path, bars.len() as u64 + 1, bars.ts.last().copied(), &more.ts)?;
            append(&mut bars, &more);
            Ok(())
        }
        Rows::Trades(_) => {
            Err(ImportError::NotBars { path: path.to_owned(), kind: "trades (import them first)" })
        }
    };
    source.stream(&mut take, &|_| {})?;
    if let Some(found) = bar_error::check_times(&bars.ts).into_iter().next() {
        let (path, row, at) = (path.to_owned(), found.row as u64 + 1, bars.ts[found.row]);
        return Err(ImportError::OutOfOrder { path, row, at, error: found.error.to_string() });
    }
    if let Some(found) = bar_error::check(&bars, 0..bars.len(), &[], 1).into_iter().next() {
        return Err(ImportError::of_bar_error(path, found.row as u64 + 1, bars.ts[found.row], &found.error));
    }
    Ok((symbol, bars))
}

/// First and last rows of a file, and the number of rows; trades are shown as flat bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// Number of rows.
    pub rows: u64,
    /// The first rows, in the file's order.
    pub head: Vec<(Timestamp, [f64; 5])>,
    /// The last rows, in the file's order.
    pub tail: Vec<(Timestamp, [f64; 5])>,
    /// Earliest and latest time.
    pub range: Option<(Timestamp, Timestamp)>,
}

/// Reads all rows of a file and keeps `shown` at each end.
///
/// # Errors
/// Where the file cannot be read.
pub fn survey(source: &ImportSource, shown: usize) -> Result<Survey, ImportError> {
    let mut found = Survey { rows: 0, head: Vec::new(), tail: Vec::new(), range: None };
    let mut take = |rows: Rows| {
        found.rows += rows.len() as u64;
        let (earliest, latest) = (rows.times().iter().min(), rows.times().iter().max());
        if let (Some(&earliest), Some(&latest)) = (earliest, latest) {
            let (first, last) = found.range.unwrap_or((earliest, latest));
            found.range = Some((first.min(earliest), last.max(latest)));
        }
        let count = rows.len();
        let missing = shown.saturating_sub(found.head.len()).min(count);
        found.head.extend((0..missing).map(|row| at(&rows, row)));
        found.tail.extend((count.saturating_sub(shown)..count).map(|row| at(&rows, row)));
        let surplus = found.tail.len().saturating_sub(shown);
        found.tail.drain(..surplus);
        Ok(())
    };
    source.stream(&mut take, &|_| {})?;
    Ok(found)
}

fn at(rows: &Rows, row: usize) -> (Timestamp, [f64; 5]) {
    match rows {
        Rows::Bars(bars) => bar(bars, row),
        Rows::Trades(trades) => {
            let price = trades.price[row];
            (trades.ts[row], [price, price, price, price, trades.volume[row]])
        }
    }
}
