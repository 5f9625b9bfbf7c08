//! Writes bars as Parquet, in the form of this project's own files.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::files::{Existing, FileLock, Temporary};
use crate::market::{Bars, MarketError};

/// Rows per row group: small enough that a window of a long file reads little more than it needs.
const GROUP_ROWS: usize = 131_072;
/// Zstd level: files are written once and read often.
const LEVEL: i32 = 9;

/// Writes bars with zstd compression: `ts` (timestamp[us, UTC], bar open), open, high, low, close, volume
/// (float64). The write is atomic (temporary file, then rename). A missing folder is created.
///
/// # Errors
/// [`MarketError::Io`] for input/output errors, [`MarketError::Damaged`] where encoding fails.
pub fn write_bars(path: &Path, bars: &Bars) -> Result<(), MarketError> {
    write_batch(path, &batch(bars).map_err(|error| MarketError::damaged(path, error))?)
}

/// Writes one batch in the form of this project's own files, atomically.
///
/// # Errors
/// As [`write_bars`].
pub fn write_batch(path: &Path, batch: &RecordBatch) -> Result<(), MarketError> {
    let io = |source| MarketError::io("write", path, source);
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(io)?;
    let _lock = FileLock::for_writing(path).map_err(io)?;
    let temporary = Temporary::create_in(folder).map_err(io)?;
    encode(temporary.file(), batch).map_err(|error| MarketError::unwritten(path, error))?;
    temporary.persist(path, Existing::Replace).map_err(io)
}

fn encode(file: &fs::File, batch: &RecordBatch) -> Result<(), parquet::errors::ParquetError> {
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties(LEVEL)?))?;
    writer.write(batch)?;
    writer.close()?;
    Ok(())
}

/// Bars as an Arrow record batch.
///
/// # Errors
/// None in practice: the columns have equal length.
pub fn batch(bars: &Bars) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let times = bars.ts.iter().map(|at| at.micros());
    let times = TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC");
    let number = |values: &[f64]| Arc::new(Float64Array::from(values.to_vec())) as ArrayRef;
    let columns: Vec<ArrayRef> = vec![
        Arc::new(times),
        number(&bars.open),
        number(&bars.high),
        number(&bars.low),
        number(&bars.close),
        number(&bars.volume),
    ];
    RecordBatch::try_new(Arc::new(schema()), columns)
}

/// The schema of this project's bar files.
pub fn schema() -> Schema {
    let time = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let mut fields = vec![Field::new("ts", time, false)];
    fields.extend(super::columns::NUMBERS.map(|name| Field::new(name, DataType::Float64, false)));
    Schema::new(fields)
}

/// Writer properties with a fixed writer name, so that equal bars give equal bytes with any version of the
/// crates.
///
/// # Errors
/// Where the level is not one of zstd's (1 to 22).
pub fn properties(level: i32) -> Result<WriterProperties, parquet::errors::ParquetError> {
    let time = ColumnPath::from("ts");
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(level)?))
        .set_created_by("tiltyard".to_owned())
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_column_dictionary_enabled(time.clone(), false)
        .set_column_encoding(time, Encoding::DELTA_BINARY_PACKED)
        .build())
}
