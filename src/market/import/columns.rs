//! Rows out of Arrow (feather) and Parquet files, batch by batch.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::reader::FileReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::ImportError;
use super::names::Role;
use super::rows::{Kind, Rows, Trades};
use super::text::{Feed, Unit};
use crate::domain::{Interval, Timestamp};
use crate::market::Bars;
use crate::market::file::{RawTimes, TimeScale, numbers, raw_times};

/// Rows of a batch of Parquet.
const BATCH: usize = 65_536;

/// A container of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Arrow IPC file, also called feather.
    Arrow,
    /// Parquet.
    Parquet,
}

impl Table {
    /// By a file's first bytes.
    pub fn of(magic: &[u8]) -> Option<Self> {
        match magic {
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Self::Arrow),
            [b'P', b'A', b'R', b'1', ..] => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Places of the columns that are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The time.
    pub time: usize,
    /// Open, high, low, close, volume; of trades price and volume.
    pub values: Vec<usize>,
}

impl Columns {
    /// Finds them by name; the heading that is missing where one is.
    pub fn recognise(schema: &SchemaRef) -> Result<Self, String> {
        let headings: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let find = |role: Role| {
            role.place(&headings)
                .ok_or_else(|| format!("no column for {role:?} among `{}`", headings.join("`, `")))
        };
        let time = find(Role::Time)?;
        let roles: &[Role] = match Role::Price.place(&headings) {
            Some(_) => &[Role::Price, Role::Volume],
            None => &[Role::Open, Role::High, Role::Low, Role::Close, Role::Volume],
        };
        Ok(Self { time, values: roles.iter().map(|role| find(*role)).collect::<Result<_, _>>()? })
    }

    /// Bars or trades.
    pub fn kind(&self) -> Kind {
        if self.values.len() == 2 { Kind::Trades } else { Kind::Bars }
    }
}

/// The columns of a file.
///
/// # Errors
/// Where the file cannot be decoded.
pub fn schema(path: &Path, kind: Table) -> Result<SchemaRef, ImportError> {
    let file = File::open(path).map_err(|source| ImportError::io("read", path, source))?;
    match kind {
        Table::Arrow => Ok(arrow_reader(path, file)?.schema()),
        Table::Parquet => ParquetRecordBatchReaderBuilder::try_new(file)
            .map(|builder| builder.schema().clone())
            .map_err(|error| ImportError::damaged(path, error)),
    }
}

fn arrow_reader(path: &Path, file: File) -> Result<FileReader<BufReader<File>>, ImportError> {
    FileReader::try_new_buffered(file, None).map_err(|error| ImportError::damaged(path, error))
}

/// Reads all rows and hands them to `feed`; `read` hears of the bytes of numbers that were read.
pub fn stream(
    path: &Path,
    kind: Table,
    columns: &Columns,
    feed: Feed<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    batches(path, kind, columns, usize::MAX, feed, read)
}

/// Reads the first batch alone.
pub fn head(path: &Path, kind: Table, columns: &Columns, feed: Feed<'_>) -> Result<(), ImportError> {
    batches(path, kind, columns, 1, feed, &|_| {})
}

fn batches(
    path: &Path,
    kind: Table,
    columns: &Columns,
    most: usize,
    feed: Feed<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    let file = File::open(path).map_err(|source| ImportError::io("read", path, source))?;
    let batches: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>> = match kind {
        Table::Arrow => Box::new(arrow_reader(path, file)?),
        Table::Parquet => {
            let builder = ParquetRecordBatchReaderBuilder::try_new(file);
            let reader = builder.and_then(|builder| builder.with_batch_size(BATCH).build());
            Box::new(reader.map_err(|error| ImportError::damaged(path, error))?)
        }
    };
    let mut unit = None;
    for batch in batches.take(most) {
        let batch = batch.map_err(|error| ImportError::damaged(path, error))?;
        read(batch.num_rows() as u64 * 48);
        let rows = decode(&batch, columns, &mut unit).map_err(|detail| ImportError::damaged(path, detail))?;
        feed(rows)?;
    }
    Ok(())
}

/// A batch as rows; `unit` of integer times is that of the file's first.
fn decode(batch: &RecordBatch, columns: &Columns, unit: &mut Option<Unit>) -> Result<Rows, String> {
    let ts = times(batch, columns.time, unit)?;
    let mut values = Vec::with_capacity(columns.values.len());
    for &place in &columns.values {
        let mut column = Vec::with_capacity(batch.num_rows());
        if !numbers(batch.column(place), &mut column) {
            let name = batch.schema_ref().field(place).name().clone();
            return Err(format!(
                "column `{name}` is of type `{}`, not a number",
                batch.column(place).data_type()
            ));
        }
        values.push(column);
    }
    let mut values = values.into_iter();
    let mut next = || values.next().unwrap_or_default();
    Ok(match columns.kind() {
        Kind::Bars => Rows::Bars(Bars {
            interval: Interval::DAY,
            ts,
            open: next(),
            high: next(),
            low: next(),
            close: next(),
            volume: next(),
        }),
        Kind::Trades => Rows::Trades(Trades { ts, price: next(), volume: next() }),
    })
}

fn times(batch: &RecordBatch, place: usize, unit: &mut Option<Unit>) -> Result<Vec<Timestamp>, String> {
    let array = batch.column(place);
    let unreadable = || format!("the column of times is of type `{}`", array.data_type());
    let RawTimes { values, nulls, unreadable: text } = raw_times(array).ok_or_else(unreadable)?;
    if let Some((row, text)) = text {
        return Err(format!("`{text}` in row {row} of a batch is not a time"));
    }
    if nulls.is_some_and(|nulls| nulls.null_count() > 0) {
        return Err("a time is null".to_owned());
    }
    if array.data_type().is_integer() {
        same_unit(&values, unit)?;
    }
    let largest = values.iter().copied().max().unwrap_or_default();
    let scale = TimeScale::of(array.data_type(), largest);
    Ok(values.iter().map(|&raw| scale.instant(raw)).collect())
}

/// Refuses integer times of more than one unit in a file.
fn same_unit(values: &[i64], unit: &mut Option<Unit>) -> Result<(), String> {
    for &value in values {
        let found = Unit::of(value);
        let expected = *unit.get_or_insert(found);
        if found != expected {
            let (found, expected) = (found.as_str(), expected.as_str());
            return Err(format!("`{value}` counts {found}, but the rows before it count {expected}"));
        }
    }
    Ok(())
}
