//! Sorts bars of any order into one file, with bounded memory (external merge sort).
//!
//! Bars are collected in a buffer of [`BUFFER`] rows, which is sorted and appended to the current *run*, a
//! temporary file, if it continues it; otherwise it starts a new one. Sources sorted by time thus stream into
//! a single run, which is renamed to the result. Several runs (from newest-first or shuffled sources) are
//! merged, with a small batch of each in memory.

use std::path::{Path, PathBuf};

use super::ImportError;
use super::order::{append, in_order};
use super::writer::{Run, RunReader, SortedWriter, bar};
use crate::domain::{Interval, Timestamp};
use crate::market::Bars;

/// Rows sorted in memory: 48 MB.
const BUFFER: usize = 1 << 20;
/// Rows of each run in memory during the merge.
const MERGE_BATCH: usize = 16_384;
/// Rows passed to the writer at a time.
const CHUNK: usize = 1 << 16;

/// Accepts bars in any order.
pub struct Sink {
    dir: PathBuf,
    symbol: String,
    nullable: bool,
    capacity: usize,
    buffer: Bars,
    open: Option<SortedWriter>,
    runs: Vec<Run>,
}

impl Sink {
    /// A sink for one symbol that writes into `dir`. `nullable`: NaN is written as null.
    pub fn new(dir: &Path, symbol: &str, nullable: bool) -> Self {
        Self {
            dir: dir.to_owned(),
            symbol: symbol.to_owned(),
            nullable,
            capacity: BUFFER,
            buffer: empty(),
            open: None,
            runs: Vec::new(),
        }
    }

    /// Adds bars in any order.
    pub fn push(&mut self, bars: Bars) -> Result<(), ImportError> {
        let in_order = self.buffer.is_empty() && bars.ts.is_sorted() && bars.len() >= CHUNK / 4;
        let continues =
            in_order && self.open.as_ref().and_then(SortedWriter::last) <= bars.ts.first().copied();
        if continues && self.open.is_some() {
            // Large and already sorted: written without buffering.
            return self.writer()?.push(bars);
        }
        if self.buffer.is_empty() {
            self.buffer = bars;
        } else {
            append(&mut self.buffer, &bars);
        }
        if self.buffer.len() >= self.capacity { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ImportError> {
        let bars = in_order(std::mem::replace(&mut self.buffer, empty()));
        let Some(_) = bars.ts.first() else { return Ok(()) };
        if self.open.as_ref().and_then(SortedWriter::last) > bars.ts.first().copied() {
            self.close()?;
        }
        self.writer()?.push(bars)
    }

    fn writer(&mut self) -> Result<&mut SortedWriter, ImportError> {
        if self.open.is_none() {
            self.open = Some(SortedWriter::new(&self.dir, &self.symbol, self.nullable)?);
        }
        self.open.as_mut().ok_or_else(|| ImportError::damaged(&self.dir, "no writer"))
    }

    fn close(&mut self) -> Result<(), ImportError> {
        if let Some(writer) = self.open.take() {
            self.runs.push(writer.finish()?);
        }
        Ok(())
    }

    /// Writes the buffered rows and merges the runs; `None` without any bar.
    pub fn finish(mut self) -> Result<Option<Run>, ImportError> {
        self.flush()?;
        self.close()?;
        if self.runs.len() <= 1 {
            return Ok(self.runs.pop());
        }
        let mut merged = SortedWriter::new(&self.dir, &self.symbol, self.nullable)?;
        merge(&self.runs, &mut merged)?;
        let mut whole = merged.finish()?;
        whole.stats.duplicates += self.runs.iter().map(|run| run.stats.duplicates).sum::<u64>();
        Ok(Some(whole))
    }
}

/// A run's bars that are in memory.
struct Cursor {
    reader: RunReader,
    bars: Bars,
    row: usize,
}

impl Cursor {
    fn open(run: &Run) -> Result<Self, ImportError> {
        let mut cursor = Self { reader: run.read(MERGE_BATCH)?, bars: empty(), row: 0 };
        cursor.refill()?;
        Ok(cursor)
    }

    fn refill(&mut self) -> Result<(), ImportError> {
        while self.row == self.bars.len() {
            let Some(bars) = self.reader.next()? else { return Ok(()) };
            (self.bars, self.row) = (bars, 0);
        }
        Ok(())
    }

    fn head(&self) -> Option<Timestamp> {
        self.bars.ts.get(self.row).copied()
    }
}

fn merge(runs: &[Run], out: &mut SortedWriter) -> Result<(), ImportError> {
    let mut cursors: Vec<Cursor> = runs.iter().map(Cursor::open).collect::<Result<_, _>>()?;
    let mut chunk = empty();
    loop {
        let mut heads: Vec<(Timestamp, usize)> =
            cursors.iter().enumerate().filter_map(|(index, cursor)| Some((cursor.head()?, index))).collect();
        heads.sort_unstable();
        let Some(&(_, index)) = heads.first() else { return out.push(chunk) };
        // All rows before the next run's first one come from this run.
        let until = heads.get(1).map(|&(at, _)| at);
        let cursor = &mut cursors[index];
        let end = until.map_or(cursor.bars.len(), |until| cursor.bars.ts.partition_point(|at| *at <= until));
        for row in cursor.row..end {
            let (at, values) = bar(&cursor.bars, row);
            chunk.push(at, values);
        }
        cursor.row = end;
        cursor.refill()?;
        if chunk.len() >= CHUNK {
            out.push(std::mem::replace(&mut chunk, empty()))?;
        }
    }
}

fn empty() -> Bars {
    // The interval is not used here.
    Bars::with_capacity(Interval::DAY, 0)
}

#[cfg(test)]
mod tests {
    use super::super::writer::WriteStats;
    use super::*;

    fn chunk(minutes: impl Iterator<Item = i64>) -> Bars {
        let mut bars = empty();
        for minute in minutes {
            let price = minute as f64 + 1.0;
            bars.push(Timestamp::from_micros(minute * 60_000_000), [price, price, price, price, 1.0]);
        }
        bars
    }

    fn through(capacity: usize, chunks: Vec<Bars>) -> Result<(Vec<i64>, WriteStats, usize), ImportError> {
        let dir = tempfile::tempdir().unwrap();
        let mut sink = Sink { capacity, ..Sink::new(dir.path(), "X", false) };
        for bars in chunks {
            sink.push(bars)?;
        }
        let spilled = sink.runs.len() + usize::from(sink.open.is_some());
        let run = sink.finish()?.unwrap();
        let mut minutes = Vec::new();
        let mut reader = run.read(7)?;
        while let Some(bars) = reader.next()? {
            for row in 0..bars.len() {
                let minute = bars.ts[row].micros() / 60_000_000;
                assert_eq!(bars.close[row], minute as f64 + 1.0);
                minutes.push(minute);
            }
        }
        let stats = run.stats;
        drop(run);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "temporary files are gone");
        Ok((minutes, stats, spilled))
    }

    #[test]
    fn sorted_chunks_form_one_run() {
        let chunks = (0..10).map(|n| chunk(n * 10..n * 10 + 10)).collect();
        let (minutes, stats, spilled) = through(20, chunks).unwrap();
        assert_eq!(minutes, (0..100).collect::<Vec<_>>());
        assert_eq!((stats.bars, stats.duplicates, stats.closest, spilled), (100, 0, Some(60_000_000), 1));
    }

    #[test]
    fn newest_first_input_is_merged_from_runs() {
        let chunks = (0..10).rev().map(|n| chunk((n * 10..n * 10 + 10).rev())).collect();
        let (minutes, stats, spilled) = through(20, chunks).unwrap();
        assert_eq!(minutes, (0..100).collect::<Vec<_>>());
        assert!(spilled > 3, "{spilled}");
        assert_eq!(stats.bars, 100);
    }

    #[test]
    fn shuffled_and_duplicate_chunks_are_merged_and_counted() {
        let order = [7, 2, 2, 9, 0, 5, 3, 1, 8, 6, 4, 5];
        let chunks = order.iter().map(|n| chunk(n * 10..n * 10 + 10)).collect();
        let (minutes, stats, _) = through(15, chunks).unwrap();
        assert_eq!(minutes, (0..100).collect::<Vec<_>>());
        assert_eq!((stats.bars, stats.duplicates), (100, 20));
    }

    #[test]
    fn two_different_bars_for_one_time_are_refused() {
        let mut other = chunk(5..6);
        other.high[0] = 99.0;
        for capacity in [3, 1_000] {
            let error = through(capacity, vec![chunk(0..10), other.clone()]).unwrap_err().to_string();
            assert_eq!(
                error,
                "`X` has two different bars at 1970-01-01T00:05:00Z: 6, 6, 6, 6, 1 and 6, 99, 6, 6, 1 \
                 (open, high, low, close, volume)"
            );
        }
    }
}
