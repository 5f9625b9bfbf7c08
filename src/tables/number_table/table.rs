//! The table, independent of the file's format.

use std::path::Path;

use super::TableError;
use crate::domain::Timestamp;

/// A column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedColumn {
    /// Name in the file, trimmed.
    pub name: String,
    /// One per row; `None` where missing.
    pub values: Vec<Option<f64>>,
}

impl NamedColumn {
    /// All values, if none is missing.
    pub fn complete(&self) -> Option<Vec<f64>> {
        self.values.iter().copied().collect()
    }

    /// Index of the first row without a value.
    pub fn first_missing(&self) -> Option<usize> {
        self.values.iter().position(Option::is_none)
    }
}

/// A file's numbers, with row labels if it has any.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberTable {
    /// The label of each row as written, from the label column.
    pub labels: Option<Vec<String>>,
    /// The labels as times, if all are times.
    pub times: Option<Vec<Timestamp>>,
    /// The numeric columns in the file's order.
    pub columns: Vec<NamedColumn>,
    /// Name of the label column, if it has one.
    pub label_name: Option<String>,
    /// Whether the file has column names; otherwise they are `column_1`, `column_2` and so on.
    pub has_header: bool,
}

impl NumberTable {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&NamedColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Which values of a file are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// These columns; all but the labels where `None`.
    pub columns: Option<&'a [&'a str]>,
    /// Whether values may be infinite.
    pub infinities: bool,
}

/// Indexes of the wanted columns; all but the label column where none are named.
pub(super) fn column_indexes(
    path: &Path,
    names: &[String],
    label: Option<usize>,
    wanted: Option<&[&str]>,
) -> Result<Vec<usize>, TableError> {
    let Some(wanted) = wanted else {
        return Ok((0..names.len()).filter(|&index| Some(index) != label).collect());
    };
    let index = |column: &&str| {
        names.iter().position(|name| name == column).ok_or_else(|| TableError::NoSuchColumn {
            path: path.to_owned(),
            column: (*column).to_owned(),
            known: names.to_vec(),
        })
    };
    wanted.iter().map(index).collect()
}

/// Refuses duplicate column names.
pub(in crate::tables) fn distinct(path: &Path, names: &[String]) -> Result<(), TableError> {
    let mut seen = std::collections::BTreeSet::new();
    match names.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
        Some(column) => Err(TableError::DuplicateColumn { path: path.to_owned(), column: (*column).clone() }),
        None => Ok(()),
    }
}
