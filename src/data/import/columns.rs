//! Reads rows from Arrow (Feather) and Parquet files, batch by batch.

use std::path::Path;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use chrono::{NaiveTime, TimeZone as _};
use chrono_tz::Tz;

use super::ImportError;
use super::names::Role;
use super::rows::{Kind, Rows, Trades};
use super::text::{RowHandler, TimeUnit};
use crate::decode::{ArrowFile, DecodeError, ParquetFile, Selection, guarded};
use crate::domain::{Interval, Timestamp};
use crate::market::Bars;
use crate::market::file::{RawTimes, TimeScale, numbers, raw_times};

/// Rows per Parquet batch.
const BATCH: usize = 65_536;

/// A columnar file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnarFormat {
    /// Arrow IPC file (Feather).
    Arrow,
    /// An Apache Parquet file.
    Parquet,
}

impl ColumnarFormat {
    /// Detects it from a file's first bytes.
    pub fn of(magic: &[u8]) -> Option<Self> {
        match magic {
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Self::Arrow),
            [b'P', b'A', b'R', b'1', ..] => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Indexes of the columns that are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The time column.
    pub time: usize,
    /// Open, high, low, close, volume; for trades, price and volume.
    pub values: Vec<usize>,
    /// Conversion of times.
    pub clock: ColumnClock,
}

impl Columns {
    /// Finds the columns by name. The error is the name of a missing column.
    pub fn recognise(schema: &SchemaRef) -> Result<Self, String> {
        let headings: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let find = |role: Role| {
            role.index(&headings)
                .ok_or_else(|| format!("no column for {role:?} among `{}`", headings.join("`, `")))
        };
        let time = find(Role::Time)?;
        let roles: &[Role] = match Role::Price.index(&headings) {
            Some(_) => &[Role::Price, Role::Volume],
            None => &[Role::Open, Role::High, Role::Low, Role::Close, Role::Volume],
        };
        let values = roles.iter().map(|role| find(*role)).collect::<Result<_, _>>()?;
        Ok(Self { time, values, clock: ColumnClock::default() })
    }

    /// Bars or trades.
    pub fn kind(&self) -> Kind {
        if self.values.len() == 2 { Kind::Trades } else { Kind::Bars }
    }
}

/// The schema of a file.
///
/// # Errors
/// Where the file cannot be decoded.
pub fn schema(path: &Path, kind: ColumnarFormat) -> Result<SchemaRef, ImportError> {
    let schema = match kind {
        ColumnarFormat::Arrow => ArrowFile::open(path).map(|file| file.schema().clone()),
        ColumnarFormat::Parquet => ParquetFile::open(path).map(|file| file.schema().clone()),
    };
    schema.map_err(|error| ImportError::undecoded(path, error))
}

/// Passes all rows to `feed`; `read` is called with the number of bytes read.
pub fn stream(
    path: &Path,
    kind: ColumnarFormat,
    columns: &Columns,
    feed: RowHandler<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    batches(path, kind, columns, usize::MAX, feed, read)
}

/// As [`stream`], for the first batch only.
pub fn head(
    path: &Path,
    kind: ColumnarFormat,
    columns: &Columns,
    feed: RowHandler<'_>,
) -> Result<(), ImportError> {
    batches(path, kind, columns, 1, feed, &|_| {})
}

fn batches(
    path: &Path,
    kind: ColumnarFormat,
    columns: &Columns,
    most: usize,
    feed: RowHandler<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    let failed = |error| ImportError::undecoded(path, error);
    let batches: Box<dyn Iterator<Item = Result<RecordBatch, DecodeError>>> = match kind {
        ColumnarFormat::Arrow => Box::new(ArrowFile::open(path).map_err(failed)?),
        ColumnarFormat::Parquet => {
            let file = ParquetFile::open(path).map_err(failed)?;
            Box::new(file.batches(BATCH, Selection::default()).map_err(failed)?)
        }
    };
    let mut clock = columns.clock;
    for batch in batches.take(most) {
        let batch = batch.map_err(failed)?;
        read(batch.num_rows() as u64 * 48);
        let rows =
            guarded(|| decode(&batch, columns, &mut clock).map_err(DecodeError::Content)).map_err(failed)?;
        feed(rows)?;
    }
    Ok(())
}

/// Converts a batch to rows. The unit of integer times is that of the file's first one.
fn decode(batch: &RecordBatch, columns: &Columns, clock: &mut ColumnClock) -> Result<Rows, String> {
    let ts = times(batch, columns.time, clock)?;
    let mut values = Vec::with_capacity(columns.values.len());
    for &index in &columns.values {
        let mut column = Vec::with_capacity(batch.num_rows());
        if !numbers(batch.column(index), &mut column) {
            let name = batch.schema_ref().field(index).name().clone();
            return Err(format!(
                "column `{name}` is of type `{}`, not a number",
                batch.column(index).data_type()
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

fn times(batch: &RecordBatch, index: usize, clock: &mut ColumnClock) -> Result<Vec<Timestamp>, String> {
    let array = batch.column(index);
    let unreadable = || format!("the time column is of type `{}`", array.data_type());
    let RawTimes { values, nulls, unreadable: text } = raw_times(array).ok_or_else(unreadable)?;
    if let Some((row, text)) = text {
        return Err(format!("`{text}` in row {row} of a batch is not a time"));
    }
    if nulls.is_some_and(|nulls| nulls.null_count() > 0) {
        return Err("a time is null".to_owned());
    }
    let times: Vec<Timestamp> = if array.data_type().is_integer() {
        values.iter().map(|&value| clock.instant(value)).collect::<Result<_, _>>()?
    } else {
        let largest = values.iter().copied().max().unwrap_or_default();
        let scale = TimeScale::of(array.data_type(), largest);
        values.iter().map(|&raw| scale.instant(raw)).collect()
    };
    match clock.sessions {
        Some(zone) => times.into_iter().map(|at| session(at, zone)).collect(),
        None => Ok(times),
    }
}

/// Conversion of a file's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ColumnClock {
    /// Unit of integer times, if the user states it.
    pub given: Option<TimeUnit>,
    /// Unit guessed from the file's first integer time.
    guessed: Option<TimeUnit>,
    /// Midnights of this zone are session dates.
    pub sessions: Option<Tz>,
}

impl ColumnClock {
    /// Converts an integer time; a file that mixes units is refused.
    fn instant(&mut self, value: i64) -> Result<Timestamp, String> {
        if let Some(unit) = self.given {
            return unit.instant(value, 0);
        }
        let expected = *self.guessed.get_or_insert_with(|| TimeUnit::guess(value));
        if expected != TimeUnit::Date && TimeUnit::of(value) != expected {
            let (found, expected) = (TimeUnit::of(value).as_str(), expected.as_str());
            return Err(format!("`{value}` is in {found}, but the rows before it are in {expected}"));
        }
        expected.plausible_instant(value, 0)
    }
}

/// 00:00 UTC of the local date of a midnight in the zone.
fn session(at: Timestamp, zone: Tz) -> Result<Timestamp, String> {
    let local = zone.from_utc_datetime(&at.to_utc().naive_utc()).naive_local();
    if local.time() != NaiveTime::MIN {
        return Err(format!(
            "{at} is not a midnight in {zone} ({}), so it is not a session date",
            local.time()
        ));
    }
    Ok(Timestamp::from_micros(local.and_utc().timestamp_micros()))
}
