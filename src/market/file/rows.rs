//! Decodes row groups into columns with increasing times.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, NullArray, RecordBatch};

use super::columns::NUMBERS;
use super::decode::{append_numbers, raw_times};
use super::footer::BATCH_ROWS;
use super::open::BarFile;
use crate::domain::Interval;
use crate::market::{BarError, Bars, MarketError, bar_error};

/// Most rows that are decoded at once.
const MAX_WHOLE: usize = 1 << 21;

/// Rows of one file with checked times and unchecked numbers.
#[derive(Debug)]
pub struct Rows {
    /// Columns of the file.
    pub bars: Bars,
    /// For each run of consecutive rows, its first index here and in the file.
    runs: Vec<(usize, usize)>,
    /// Row and column of each null, sorted by row.
    nulls: Vec<(usize, &'static str)>,
}

impl BarFile {
    /// Decodes these row groups (indexes into [`BarFile::groups`]) and the six columns only.
    ///
    /// # Errors
    /// Where they cannot be decoded, or a time is missing or not later than the previous one.
    pub fn read(&self, groups: &[usize], interval: Interval) -> Result<Rows, MarketError> {
        let groups: Vec<_> = groups.iter().map(|&index| self.groups()[index]).collect();
        let total = groups.iter().map(|group| group.rows).sum();
        // Whole columns are taken over as they were decoded; parts of them are appended.
        let batch_rows = if total <= MAX_WHOLE { total } else { BATCH_ROWS };
        let capacity = if batch_rows == total { 0 } else { total };
        let bars = Bars::with_capacity(interval, capacity);
        let mut rows = Rows { bars, runs: Vec::new(), nulls: Vec::new() };
        let mut next = 0;
        for group in &groups {
            rows.runs.push((next, group.first_row));
            next += group.rows;
        }
        let indices: Vec<usize> = groups.iter().map(|group| group.index).collect();
        let projected = self.footer.columns.projected();
        let reader = self.footer.reader_of(batch_rows, &indices, &projected)?;
        self.footer.for_each(reader, |batch| self.append(batch, &projected, &mut rows))?;
        rows.nulls.sort_by_key(|&(row, _)| row);
        self.check_times(&rows)?;
        Ok(rows)
    }

    fn append(&self, batch: RecordBatch, projected: &[usize], rows: &mut Rows) -> Result<(), MarketError> {
        let start = rows.bars.len();
        let mut columns = batch.into_parts().1;
        // Taken out, so that nothing else holds the column and its buffer can be taken over.
        let mut taken = |column: usize| {
            let position = projected.iter().position(|&other| other == column).unwrap_or(0);
            std::mem::replace(&mut columns[position], Arc::new(NullArray::new(0)))
        };
        let time = self.footer.columns.time;
        let raw = raw_times(&taken(time)).ok_or_else(|| self.footer.wrong_type(time))?;
        if let Some((at, text)) = raw.unreadable {
            return Err(self.bad(rows, start + at, BarError::NotATime { text }, 1));
        }
        rows.bars.ts.extend(raw.values.iter().map(|&value| self.scale.instant(value)));
        if let Some(nulls) = raw.nulls {
            let missing = (0..nulls.len()).filter(|&row| nulls.is_null(row));
            rows.nulls.extend(missing.map(|row| (start + row, "time")));
        }
        for (which, &column) in self.footer.columns.numbers.iter().enumerate() {
            let array = taken(column);
            let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0).cloned();
            if !append_numbers(array, column_of(&mut rows.bars, which)) {
                return Err(self.footer.wrong_type(column));
            }
            if let Some(nulls) = nulls {
                let missing = (0..nulls.len()).filter(|&row| nulls.is_null(row));
                rows.nulls.extend(missing.map(|row| (start + row, NUMBERS[which])));
            }
        }
        Ok(())
    }

    /// Checks that no time is missing and each is later than the previous one.
    fn check_times(&self, rows: &Rows) -> Result<(), MarketError> {
        let missing: Vec<usize> =
            rows.nulls.iter().filter(|&&(_, column)| column == "time").map(|&(row, _)| row).collect();
        if let Some(&row) = missing.first() {
            return Err(self.bad(rows, row, BarError::Null { column: "time" }, missing.len()));
        }
        let found = bar_error::check_times(&rows.bars.ts).into_iter();
        let problems: Vec<MarketError> =
            found.map(|found| self.bad(rows, found.row, found.error, found.rows)).collect();
        if problems.is_empty() { Ok(()) } else { Err(MarketError::all(problems)) }
    }

    /// Checks the numbers of some rows for `unit`: no nulls, and only valid bars.
    ///
    /// # Errors
    /// One [`MarketError::BadRow`] for each kind of error, with its first row and the number of such rows.
    pub fn check(&self, rows: &Rows, range: Range<usize>, unit: u32) -> Result<(), MarketError> {
        let nulls: Vec<_> = rows.nulls.iter().filter(|(row, _)| range.contains(row)).collect();
        let mut skip: Vec<usize> = nulls.iter().map(|&&(row, _)| row).collect();
        skip.dedup();
        let mut problems: Vec<MarketError> = nulls
            .first()
            .map(|&&(row, column)| self.bad(rows, row, BarError::Null { column }, skip.len()))
            .into_iter()
            .collect();
        let found = bar_error::check(&rows.bars, range, &skip, unit);
        problems.extend(found.into_iter().map(|found| self.bad(rows, found.row, found.error, found.rows)));
        if problems.is_empty() { Ok(()) } else { Err(MarketError::all(problems)) }
    }

    fn bad(&self, rows: &Rows, row: usize, error: BarError, count: usize) -> MarketError {
        let timeless = matches!(error, BarError::Null { column: "time" } | BarError::NotATime { .. });
        let at = if timeless { None } else { rows.bars.ts.get(row).copied() };
        MarketError::BadRow { file: self.path().to_owned(), row: rows.file_row(row), at, error, rows: count }
    }
}

impl Rows {
    /// Converts a row index here to one in the file.
    fn file_row(&self, row: usize) -> usize {
        let run = self.runs.partition_point(|&(first, _)| first <= row).saturating_sub(1);
        self.runs.get(run).map_or(row, |&(first, in_file)| in_file + row - first)
    }
}

fn column_of(bars: &mut Bars, which: usize) -> &mut Vec<f64> {
    match which {
        0 => &mut bars.open,
        1 => &mut bars.high,
        2 => &mut bars.low,
        3 => &mut bars.close,
        _ => &mut bars.volume,
    }
}
