//! Reads a Parquet file of a run back, part by part, and hands out its columns by name.
//!
//! Owns the wording of what is wrong with a file; never decides what its rows mean.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrowPrimitiveType, RecordBatch};

use super::StoreError;
use crate::decode::{DecodeError, ParquetFile, Selection, guarded};

/// Rows that are held in memory at once.
const BATCH_ROWS: usize = 1 << 16;

/// Hands each part of the file at `path` to `take`. `what` names the file's kind in a message.
///
/// # Errors
/// [`StoreError::Read`] for a file that is missing, [`StoreError::Malformed`] where it cannot be decoded or `take`
/// finds that a column is not what it should be.
pub(super) fn read(
    path: &Path,
    what: &'static str,
    mut take: impl FnMut(&RecordBatch) -> Result<(), String>,
) -> Result<(), StoreError> {
    let failed = |error| StoreError::undecoded(path, what, error);
    let reader = ParquetFile::open(path)
        .and_then(|file| file.batches(BATCH_ROWS, Selection::default()))
        .map_err(failed)?;
    for batch in reader {
        let batch = batch.map_err(failed)?;
        guarded(|| take(&batch).map_err(DecodeError::Content)).map_err(failed)?;
    }
    Ok(())
}

/// A column of numbers.
pub(super) fn numbers<'a, T: ArrowPrimitiveType>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a [T::Native], String> {
    let array = found(batch, name)?.as_primitive_opt::<T>();
    array.map(|values| values.values().as_ref()).ok_or_else(|| wrong_type(name))
}

/// A column of words.
pub(super) fn strings<'a>(batch: &'a RecordBatch, name: &str) -> Result<Vec<&'a str>, String> {
    let array = found(batch, name)?.as_string_opt::<i32>().ok_or_else(|| wrong_type(name))?;
    Ok(array.iter().map(Option::unwrap_or_default).collect())
}

fn found<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a dyn Array, String> {
    batch.column_by_name(name).map(AsRef::as_ref).ok_or_else(|| format!("it has no column `{name}`"))
}

fn wrong_type(name: &str) -> String {
    format!("column `{name}` has another type")
}
