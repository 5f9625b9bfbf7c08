//! An opened file of bars: which times each of its row groups covers.

use std::path::Path;

use super::decode::{TimeScale, raw_times};
use super::footer::Footer;
use super::groups::{self, RowGroup};
use crate::domain::{Interval, Span, Timestamp};
use crate::market::MarketError;

/// A Parquet file of bars. Only its footer has been read (and the time column, where the footer has no time
/// statistics).
#[derive(Debug)]
pub struct BarFile {
    pub(super) footer: Footer,
    pub(super) scale: TimeScale,
    groups: Vec<RowGroup>,
}

impl BarFile {
    /// Opens the file and reads its footer.
    ///
    /// # Errors
    /// Where it is not a complete Parquet file of bars with at least one row.
    pub fn open(path: &Path) -> Result<Self, MarketError> {
        let footer = Footer::read(path)?;
        let (groups, scale) = footer.guarded(|| groups::survey(&footer))?;
        Ok(Self { footer, scale, groups })
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        self.footer.path()
    }

    /// Its non-empty row groups, in the file's order.
    pub fn groups(&self) -> &[RowGroup] {
        &self.groups
    }

    /// Time of the earliest row.
    pub fn first(&self) -> Timestamp {
        self.groups.iter().map(|group| group.first).min().unwrap_or_default()
    }

    /// Time of the latest row.
    pub fn last(&self) -> Timestamp {
        self.groups.iter().map(|group| group.last).max().unwrap_or_default()
    }

    /// The interval, as the median spacing of the first rows. `None` where there is only one row.
    ///
    /// # Errors
    /// [`MarketError::UnknownInterval`] where the median is not a bar interval.
    pub fn spacing(&self) -> Result<Option<Interval>, MarketError> {
        let first: Vec<usize> = self.groups.iter().take(1).map(|group| group.index).collect();
        let mut times: Vec<i64> = Vec::new();
        if let Some(batch) = self.footer.reader(&first, &[self.footer.columns.time])?.next() {
            let batch = batch.map_err(|error| MarketError::undecoded(self.path(), error))?;
            let raw = self.footer.guarded(|| Ok(raw_times(batch.column(0))))?;
            let raw = raw.map(|raw| raw.values.to_vec()).unwrap_or_default();
            times.extend(raw.into_iter().map(|raw| self.scale.instant(raw).micros()));
        }
        let mut gaps: Vec<i64> = times.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
        if gaps.is_empty() {
            return Ok(None);
        }
        let middle = gaps.len() / 2;
        let (_, median, _) = gaps.select_nth_unstable(middle);
        let span = Span::from_micros(*median);
        let unknown =
            |_| MarketError::UnknownInterval { file: self.path().to_owned(), spacing: span.to_string() };
        Interval::new(span).map(Some).map_err(unknown)
    }
}
