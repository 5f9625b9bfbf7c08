//! Writes sorted bars to one Parquet file, row group by row group.
//!
//! Invariant: times in the file increase; an exact duplicate of the previous bar is dropped and counted; a
//! different bar with the same time is refused. The file gets its name only when it is complete.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMicrosecondType};
use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;

use super::ImportError;
use crate::decode::{Batches, ParquetFile, Selection};
use crate::domain::{Interval, Timestamp};
use crate::files::{Existing, Temporary};
use crate::market::Bars;
use crate::market::file;

/// Zstd level: low, because the user waits for an import.
const LEVEL: i32 = 1;

/// Writes bars that arrive sorted.
pub struct SortedWriter {
    symbol: String,
    writer: ArrowWriter<File>,
    file: Temporary,
    nullable: bool,
    last: Option<(Timestamp, [f64; 5])>,
    stats: WriteStats,
}

/// Statistics of the bars passed to a writer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteStats {
    /// Number of bars written.
    pub bars: u64,
    /// Exact duplicates dropped.
    pub duplicates: u64,
    /// Open time of the first bar.
    pub first: Option<Timestamp>,
    /// Open time of the last bar.
    pub last: Option<Timestamp>,
    /// Smallest spacing of two neighbouring bars, in microseconds.
    pub closest: Option<i64>,
}

impl SortedWriter {
    /// Creates a temporary file in `dir`. `nullable`: NaN is written as null.
    pub fn new(dir: &Path, symbol: &str, nullable: bool) -> Result<Self, ImportError> {
        let io = |source| ImportError::io("write", dir, source);
        let file = Temporary::create_in(dir).map_err(io)?;
        let target = file.file().try_clone().map_err(io)?;
        let properties = file::properties(LEVEL).map_err(|error| ImportError::damaged(dir, error))?;
        // Prices repeat, so a dictionary helps; volumes hardly ever repeat.
        let properties =
            properties.into_builder().set_column_dictionary_enabled("volume".into(), false).build();
        let writer = ArrowWriter::try_new(target, Arc::new(schema(nullable)), Some(properties))
            .map_err(|error| ImportError::unwritten(dir, error))?;
        Ok(Self {
            symbol: symbol.to_owned(),
            writer,
            file,
            nullable,
            last: None,
            stats: WriteStats::default(),
        })
    }

    /// Time of the last bar.
    pub fn last(&self) -> Option<Timestamp> {
        self.last.map(|(at, _)| at)
    }

    /// Appends bars with non-decreasing times, not before those already written.
    pub fn push(&mut self, mut bars: Bars) -> Result<(), ImportError> {
        self.without_repetitions(&mut bars)?;
        let Some(&last) = bars.ts.last() else { return Ok(()) };
        self.stats.first = self.stats.first.or(bars.ts.first().copied());
        self.stats.last = Some(last);
        self.stats.bars += bars.len() as u64;
        let batch =
            batch(bars, self.nullable).map_err(|error| ImportError::damaged(self.file.path(), error))?;
        self.writer.write(&batch).map_err(|error| ImportError::unwritten(self.file.path(), error))
    }

    /// Drops exact duplicates of the previous bar, refuses different bars with the same time.
    fn without_repetitions(&mut self, bars: &mut Bars) -> Result<(), ImportError> {
        let mut kept = 0;
        for row in 0..bars.len() {
            let (at, values) = bar(bars, row);
            if let Some((before, other)) = self.last {
                if at == before {
                    if values.map(f64::to_bits) != other.map(f64::to_bits) {
                        return Err(self.conflict(at, other, values));
                    }
                    self.stats.duplicates += 1;
                    continue;
                }
                let gap = (at - before).micros();
                self.stats.closest = Some(self.stats.closest.map_or(gap, |closest| closest.min(gap)));
            }
            self.last = Some((at, values));
            if kept != row {
                set(bars, kept, (at, values));
            }
            kept += 1;
        }
        truncate(bars, kept);
        Ok(())
    }

    fn conflict(&self, at: Timestamp, first: [f64; 5], second: [f64; 5]) -> ImportError {
        let text = |values: [f64; 5]| values.map(|value| value.to_string()).join(", ");
        ImportError::Conflict { symbol: self.symbol.clone(), at, first: text(first), second: text(second) }
    }

    /// Finishes the file; it is removed on drop unless it is given a name.
    pub fn finish(self) -> Result<Run, ImportError> {
        let Self { writer, file, stats, .. } = self;
        writer.close().map_err(|error| ImportError::unwritten(file.path(), error))?;
        Ok(Run { file, stats })
    }
}

/// A complete sorted temporary file.
pub struct Run {
    file: Temporary,
    /// Statistics of its bars.
    pub stats: WriteStats,
}

impl Run {
    /// Renames it to its final name.
    pub fn persist(self, path: &Path, existing: Existing) -> Result<WriteStats, ImportError> {
        self.file.persist(path, existing).map_err(|source| ImportError::io("write", path, source))?;
        Ok(self.stats)
    }

    /// Reads it from the start.
    pub fn read(&self, batch_rows: usize) -> Result<RunReader, ImportError> {
        let path = self.file.path().to_owned();
        let reader = ParquetFile::open(&path)
            .and_then(|file| file.batches(batch_rows, Selection::default()))
            .map_err(|error| ImportError::undecoded(&path, error))?;
        Ok(RunReader { path, reader })
    }
}

/// Reads a run batch by batch.
pub struct RunReader {
    path: PathBuf,
    reader: Batches,
}

impl RunReader {
    /// The next batch; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Bars>, ImportError> {
        let Some(batch) = self.reader.next() else { return Ok(None) };
        batch.map(|batch| Some(bars(&batch))).map_err(|error| ImportError::undecoded(&self.path, error))
    }
}

fn schema(nullable: bool) -> Schema {
    let plain = file::schema();
    if !nullable {
        return plain;
    }
    let fields = plain.fields().iter().map(|field| match field.data_type() {
        DataType::Float64 => Field::clone(field).with_nullable(true),
        _ => Field::clone(field),
    });
    Schema::new(fields.collect::<Vec<_>>())
}

fn batch(bars: Bars, nullable: bool) -> Result<RecordBatch, arrow_schema::ArrowError> {
    if !nullable {
        return file::batch(&bars);
    }
    let plain = file::batch(&bars)?;
    let mut columns: Vec<ArrayRef> = vec![Arc::clone(plain.column(0))];
    for values in [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume] {
        let array: Float64Array = values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect();
        columns.push(Arc::new(array));
    }
    RecordBatch::try_new(Arc::new(schema(true)), columns)
}

fn bars(batch: &RecordBatch) -> Bars {
    let times = batch.column(0).as_primitive::<TimestampMicrosecondType>();
    let column = |index: usize| -> Vec<f64> {
        let array = batch.column(index).as_primitive::<Float64Type>();
        array.iter().map(|value| value.unwrap_or(f64::NAN)).collect()
    };
    Bars {
        interval: Interval::DAY,
        ts: times.values().iter().map(|&at| Timestamp::from_micros(at)).collect(),
        open: column(1),
        high: column(2),
        low: column(3),
        close: column(4),
        volume: column(5),
    }
}

/// Time and values of one bar.
pub fn bar(bars: &Bars, row: usize) -> (Timestamp, [f64; 5]) {
    (bars.ts[row], [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]])
}

fn set(bars: &mut Bars, row: usize, (at, [open, high, low, close, volume]): (Timestamp, [f64; 5])) {
    bars.ts[row] = at;
    bars.open[row] = open;
    bars.high[row] = high;
    bars.low[row] = low;
    bars.close[row] = close;
    bars.volume[row] = volume;
}

/// Drops all rows from `len` on.
pub fn truncate(bars: &mut Bars, len: usize) {
    bars.ts.truncate(len);
    for column in [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close, &mut bars.volume] {
        column.truncate(len);
    }
}
