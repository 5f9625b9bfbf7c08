//! A file of either kind, told apart by its first bytes.

use std::io::Read as _;
use std::path::Path;

use super::table::Wanted;
use super::{NumberTable, TableError, parquet_file, text_file};
use crate::decode::open_regular;

impl NumberTable {
    /// Reads a whole file: every column except the labels must be numeric.
    ///
    /// # Errors
    /// [`TableError`] with the file's first problem: its line or row, its column and the value.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        read(path, Wanted { columns: None, infinities: false })
    }

    /// Reads the labels and these columns, in this order; other columns may hold anything.
    ///
    /// # Errors
    /// As [`NumberTable::read`], and where a column does not exist.
    pub fn read_columns(path: &Path, columns: &[&str]) -> Result<Self, TableError> {
        read(path, Wanted { columns: Some(columns), infinities: false })
    }

    /// As [`NumberTable::read`], for scores: a value may be infinite (`inf`, `-inf`, `infinity`).
    ///
    /// # Errors
    /// As [`NumberTable::read`].
    pub fn read_scores(path: &Path) -> Result<Self, TableError> {
        read(path, Wanted { columns: None, infinities: true })
    }
}

fn read(path: &Path, wanted: Wanted<'_>) -> Result<NumberTable, TableError> {
    let mut file = open_regular(path).map_err(TableError::read(path))?;
    let mut head = Vec::new();
    std::io::Read::by_ref(&mut file).take(4).read_to_end(&mut head).map_err(TableError::read(path))?;
    if head == b"PAR1" { parquet_file::read(path, wanted) } else { text_file::read(path, wanted) }
}
