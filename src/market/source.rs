//! The bars of one symbol at one interval, from files or memory, read as one series.
//!
//! Owns the choice of an interval for a scenario, of row groups for a window, and how far they reach back for
//! history. Invariant: the returned bars have increasing times, passed every check, and are quoted in their
//! instrument's unit at eight decimal places.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::bars::Bars;
use super::file::{BarFile, Rows};
use super::{MAX_ROWS, MarketError, held, unit};
use crate::domain::{Instrument, Interval, Timestamp};

/// One symbol's bars of one interval.
#[derive(Debug)]
pub(super) struct Source {
    instrument: Instrument,
    pub interval: Interval,
    origin: Origin,
}

/// Where bars come from.
#[derive(Debug)]
enum Origin {
    /// Sorted by time, without overlaps.
    Files(Vec<BarFile>),
    /// In memory.
    Held(Arc<Bars>),
}

/// A selection of rows of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowSelection {
    /// From the first row at or after this; from the source's first row where `None`.
    pub start: Option<Timestamp>,
    /// Plus this many rows before it, as far as available.
    pub rows_before: usize,
    /// Up to the last row before this; to the source's last row where `None`.
    pub end: Option<Timestamp>,
}

/// The bars of a selection.
#[derive(Debug)]
pub(super) struct ReadBars {
    pub bars: Bars,
    /// Whether the first bar is the source's first; otherwise its bucket may have begun earlier.
    pub from_the_beginning: bool,
}

impl Source {
    /// Opens the files and sorts them by time.
    pub fn open(instrument: &Instrument, interval: Interval, files: &[&Path]) -> Result<Self, MarketError> {
        let symbol = &instrument.source;
        let opened: Vec<Result<BarFile, MarketError>> =
            files.iter().map(|file| BarFile::open(file)).collect();
        let mut files = gather(opened)?;
        files.sort_by_key(|file| (file.first(), file.last()));
        for pair in files.windows(2) {
            if pair[1].first() <= pair[0].last() {
                return Err(MarketError::OverlappingFiles {
                    symbol: symbol.clone(),
                    first: pair[0].path().to_owned(),
                    second: pair[1].path().to_owned(),
                    at: pair[1].first(),
                });
            }
        }
        Ok(Self { instrument: instrument.clone(), interval, origin: Origin::Files(files) })
    }

    /// Bars in memory.
    pub fn held(instrument: &Instrument, bars: Arc<Bars>) -> Self {
        Self { instrument: instrument.clone(), interval: bars.interval, origin: Origin::Held(bars) }
    }

    fn files(&self) -> &[BarFile] {
        match &self.origin {
            Origin::Files(files) => files,
            Origin::Held(_) => &[],
        }
    }

    /// Open time of the first bar.
    pub fn first(&self) -> Timestamp {
        match &self.origin {
            Origin::Files(files) => files.first().map(BarFile::first),
            Origin::Held(bars) => bars.ts.first().copied(),
        }
        .unwrap_or_default()
    }

    /// Open time of the last bar.
    pub fn last(&self) -> Timestamp {
        match &self.origin {
            Origin::Files(files) => files.last().map(BarFile::last),
            Origin::Held(bars) => bars.ts.last().copied(),
        }
        .unwrap_or_default()
    }

    /// For each file, the indexes of the row groups that a selection needs.
    pub fn plan(&self, span: RowSelection) -> Vec<Vec<usize>> {
        let mut plan: Vec<Vec<usize>> = vec![Vec::new(); self.files().len()];
        // Rows known to be before the start, counted backwards from it.
        let mut before = 0;
        for (file, indexes) in self.files().iter().zip(&mut plan).rev() {
            let groups = file.groups();
            // If row groups are not in order, all are read; the reader finds the row out of order.
            let ordered = groups.windows(2).all(|pair| pair[0].last < pair[1].first);
            for (index, group) in groups.iter().enumerate().rev() {
                let too_late = span.end.is_some_and(|end| group.first >= end);
                let early = span.start.is_some_and(|start| group.last < start);
                if ordered && (too_late || early && before >= span.rows_before) {
                    continue;
                }
                before += if early { group.rows } else { 0 };
                indexes.push(index);
            }
            indexes.reverse();
        }
        plan
    }

    /// Reads and checks a selection.
    pub fn read(&self, span: RowSelection) -> Result<ReadBars, MarketError> {
        if let Origin::Held(bars) = &self.origin {
            let at = |time: Option<Timestamp>| time.map(|time| bars.first_row_from(time));
            let from = at(span.start).unwrap_or(0).saturating_sub(span.rows_before);
            let to = at(span.end).unwrap_or(bars.len()).max(from);
            let part = held::part(bars, &self.instrument, from..to)?;
            return Ok(ReadBars { bars: part, from_the_beginning: from == 0 });
        }
        let plan = self.plan(span);
        let total: usize = self.files().iter().zip(&plan).map(|(file, indexes)| rows_of(file, indexes)).sum();
        if total > MAX_ROWS {
            return Err(MarketError::TooManyRows { symbol: self.instrument.source.clone(), rows: total });
        }
        let parts = self.files().iter().zip(&plan).filter(|(_, indexes)| !indexes.is_empty());
        let read = parts.map(|(file, indexes)| Ok((file, file.read(indexes, self.interval)?)));
        let parts: Vec<(&BarFile, Rows)> = gather(read.collect())?;
        let skipped = plan.first().is_none_or(|indexes| indexes.first() != Some(&0));
        self.cut(span, parts, skipped)
    }

    /// Cuts the decoded parts to the selection, checks the rest and concatenates it.
    fn cut(
        &self,
        span: RowSelection,
        parts: Vec<(&BarFile, Rows)>,
        skipped: bool,
    ) -> Result<ReadBars, MarketError> {
        let before =
            |at: Timestamp| -> usize { parts.iter().map(|(_, rows)| rows.bars.first_row_from(at)).sum() };
        let total: usize = parts.iter().map(|(_, rows)| rows.bars.len()).sum();
        let start = span.start.map_or(0, before);
        let from = start.saturating_sub(span.rows_before);
        let to = span.end.map_or(total, before).max(from);
        let mut joined = Bars::with_capacity(self.interval, to - from);
        let mut problems = Vec::new();
        let mut offset = 0;
        for (file, rows) in parts {
            let len = rows.bars.len();
            let (first, last) =
                (from.clamp(offset, offset + len) - offset, to.clamp(offset, offset + len) - offset);
            problems.extend(file.check(&rows, first..last, self.instrument.unit).err());
            joined.append(rows.bars, first..last);
            offset += len;
        }
        if !problems.is_empty() {
            return Err(
                MarketError::all(problems).asking_for(&self.instrument.source, unit::smallest(&joined))
            );
        }
        joined.quote_in(self.instrument.unit);
        joined.round_prices();
        Ok(ReadBars { bars: joined, from_the_beginning: from == 0 && !skipped })
    }
}

fn rows_of(file: &BarFile, indexes: &[usize]) -> usize {
    indexes.iter().map(|&index| file.groups()[index].rows).sum()
}

/// All values, or all errors combined.
pub(super) fn gather<T>(results: Vec<Result<T, MarketError>>) -> Result<Vec<T>, MarketError> {
    let mut values = Vec::with_capacity(results.len());
    let mut problems = Vec::new();
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(MarketError::all(problems)) }
}

/// The interval to resample `wanted` from: itself, otherwise the coarsest that divides it. A file of unknown
/// interval (one row, no interval in its name) counts as `wanted`.
pub(super) fn choose<'f>(
    files: &'f BTreeMap<Option<Interval>, Vec<&'f Path>>,
    wanted: Interval,
) -> Option<(Interval, &'f [&'f Path])> {
    let exact = files.get(&Some(wanted)).map(|files| (wanted, files.as_slice()));
    let finer = files.iter().rev().find_map(|(interval, files)| {
        let interval = (*interval)?;
        wanted.is_multiple_of(interval).then_some((interval, files.as_slice()))
    });
    let unknown = files.get(&None).map(|files| (wanted, files.as_slice()));
    exact.or(finer).or(unknown)
}

/// The finest interval below `wanted` that divides it.
pub(super) fn finest<'f>(
    files: &'f BTreeMap<Option<Interval>, Vec<&'f Path>>,
    wanted: Interval,
) -> Option<(Interval, &'f [&'f Path])> {
    files.iter().find_map(|(interval, files)| {
        let interval = (*interval)?;
        (interval < wanted && wanted.is_multiple_of(interval)).then_some((interval, files.as_slice()))
    })
}
