//! The columns of a Parquet or Arrow file, each as a single array. Called inside a guard.

use std::path::Path;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::Schema;
use arrow_select::concat::concat;

use super::TableError;
use crate::decode::{ArrowFile, DecodeError, ParquetFile, Selection};

/// The name under which pandas stores an unnamed index.
pub const PANDAS_INDEX: &str = "__index_level_0__";

/// Rows per batch.
const BATCH_ROWS: usize = 1 << 14;
/// Memory limit for all columns, in bytes; their decoded size does not follow from the file's length.
const MAX_BYTES: usize = 4 << 30;

/// All columns of a Parquet file.
pub fn of_parquet(path: &Path) -> Result<(Schema, Vec<ArrayRef>), TableError> {
    let failed = |error| TableError::undecoded(path, error);
    let file = ParquetFile::open(path).map_err(failed)?;
    let schema = file.schema().as_ref().clone();
    whole(path, schema, file.batches(BATCH_ROWS, Selection::default()).map_err(failed)?)
}

/// All columns of an Arrow IPC (Feather) file.
pub fn of_arrow(path: &Path) -> Result<(Schema, Vec<ArrayRef>), TableError> {
    let file = ArrowFile::open(path).map_err(|error| TableError::undecoded(path, error))?;
    let schema = file.schema().as_ref().clone();
    whole(path, schema, file)
}

fn whole(
    path: &Path,
    schema: Schema,
    from: impl Iterator<Item = Result<RecordBatch, DecodeError>>,
) -> Result<(Schema, Vec<ArrayRef>), TableError> {
    let failed = |error| TableError::undecoded(path, error);
    let mut batches: Vec<RecordBatch> = Vec::new();
    let mut bytes = 0;
    for batch in from {
        let batch = batch.map_err(failed)?;
        bytes += batch.get_array_memory_size();
        if bytes > MAX_BYTES {
            let problem = format!("it unpacks to more than {} MB", MAX_BYTES >> 20);
            return Err(failed(DecodeError::content(problem)));
        }
        batches.push(batch);
    }
    if batches.is_empty() {
        return Err(TableError::NoRows { path: path.to_owned() });
    }
    let columns = (0..schema.fields().len()).map(|index| {
        let parts: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(index).as_ref()).collect();
        concat(&parts).map_err(|error| failed(DecodeError::content(error)))
    });
    let columns = columns.collect::<Result<_, _>>()?;
    Ok((schema, columns))
}
