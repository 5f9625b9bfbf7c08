//! A Parquet file of bars whose footer has been read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Compression;

use super::columns::Columns;
use crate::decode::{Batches, ParquetFile, Selection, guarded_as, open_regular};
use crate::market::MarketError;

/// Rows per decoded batch, where not all are decoded at once.
pub(super) const BATCH_ROWS: usize = 65_536;

/// What the footer says, and the way to the rows.
#[derive(Debug)]
pub struct Footer {
    path: PathBuf,
    parquet: ParquetFile,
    /// Which columns hold the bars.
    pub columns: Columns,
}

impl Footer {
    /// Reads it.
    ///
    /// # Errors
    /// Where it is no whole Parquet file of bars.
    pub fn read(path: &Path) -> Result<Self, MarketError> {
        let file = open_regular(path).map_err(|source| MarketError::io("read", path, source))?;
        sniff(path, &file)?;
        let parquet = ParquetFile::open(path).map_err(|error| MarketError::undecoded(path, error))?;
        let columns = Columns::recognise(path, parquet.schema())?;
        supported(path, parquet.metadata())?;
        Ok(Self { path: path.to_owned(), parquet, columns })
    }

    /// Where the file lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole footer.
    pub fn metadata(&self) -> &ArrowReaderMetadata {
        self.parquet.metadata()
    }

    /// Runs code that reads decoded columns; damaged ones may still cause a panic.
    pub fn guarded<T>(&self, look: impl FnOnce() -> Result<T, MarketError>) -> Result<T, MarketError> {
        guarded_as(|error| MarketError::undecoded(&self.path, error), look)
    }

    /// The rows of these row groups and top-level columns, in the file's order.
    pub fn reader(&self, groups: &[usize], columns: &[usize]) -> Result<Batches, MarketError> {
        self.reader_of(BATCH_ROWS, groups, columns)
    }

    /// The same with so many rows in a batch.
    pub fn reader_of(
        &self,
        batch_rows: usize,
        groups: &[usize],
        columns: &[usize],
    ) -> Result<Batches, MarketError> {
        let wanted = Selection { groups: Some(groups), columns: Some(columns) };
        self.parquet.batches(batch_rows, wanted).map_err(|error| MarketError::undecoded(&self.path, error))
    }

    /// The error for a column of an unsupported type.
    pub fn wrong_type(&self, column: usize) -> MarketError {
        let field = self.parquet.schema().field(column);
        MarketError::ColumnType {
            file: self.path.clone(),
            column: field.name().clone(),
            found: field.data_type().to_string(),
        }
    }

    /// Calls `each` for every batch of a reader.
    pub fn for_each(
        &self,
        reader: Batches,
        mut each: impl FnMut(RecordBatch) -> Result<(), MarketError>,
    ) -> Result<(), MarketError> {
        for batch in reader {
            let batch = batch.map_err(|error| MarketError::undecoded(&self.path, error))?;
            self.guarded(|| each(batch))?;
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
    let codec = groups
        .flat_map(|group| group.columns())
        .map(|column| column.compression())
        .find(|codec| matches!(codec, Compression::LZO));
    match codec {
        Some(codec) => {
            let codec = codec.to_string().to_lowercase();
            let codec = codec.split('(').next().unwrap_or_default().to_owned();
            Err(MarketError::Compression { file: path.to_owned(), codec })
        }
        None => Ok(()),
    }
}
