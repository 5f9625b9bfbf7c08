//! A stored sweep, read back: its record and its rows.

use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::super::{StoreError, json};
use super::record::SweepRecord;
use crate::decode::{ParquetFile, Selection, guarded};
use crate::domain::Cash;
use crate::metrics::Score;

/// Rows that are decoded at once.
const BATCH_ROWS: usize = 1 << 14;

/// A sweep as it lies on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSweep {
    /// The run's folder.
    pub folder: PathBuf,
    /// `sweep.json`.
    pub record: SweepRecord,
    /// `results.parquet`: one row a trial, by column in the file's order.
    pub columns: Vec<ResultColumn>,
}

/// A column of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct ResultColumn {
    /// Name shown in reports.
    pub name: String,
    /// As text, for reading; empty where there is no value.
    pub texts: Vec<String>,
    /// As numbers, where they are: infinities are not.
    pub numbers: Vec<Option<f64>>,
}

impl ResultColumn {
    /// The value of a row, infinities included.
    pub fn score(&self, row: usize) -> Score {
        let infinite = || self.texts[row].parse().ok().filter(|value: &f64| value.is_infinite());
        self.numbers[row].or_else(infinite).map_or(Score::Absent, Score::of)
    }
}

impl StoredSweep {
    /// Why these trials are infinite by a column, each reason once with its trials' rows; of a column that is not the
    /// score's only that they are.
    pub fn why_infinite(&self, by: &str, rows: &[usize]) -> Vec<(&str, Vec<usize>)> {
        let Some(column) = self.column(by) else { return Vec::new() };
        let reasons = self.column("score_missing").filter(|_| by == "score" || by == self.record.objective);
        let mut found: Vec<(&str, Vec<usize>)> = Vec::new();
        for &row in rows.iter().filter(|&&row| column.score(row).is_infinite()) {
            let sign = if column.score(row) == Score::PlusInfinity { "+infinity" } else { "-infinity" };
            let reason = reasons.map(|reasons| reasons.texts[row].as_str()).filter(|text| !text.is_empty());
            let reason = reason.unwrap_or(sign);
            match found.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, rows)) => rows.push(row),
                None => found.push((reason, vec![row])),
            }
        }
        found
    }

    /// Reads the sweep of a run's folder.
    ///
    /// # Errors
    /// [`StoreError::NoSweep`] for a run without one, else as for any stored file.
    pub fn load(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("sweep.json");
        if !path.is_file() {
            let run = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            return Err(StoreError::NoSweep { run });
        }
        let record: SweepRecord = json::read(&path, "sweep")?;
        let columns = columns(&folder.join("results.parquet"))?;
        Ok(Self { folder: folder.to_owned(), record, columns })
    }

    /// How many trials.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.texts.len())
    }

    /// A column by its name, or a parameter's by the last part of its path.
    pub fn column(&self, name: &str) -> Option<&ResultColumn> {
        let exact = self.columns.iter().find(|column| column.name == name);
        exact.or_else(|| self.columns.iter().find(|column| column.name.ends_with(&format!(".{name}"))))
    }

    /// The columns of the swept parameters, in their order.
    pub fn parameters(&self) -> Vec<&ResultColumn> {
        let paths = self.record.parameters.iter().map(|parameter| parameter.path.as_str());
        paths.filter_map(|path| self.columns.iter().find(|column| column.name == path)).collect()
    }

    /// The names of the columns that trials can be ordered by.
    pub fn metrics(&self) -> Vec<&str> {
        let skipped = ["trial", "status", "rank", "windows", "score_missing"];
        let parameter = |name: &str| self.record.parameters.iter().any(|one| one.path == name);
        let names = self.columns.iter().map(|column| column.name.as_str());
        names.filter(|name| !skipped.contains(name) && !parameter(name)).collect()
    }
}

fn columns(path: &Path) -> Result<Vec<ResultColumn>, StoreError> {
    let failed = |error| StoreError::undecoded(path, "table of trials", error);
    let file = ParquetFile::open(path).map_err(failed)?;
    let named = |name: &String| ResultColumn { name: name.clone(), texts: Vec::new(), numbers: Vec::new() };
    let mut columns: Vec<ResultColumn> =
        file.schema().fields().iter().map(|field| named(field.name())).collect();
    for batch in file.batches(BATCH_ROWS, Selection::default()).map_err(failed)? {
        let batch = batch.map_err(failed)?;
        guarded(|| {
            append(&batch, &mut columns);
            Ok(())
        })
        .map_err(failed)?;
    }
    Ok(columns)
}

fn append(batch: &RecordBatch, columns: &mut [ResultColumn]) {
    for (column, values) in columns.iter_mut().zip(batch.columns()) {
        for row in 0..batch.num_rows() {
            let (text, number) = cell(values.as_ref(), row);
            column.texts.push(text);
            column.numbers.push(number);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn cell(values: &dyn Array, row: usize) -> (String, Option<f64>) {
    if values.is_null(row) {
        return (String::new(), None);
    }
    match values.data_type() {
        DataType::UInt32 => {
            let value = values.as_primitive::<UInt32Type>().value(row);
            (value.to_string(), Some(f64::from(value)))
        }
        DataType::UInt64 => {
            let value = values.as_primitive::<UInt64Type>().value(row);
            (value.to_string(), Some(value as f64))
        }
        DataType::Float64 => {
            // An infinite score has a text, and no place among numbers.
            let value = values.as_primitive::<Float64Type>().value(row);
            (value.to_string(), Some(value).filter(|value| value.is_finite()))
        }
        DataType::Boolean => {
            let value = values.as_boolean().value(row);
            (value.to_string(), Some(f64::from(u8::from(value))))
        }
        DataType::Decimal128(_, _) => {
            let units = values.as_primitive::<arrow_array::types::Decimal128Type>().value(row);
            let value = Cash::from_units(units);
            (value.to_string(), Some(value.to_f64()))
        }
        _ => (
            values.as_string_opt::<i32>().map_or_else(String::new, |texts| texts.value(row).to_owned()),
            None,
        ),
    }
}
