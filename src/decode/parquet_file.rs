//! A Parquet file: its footer, and its rows batch by batch.

use std::fs::File;
use std::io::{BufReader, Chain, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::regular::open_regular;
use super::{DecodeError, guarded, limits, thrift};

/// Bytes of a page header that contain its sizes.
const PAGE_HEAD: u64 = 48;

/// A Parquet file whose footer has been read and checked.
#[derive(Debug, Clone)]
pub struct ParquetFile {
    path: PathBuf,
    bytes: u64,
    metadata: ArrowReaderMetadata,
}

/// Rows and columns to read; `None` selects all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selection<'s> {
    /// Row group indexes.
    pub groups: Option<&'s [usize]>,
    /// Top-level column indexes; columns are returned in the file's order.
    pub columns: Option<&'s [usize]>,
}

impl ParquetFile {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// Where it cannot be read or decoded, or claims more rows than the file's length can hold.
    pub fn open(path: &Path) -> Result<Self, DecodeError> {
        let file = open_regular(path).map_err(DecodeError::Read)?;
        let bytes = file.metadata().map_err(DecodeError::Read)?.len();
        thrift::check_schema(&footer(&file, bytes)?)?;
        let input = Input { file, bytes, pages: false };
        let metadata = guarded(|| {
            ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).map_err(DecodeError::of)
        })?;
        let mut rows = 0_u64;
        for group in metadata.metadata().row_groups() {
            let claimed = u64::try_from(group.num_rows()).ok().and_then(|claimed| rows.checked_add(claimed));
            rows = claimed.ok_or_else(|| DecodeError::content("it claims an impossible number of rows"))?;
        }
        limits::rows(rows, bytes)?;
        Ok(Self { path: path.to_owned(), bytes, metadata })
    }

    /// Columns of the file.
    pub fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// Its footer; decode statistics in it inside [`guarded`].
    pub fn metadata(&self) -> &ArrowReaderMetadata {
        &self.metadata
    }

    /// Its rows in batches of `rows`.
    ///
    /// # Errors
    /// Where the file cannot be read, or the first pages cannot be decoded.
    pub fn batches(&self, rows: usize, wanted: Selection<'_>) -> Result<Batches, DecodeError> {
        let file = open_regular(&self.path).map_err(DecodeError::Read)?;
        let input = Input { file, bytes: self.bytes, pages: true };
        guarded(|| {
            let mut builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(input, self.metadata.clone())
                    .with_batch_size(rows);
            if let Some(groups) = wanted.groups {
                builder = builder.with_row_groups(groups.to_vec());
            }
            if let Some(columns) = wanted.columns {
                let schema = self.metadata.parquet_schema();
                builder = builder.with_projection(ProjectionMask::roots(schema, columns.iter().copied()));
            }
            builder.build().map(|reader| Batches(Some(reader))).map_err(DecodeError::of)
        })
    }
}

/// The bytes of the footer, at the end of the file.
fn footer(mut file: &File, bytes: u64) -> Result<Vec<u8>, DecodeError> {
    let mut tail = [0; 8];
    let cut_off = || DecodeError::content("it is cut off: its end is missing");
    let end = bytes.checked_sub(8).ok_or_else(cut_off)?;
    file.seek(SeekFrom::Start(end)).map_err(DecodeError::Read)?;
    file.read_exact(&mut tail).map_err(DecodeError::Read)?;
    if &tail[4..] != b"PAR1" {
        return Err(cut_off());
    }
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    let start =
        end.checked_sub(length).ok_or_else(|| DecodeError::content("its footer is longer than the file"))?;
    let mut footer = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(DecodeError::Read)?;
    Read::by_ref(&mut file).take(length).read_to_end(&mut footer).map_err(DecodeError::Read)?;
    Ok(footer)
}

/// Iterator over record batches. Ends after the first error.
pub struct Batches(Option<ParquetRecordBatchReader>);

impl Iterator for Batches {
    type Item = Result<RecordBatch, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.0.take()?;
        let next = guarded(|| match reader.next() {
            Some(Ok(batch)) => Ok(Some((reader, batch))),
            Some(Err(error)) => Err(DecodeError::of(error)),
            None => Ok(None),
        });
        match next.transpose()? {
            Ok((reader, batch)) => {
                self.0 = Some(reader);
                Some(Ok(batch))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// The file as the decoder reads it: before a page is read, its header is checked.
struct Input {
    file: File,
    bytes: u64,
    /// Set once the footer is read; every later read is a page.
    pages: bool,
}

impl Length for Input {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Input {
    type T = Chain<Cursor<Vec<u8>>, BufReader<File>>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        let mut head = Vec::new();
        if self.pages {
            Read::by_ref(&mut file).take(PAGE_HEAD).read_to_end(&mut head)?;
            check_page_header(&head)?;
        }
        Ok(Cursor::new(head).chain(BufReader::new(file)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        if start.checked_add(length as u64).is_none_or(|end| end > self.bytes) {
            let problem = format!("{length} bytes at {start} are wanted of {}", self.bytes);
            return Err(ParquetError::EOF(problem));
        }
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(length);
        if file.take(length as u64).read_to_end(&mut bytes)? == length {
            return Ok(bytes.into());
        }
        Err(ParquetError::EOF("the file has become shorter".to_owned()))
    }
}

/// Refuses a page header that claims an impossible compression ratio.
fn check_page_header(head: &[u8]) -> Result<(), ParquetError> {
    let refused = |problem: String| ParquetError::General(problem);
    let sizes = thrift::page_sizes(head)
        .and_then(|(unpacked, packed)| Some((u64::try_from(unpacked).ok()?, u64::try_from(packed).ok()?)));
    let (unpacked, packed) = sizes.ok_or_else(|| refused("a page's header cannot be read".to_owned()))?;
    limits::unpacked(unpacked, packed).map_err(|error| refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, RecordBatch};
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn written(values: Vec<f64>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        let column: ArrayRef = Arc::new(Float64Array::from(values));
        let batch = RecordBatch::try_from_iter([("x", column)]).unwrap();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        (folder, path)
    }

    #[test]
    fn valid_files_are_read_in_batches() {
        let (_folder, path) = written((0..1_000).map(f64::from).collect());
        let file = ParquetFile::open(&path).unwrap();
        let sizes: Vec<usize> =
            file.batches(400, Selection::default()).unwrap().map(|batch| batch.unwrap().num_rows()).collect();
        assert_eq!(sizes, [400, 400, 200]);
    }

    #[test]
    fn a_page_with_an_impossible_size_is_refused() {
        // 2 GB decompressed, 40 bytes compressed.
        let head = [0x15, 0x00, 0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x15, 0x50, 0x2c];
        let error = check_page_header(&head).unwrap_err().to_string();
        assert!(error.contains("40 packed bytes become 2147483647"), "{error}");
        assert!(check_page_header(&[0x2c]).is_err());
    }

    #[test]
    fn a_footer_is_inside_its_file() {
        let (_folder, path) = written(vec![1.0]);
        let mut bytes = std::fs::read(&path).unwrap();
        let end = bytes.len();
        bytes[end - 8..end - 4].copy_from_slice(&u32::MAX.to_le_bytes());
        std::fs::write(&path, &bytes).unwrap();
        let error = ParquetFile::open(&path).unwrap_err().to_string();
        assert_eq!(error, "its footer is longer than the file");
        std::fs::write(&path, &bytes[..6]).unwrap();
        assert!(ParquetFile::open(&path).unwrap_err().to_string().contains("cut off"));
    }
}
