//! Opens a file: checks that it is Parquet, finds its columns and the time range of each row group.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Compression;

use super::columns::Columns;
use super::decode::{TimeScale, raw_times};
use super::groups::{self, RowGroup};
use crate::decode::{Batches, ParquetFile, Selection, guarded_as};
use crate::domain::{Interval, Span, Timestamp};
use crate::market::MarketError;

/// Rows per decoded batch.
const BATCH_ROWS: usize = 65_536;

/// A Parquet file of bars. Only its footer has been read (and the time column, where the footer has no time
/// statistics).
#[derive(Debug)]
pub struct BarFile {
    path: PathBuf,
    parquet: ParquetFile,
    pub(super) columns: Columns,
    pub(super) scale: TimeScale,
    groups: Vec<RowGroup>,
}

impl BarFile {
    /// Opens the file and reads its footer.
    ///
    /// # Errors
    /// Where it is not a complete Parquet file of bars with at least one row.
    pub fn open(path: &Path) -> Result<Self, MarketError> {
        let file = File::open(path).map_err(|source| MarketError::io("read", path, source))?;
        sniff(path, &file)?;
        let parquet = ParquetFile::open(path).map_err(|error| MarketError::undecoded(path, error))?;
        let columns = Columns::recognise(path, parquet.schema())?;
        supported(path, parquet.metadata())?;
        let mut opened = Self {
            path: path.to_owned(),
            parquet,
            columns,
            scale: TimeScale::of(&DataType::Null, 0),
            groups: Vec::new(),
        };
        let (groups, scale) = opened.guarded(|| groups::survey(&opened))?;
        (opened.groups, opened.scale) = (groups, scale);
        Ok(opened)
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
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
        if let Some(batch) = self.reader(&first, &[self.columns.time])?.next() {
            let batch = batch.map_err(|error| MarketError::undecoded(&self.path, error))?;
            let raw = self.guarded(|| Ok(raw_times(batch.column(0))))?;
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
        let unknown = |_| MarketError::UnknownInterval { file: self.path.clone(), spacing: span.to_string() };
        Interval::new(span).map(Some).map_err(unknown)
    }

    pub(super) fn metadata(&self) -> &ArrowReaderMetadata {
        self.parquet.metadata()
    }

    /// Runs code that reads decoded columns; damaged ones may still cause a panic.
    fn guarded<T>(&self, look: impl FnOnce() -> Result<T, MarketError>) -> Result<T, MarketError> {
        guarded_as(|error| MarketError::undecoded(&self.path, error), look)
    }

    /// The rows of these row groups and top-level columns, in the file's order.
    pub(super) fn reader(&self, groups: &[usize], columns: &[usize]) -> Result<Batches, MarketError> {
        let wanted = Selection { groups: Some(groups), columns: Some(columns) };
        self.parquet.batches(BATCH_ROWS, wanted).map_err(|error| MarketError::undecoded(&self.path, error))
    }

    /// The error for a column of an unsupported type.
    pub(super) fn wrong_type(&self, column: usize) -> MarketError {
        let field = self.parquet.schema().field(column);
        MarketError::ColumnType {
            file: self.path.clone(),
            column: field.name().clone(),
            found: field.data_type().to_string(),
        }
    }

    /// Calls `each` for every batch of a reader.
    pub(super) fn for_each(
        &self,
        reader: Batches,
        mut each: impl FnMut(&RecordBatch) -> Result<(), MarketError>,
    ) -> Result<(), MarketError> {
        for batch in reader {
            let batch = batch.map_err(|error| MarketError::undecoded(&self.path, error))?;
            self.guarded(|| each(&batch))?;
        }
        Ok(())
    }
}

/// Checks the first and last bytes of the file, for a clear message where it is not Parquet.
fn sniff(path: &Path, mut file: &File) -> Result<(), MarketError> {
    let io = |source| MarketError::io("read", path, source);
    let bytes = file.metadata().map_err(io)?.len();
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(64).read_to_end(&mut head).map_err(io)?;
    if head.starts_with(b"version https://git-lfs") {
        return Err(MarketError::LfsPointer { file: path.to_owned() });
    }
    if !head.starts_with(b"PAR1") {
        return Err(MarketError::NotParquet { file: path.to_owned() });
    }
    let mut tail = [0; 4];
    if bytes >= 12 {
        file.seek(SeekFrom::End(-4)).map_err(io)?;
        file.read_exact(&mut tail).map_err(io)?;
    }
    if &tail == b"PAR1" { Ok(()) } else { Err(MarketError::Truncated { file: path.to_owned(), bytes }) }
}

/// Refuses compression codecs that this program does not support.
fn supported(path: &Path, metadata: &ArrowReaderMetadata) -> Result<(), MarketError> {
    let groups = metadata.metadata().row_groups().iter();
    let codec = groups.flat_map(|group| group.columns()).map(|column| column.compression()).find(|codec| {
        !matches!(codec, Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_))
    });
    match codec {
        Some(codec) => {
            let codec = codec.to_string().to_lowercase();
            let codec = codec.split('(').next().unwrap_or_default().to_owned();
            Err(MarketError::Compression { file: path.to_owned(), codec })
        }
        None => Ok(()),
    }
}
