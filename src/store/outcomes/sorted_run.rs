//! A sorted file of outcomes in a temporary folder: what a merge of very many packs writes between its passes.
//!
//! A row is the job's key, the number of the pack it came from, the length of the outcome and its bytes; numbers are
//! little-endian. The file lives as long as the process.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};

use crate::sweep::JobKey;

/// Bytes that are read or written at once.
const BUFFER: usize = 1 << 16;

/// Writes a run.
pub(super) struct RunFile(BufWriter<File>);

impl RunFile {
    /// A nameless file in the folder for temporary files.
    pub fn create() -> io::Result<Self> {
        Ok(Self(BufWriter::with_capacity(BUFFER, tempfile::tempfile()?)))
    }

    /// Appends a row; the caller keeps the order.
    pub fn push(&mut self, key: JobKey, pack: u32, outcome: &[u8]) -> io::Result<()> {
        let length = u32::try_from(outcome.len()).map_err(|_| ErrorKind::FileTooLarge)?;
        self.0.write_all(&key.0)?;
        self.0.write_all(&pack.to_le_bytes())?;
        self.0.write_all(&length.to_le_bytes())?;
        self.0.write_all(outcome)
    }

    /// The file, from its start.
    pub fn finish(self) -> io::Result<RunCursor> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        io::Seek::rewind(&mut file)?;
        let mut cursor =
            RunCursor { file: BufReader::with_capacity(BUFFER, file), head: None, outcome: Vec::new() };
        cursor.advance()?;
        Ok(cursor)
    }
}

/// Reads a run row by row; stands at one row, or after the last.
pub(super) struct RunCursor {
    file: BufReader<File>,
    head: Option<(JobKey, u32)>,
    outcome: Vec<u8>,
}

impl RunCursor {
    /// The row: key, number of its pack, outcome.
    pub fn row(&self) -> Option<(JobKey, u32, &[u8])> {
        self.head.map(|(key, pack)| (key, pack, self.outcome.as_slice()))
    }

    /// Goes to the next row.
    pub fn advance(&mut self) -> io::Result<()> {
        let mut head = [0; 40];
        match self.file.read_exact(&mut head) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                self.head = None;
                return Ok(());
            }
            other => other?,
        }
        let (key, rest) = head.split_first_chunk::<32>().ok_or(ErrorKind::InvalidData)?;
        let (pack, length) = rest.split_first_chunk::<4>().ok_or(ErrorKind::InvalidData)?;
        let length = u32::from_le_bytes(length.try_into().map_err(|_| ErrorKind::InvalidData)?);
        self.outcome.resize(length as usize, 0);
        self.file.read_exact(&mut self.outcome)?;
        self.head = Some((JobKey(*key), u32::from_le_bytes(*pack)));
        Ok(())
    }
}
