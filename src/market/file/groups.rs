//! The time range of each row group, so that groups outside a window are never read.

use arrow_array::ArrayRef;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;

use super::decode::{TimeScale, raw_times};
use super::footer::Footer;
use super::plausible::plausible;
use super::strings::is_text;
use crate::domain::Timestamp;
use crate::market::{BarError, MarketError};

/// A non-empty row group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowGroup {
    /// Its index in the file.
    pub index: usize,
    /// Index in the file of its first row.
    pub first_row: usize,
    /// Number of rows.
    pub rows: usize,
    /// Earliest time in it.
    pub first: Timestamp,
    /// Latest time in it.
    pub last: Timestamp,
}

/// Minimum and maximum time of a row group, in the file's unit.
type Bounds = (i64, i64);

/// The file's row groups and its time unit, from the footer's statistics. Where these are missing (or the
/// times are text, whose statistics may be truncated), the time column is read.
pub fn survey(file: &Footer) -> Result<(Vec<RowGroup>, TimeScale), MarketError> {
    let spans = spans(file);
    if spans.is_empty() {
        return Err(MarketError::NoRows { file: file.path().to_owned() });
    }
    let kind = file.metadata().schema().field(file.columns.time).data_type().clone();
    let from_stats = if is_text(&kind) { None } else { from_statistics(file, &spans) };
    let bounds = match from_stats {
        Some(bounds) => bounds,
        None => spans.iter().map(|&span| scan(file, span)).collect::<Result<Vec<_>, _>>()?,
    };
    let largest = bounds.iter().map(|&(_, last)| last).max().unwrap_or_default();
    let scale = TimeScale::of(&kind, largest);
    if kind.is_integer() {
        let ends = bounds.iter().flat_map(|&(first, last)| [first, last]);
        if let Some(value) = ends.into_iter().find(|&value| !plausible(scale.instant(value))) {
            let (file, at) = (file.path().to_owned(), scale.instant(value));
            return Err(MarketError::ImplausibleClock { file, value, at });
        }
    }
    let group = |(&(index, first_row, rows), &(first, last)): (&GroupSpan, &Bounds)| RowGroup {
        index,
        first_row,
        rows,
        first: scale.instant(first),
        last: scale.instant(last),
    };
    Ok((spans.iter().zip(&bounds).map(group).collect(), scale))
}

/// Index, first row and row count of a row group.
type GroupSpan = (usize, usize, usize);

/// Every non-empty row group.
fn spans(file: &Footer) -> Vec<GroupSpan> {
    let mut next_row = 0;
    let groups = file.metadata().metadata().row_groups().iter().enumerate();
    let group_span = |(index, rows): (usize, usize)| {
        let first_row = next_row;
        next_row += rows;
        (index, first_row, rows)
    };
    groups
        .map(|(index, group)| (index, usize::try_from(group.num_rows()).unwrap_or(0)))
        .map(group_span)
        .filter(|&(_, _, rows)| rows > 0)
        .collect()
}

/// Bounds from the footer, if it has them for every row group.
fn from_statistics(file: &Footer, spans: &[GroupSpan]) -> Option<Vec<Bounds>> {
    let metadata = file.metadata();
    let name = metadata.schema().field(file.columns.time).name();
    let converter = StatisticsConverter::try_new(name, metadata.schema(), metadata.parquet_schema()).ok()?;
    let groups = || spans.iter().map(|&(index, _, _)| metadata.metadata().row_group(index));
    let smallest = complete(&converter.row_group_mins(groups()).ok()?)?;
    let largest = complete(&converter.row_group_maxes(groups()).ok()?)?;
    let bounds: Vec<Bounds> = smallest.into_iter().zip(largest).collect();
    bounds.iter().all(|(first, last)| first <= last).then_some(bounds)
}

fn complete(array: &ArrayRef) -> Option<Vec<i64>> {
    let raw = raw_times(array)?;
    raw.nulls.is_none_or(|nulls| nulls.null_count() == 0).then(|| raw.values.to_vec())
}

/// Bounds of one row group, read from its time column.
fn scan(file: &Footer, (index, first_row, _): GroupSpan) -> Result<Bounds, MarketError> {
    let mut bounds: Option<Bounds> = None;
    let mut row = first_row;
    let reader = file.reader(&[index], &[file.columns.time])?;
    file.for_each(reader, |batch| {
        let raw = raw_times(batch.column(0)).ok_or_else(|| file.wrong_type(file.columns.time))?;
        if let Some((at, text)) = raw.unreadable {
            let error = BarError::NotATime { text };
            return Err(MarketError::BadRow {
                file: file.path().to_owned(),
                row: row + at,
                at: None,
                error,
                rows: 1,
            });
        }
        for (at, &value) in raw.values.iter().enumerate() {
            if raw.nulls.as_ref().is_some_and(|nulls| nulls.is_null(at)) {
                continue;
            }
            let (first, last) = bounds.unwrap_or((value, value));
            bounds = Some((first.min(value), last.max(value)));
        }
        row += raw.values.len();
        Ok(())
    })?;
    let null = || MarketError::BadRow {
        file: file.path().to_owned(),
        row: first_row,
        at: None,
        error: BarError::Null { column: "time" },
        rows: row - first_row,
    };
    bounds.ok_or_else(null)
}
