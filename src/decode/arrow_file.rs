//! An Arrow IPC (Feather) file: its schema, and its rows batch by batch.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use arrow_ipc::{Block, root_as_footer, root_as_message};
use arrow_schema::SchemaRef;

use super::regular::open_regular;
use super::{DecodeError, guarded, limits};

/// An Arrow IPC file whose headers have been checked. The iterator ends after the first error.
pub struct ArrowFile {
    schema: SchemaRef,
    reader: Option<FileReader<BufReader<File>>>,
}

impl ArrowFile {
    /// Checks the sizes that every block claims, then reads the footer and the dictionaries.
    ///
    /// # Errors
    /// Where it cannot be read or decoded, or claims more data than its length allows.
    pub fn open(path: &Path) -> Result<Self, DecodeError> {
        let file = open_regular(path).map_err(DecodeError::Read)?;
        let bytes = file.metadata().map_err(DecodeError::Read)?.len();
        guarded(|| check(&file, bytes))?;
        let file = open_regular(path).map_err(DecodeError::Read)?;
        guarded(|| {
            let reader = FileReader::try_new_buffered(file, None).map_err(DecodeError::of)?;
            Ok(Self { schema: reader.schema(), reader: Some(reader) })
        })
    }

    /// Columns of the file.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

impl Iterator for ArrowFile {
    type Item = Result<RecordBatch, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut reader = self.reader.take()?;
        let next = guarded(|| match reader.next() {
            Some(Ok(batch)) => Ok(Some((reader, batch))),
            Some(Err(error)) => Err(DecodeError::of(error)),
            None => Ok(None),
        });
        match next.transpose()? {
            Ok((reader, batch)) => {
                self.reader = Some(reader);
                Some(Ok(batch))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// Refuses blocks outside the file, and buffers that claim an impossible compression ratio.
fn check(file: &File, bytes: u64) -> Result<(), DecodeError> {
    let impossible = || DecodeError::content("its footer is outside the file");
    let tail = read_range(file, bytes, bytes.checked_sub(10).ok_or_else(impossible)?, 10)?;
    let length = i32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    let length = u64::try_from(length).map_err(|_| impossible())?;
    let start = (bytes - 10).checked_sub(length).ok_or_else(impossible)?;
    let footer = read_range(file, bytes, start, length)?;
    let footer = root_as_footer(&footer).map_err(DecodeError::content)?;
    let blocks = footer.recordBatches().into_iter().chain(footer.dictionaries()).flatten();
    let mut rows = 0_u64;
    for block in blocks {
        rows = rows.saturating_add(check_block(file, bytes, block)?);
    }
    limits::rows(rows, bytes)
}

/// Checks one block and returns the number of rows it claims.
fn check_block(file: &File, bytes: u64, block: &Block) -> Result<u64, DecodeError> {
    let outside = |_| DecodeError::content("a block is outside the file");
    let start = u64::try_from(block.offset()).map_err(outside)?;
    let head = u64::try_from(block.metaDataLength()).map_err(outside)?;
    let body = u64::try_from(block.bodyLength()).map_err(outside)?;
    if start.checked_add(head).and_then(|at| at.checked_add(body)).is_none_or(|end| end > bytes) {
        return Err(DecodeError::content("a block is outside the file"));
    }
    let header = read_range(file, bytes, start, head)?;
    let prefix = if header.starts_with(&[0xff; 4]) { 8 } else { 4 };
    let message = header.get(prefix..).unwrap_or_default();
    let message = root_as_message(message).map_err(DecodeError::content)?;
    let batch = message
        .header_as_record_batch()
        .or_else(|| message.header_as_dictionary_batch().and_then(|dictionary| dictionary.data()));
    let Some(batch) = batch else { return Ok(0) };
    if batch.compression().is_some() {
        let mut claimed = 0_u64;
        for buffer in batch.buffers().into_iter().flatten() {
            let offset = u64::try_from(buffer.offset()).map_err(outside)?;
            let length = u64::try_from(buffer.length()).map_err(outside)?;
            if length < 8 {
                continue;
            }
            let at = start + head;
            let size = read_range(file, bytes, at.saturating_add(offset), 8)?;
            let size: [u8; 8] = size.try_into().unwrap_or_default();
            // -1: the buffer is not compressed.
            if let Ok(size) = u64::try_from(i64::from_le_bytes(size)) {
                limits::unpacked(size, length)?;
                claimed = claimed.saturating_add(size);
            }
        }
        limits::unpacked(claimed, body)?;
    }
    u64::try_from(batch.length())
        .map_err(|_| DecodeError::content("a block claims a negative number of rows"))
}

/// Reads a byte range, all of which must exist.
fn read_range(mut file: &File, bytes: u64, start: u64, length: u64) -> Result<Vec<u8>, DecodeError> {
    if start.checked_add(length).is_none_or(|end| end > bytes) {
        return Err(DecodeError::content("it points outside of itself"));
    }
    let mut found = Vec::new();
    file.seek(SeekFrom::Start(start)).map_err(DecodeError::Read)?;
    Read::by_ref(&mut file).take(length).read_to_end(&mut found).map_err(DecodeError::Read)?;
    if found.len() as u64 == length { Ok(found) } else { Err(DecodeError::content("it is cut off")) }
}
