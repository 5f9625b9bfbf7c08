//! An opened file of bars: which times each of its row groups covers.

use std::path::Path;

use super::decode::{TimeScale, raw_times};
use super::footer::Footer;
use super::groups::{self, RowGroup};
use crate::domain::{Interval, Span, Timestamp};
use crate::market::MarketError;

/// A Parquet file of bars whose footer has been read, and nothing else yet (but for the time column where
/// the footer does not say which times the row groups cover).
#[derive(Debug)]
pub struct BarFile {
    pub(super) footer: Footer,
    pub(super) scale: TimeScale,
    groups: Vec<RowGroup>,
}

impl BarFile {
    /// Reads the footer.
    ///
    /// # Errors
    /// Where it is no whole Parquet file of bars with at least one row.
    pub fn open(path: &Path) -> Result<Self, MarketError> {
        let footer = Footer::read(path)?;
        let (groups, scale) = footer.guarded(|| groups::survey(&footer))?;
        Ok(Self { footer, scale, groups })
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        self.footer.path()
    }

    /// Its row groups that have rows, in the file's order.
    pub fn groups(&self) -> &[RowGroup] {
        &self.groups
    }

    /// Time of its earliest row.
    pub fn first(&self) -> Timestamp {
        self.groups.iter().map(|group| group.first).min().unwrap_or_default()
    }

    /// Time of its latest row.
    pub fn last(&self) -> Timestamp {
        self.groups.iter().map(|group| group.last).max().unwrap_or_default()
    }

    /// The interval that the times tell: the median of the spacings of the first rows. `None` where there
    /// is only one row.
    ///
    /// # Errors
    /// [`MarketError::UnknownInterval`] where the median is no bar interval.
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
