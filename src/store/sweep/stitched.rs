//! `out_of_sample.parquet`: what a sweep's choices earned in the windows that they were tested in, as one curve.

use std::path::Path;
use std::sync::Arc;

use arrow_array::types::{Float64Type, TimestampMicrosecondType, UInt32Type};
use arrow_array::{Float64Array, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};

use super::super::table_file::{TableFile, TableOptions};
use super::super::{Point, StoreError, columns};
use crate::sweep::validation::StitchedPoint;

const NAME: &str = "out_of_sample";

/// Writes the curve; no file where there is none.
pub(super) fn write(
    folder: &Path,
    options: &TableOptions,
    points: &[StitchedPoint],
) -> Result<(), StoreError> {
    if points.is_empty() {
        return Ok(());
    }
    let mut file = TableFile::create(folder, NAME, options, &RecordBatch::new_empty(schema()))?;
    file.write(table(points))?;
    file.close()
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("split", DataType::UInt32, false),
        Field::new("window", DataType::UInt32, false),
        Field::new("ts", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), false),
        Field::new("value", DataType::Float64, false),
    ]))
}

fn table(points: &[StitchedPoint]) -> Result<RecordBatch, ArrowError> {
    let number = |of: fn(&StitchedPoint) -> usize| {
        let numbers = points.iter().map(|point| u32::try_from(of(point)).unwrap_or(u32::MAX));
        Arc::new(UInt32Array::from_iter_values(numbers))
    };
    let times = TimestampMicrosecondArray::from_iter_values(points.iter().map(|point| point.at.micros()));
    RecordBatch::try_new(
        schema(),
        vec![
            number(|point| point.split),
            number(|point| point.window),
            Arc::new(times.with_timezone("UTC")),
            Arc::new(Float64Array::from_iter_values(points.iter().map(|point| point.value))),
        ],
    )
}

/// The curve with the window of each point; nothing in a run without it.
///
/// # Errors
/// Where the file cannot be read or is not what it should be.
pub fn stitched(run_folder: &Path) -> Result<Vec<(u32, Point)>, StoreError> {
    let path = run_folder.join(format!("{NAME}.parquet"));
    let mut all = Vec::new();
    if !path.exists() {
        return Ok(all);
    }
    columns::read(&path, "curve out of sample", |batch| {
        let window = columns::numbers::<UInt32Type>(batch, "window")?;
        let at = columns::numbers::<TimestampMicrosecondType>(batch, "ts")?;
        let value = columns::numbers::<Float64Type>(batch, "value")?;
        all.extend(
            window.iter().zip(at.iter().zip(value)).map(|(window, (at, value))| (*window, (*at, *value))),
        );
        Ok(())
    })?;
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn the_curve_reads_back() {
        let out = tempfile::tempdir().unwrap();
        let point = |day, value| StitchedPoint { split: 1, window: 4, at: fixture::day(day), value };
        write(out.path(), &fixture::table_options(), &[point(1, 100.0), point(2, 101.5)]).unwrap();
        let found = stitched(out.path()).unwrap();
        assert_eq!(found[1], (4, (fixture::day(2).micros(), 101.5)));
        assert!(stitched(tempfile::tempdir().unwrap().path()).unwrap().is_empty());
    }
}
