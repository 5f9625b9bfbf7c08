//! Reads a Parquet table.

use std::path::Path;

use arrow_array::{Array, ArrayRef};

use super::arrays::{self, PANDAS_INDEX};
use super::table::{Wanted, column_indexes, distinct};
use super::{NamedColumn, NumberTable, RowNumber, TableError, labels};
use crate::decode::guarded_as;
use crate::domain::Timestamp;
use crate::market::{TimeScale, is_text, is_time, numbers, raw_times, texts};

/// Reads the file.
pub fn read(path: &Path, wanted: Wanted<'_>) -> Result<NumberTable, TableError> {
    guarded_as(|error| TableError::undecoded(path, error), || decoded(path, wanted))
}

fn decoded(path: &Path, wanted: Wanted<'_>) -> Result<NumberTable, TableError> {
    let (schema, columns) = arrays::of_parquet(path)?;
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().trim().to_owned()).collect();
    distinct(path, &names)?;
    if columns.first().is_none_or(|column| column.is_empty()) {
        return Err(TableError::NoRows { path: path.to_owned() });
    }
    let label = label(&names, &columns);
    let values = column_indexes(path, &names, label, wanted.columns)?
        .into_iter()
        .map(|index| column(path, &names[index], &columns[index], wanted.infinities))
        .collect::<Result<Vec<_>, _>>()?;
    if values.is_empty() {
        return Err(TableError::NoNumbers { path: path.to_owned() });
    }
    let labelled = label.map(|index| labels_of(path, &names[index], &columns[index])).transpose()?;
    let (labels, times) = labelled.map_or((None, None), |(labels, times)| (Some(labels), times));
    let label_name = label.map(|index| names[index].clone());
    Ok(NumberTable { labels, times, columns: values, label_name, has_header: true })
}

/// Index of the label column: the first column by its name or as text, otherwise a time column or pandas'
/// index at any index.
fn label(names: &[String], columns: &[ArrayRef]) -> Option<usize> {
    let first = labels::names_rows(&names[0]) || is_text(columns[0].data_type());
    if first && names.len() > 1 {
        return Some(0);
    }
    (0..names.len()).find(|&index| is_time(columns[index].data_type()) || names[index] == PANDAS_INDEX)
}

fn column(path: &Path, name: &str, array: &ArrayRef, infinities: bool) -> Result<NamedColumn, TableError> {
    let mut values = Vec::with_capacity(array.len());
    if !numbers(array, &mut values) {
        let (path, column, found) = (path.to_owned(), name.to_owned(), array.data_type().to_string());
        return Err(TableError::ColumnType { path, column, found });
    }
    if let Some(row) = values.iter().position(|value| value.is_infinite() && !infinities) {
        let (path, column, value) = (path.to_owned(), name.to_owned(), values[row].to_string());
        return Err(TableError::NotFinite { path, at: RowNumber::Row(row as u64 + 1), column, value });
    }
    let values = values.into_iter().map(|value| (!value.is_nan()).then_some(value)).collect();
    Ok(NamedColumn { name: name.to_owned(), values })
}

/// The labels as text, and as times if all are times.
fn labels_of(
    path: &Path,
    name: &str,
    array: &ArrayRef,
) -> Result<(Vec<String>, Option<Vec<Timestamp>>), TableError> {
    let counts_time =
        is_time(array.data_type()) || (array.data_type().is_integer() && labels::names_times(name));
    if let Some(raw) = raw_times(array).filter(|_| counts_time && array.null_count() == 0) {
        let scale = TimeScale::of(array.data_type(), raw.values.iter().copied().max().unwrap_or(0));
        let times: Vec<Timestamp> = raw.values.iter().map(|&value| scale.instant(value)).collect();
        return Ok((times.iter().map(Timestamp::to_string).collect(), Some(times)));
    }
    let cells = texts(array).ok_or_else(|| TableError::ColumnType {
        path: path.to_owned(),
        column: name.to_owned(),
        found: array.data_type().to_string(),
    })?;
    let labels: Vec<String> =
        cells.into_iter().map(|label| label.unwrap_or_default().trim().to_owned()).collect();
    let times = labels::times(name, &labels);
    Ok((labels, times))
}
