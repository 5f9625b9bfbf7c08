//! The table itself: what leaves this folder, whatever the file was.

use std::path::Path;

use super::TableError;
use crate::domain::Timestamp;

/// A column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedColumn {
    /// As the file writes it, without blanks at its ends.
    pub name: String,
    /// One a row; `None` where the file has no value.
    pub values: Vec<Option<f64>>,
}

impl NamedColumn {
    /// All values, where none is missing.
    pub fn complete(&self) -> Option<Vec<f64>> {
        self.values.iter().copied().collect()
    }

    /// The first row without a value, from 0.
    pub fn first_missing(&self) -> Option<usize> {
        self.values.iter().position(Option::is_none)
    }
}

/// A file's numbers, with the labels of its rows where it has any.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberTable {
    /// Label of each row as the file writes it, from its label column.
    pub labels: Option<Vec<String>>,
    /// The labels as times, where all of them are times.
    pub times: Option<Vec<Timestamp>>,
    /// The columns of numbers in the file's order.
    pub columns: Vec<NamedColumn>,
    /// Name of the label column, where the file names it.
    pub label_name: Option<String>,
    /// Whether the file named its columns; they are `column_1`, `column_2` and so on where it did not.
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

/// What is read of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// These columns; all but the labels where none are named.
    pub columns: Option<&'a [&'a str]>,
    /// Whether a value may be infinite.
    pub infinities: bool,
}

/// Places of the wanted columns among the names; all but the label's where none are named.
pub(super) fn places(
    path: &Path,
    names: &[String],
    label: Option<usize>,
    wanted: Option<&[&str]>,
) -> Result<Vec<usize>, TableError> {
    let Some(wanted) = wanted else {
        return Ok((0..names.len()).filter(|&place| Some(place) != label).collect());
    };
    let place = |column: &&str| {
        names.iter().position(|name| name == column).ok_or_else(|| TableError::NoSuchColumn {
            path: path.to_owned(),
            column: (*column).to_owned(),
            known: names.to_vec(),
        })
    };
    wanted.iter().map(place).collect()
}

/// Refuses two columns of one name.
pub(super) fn distinct(path: &Path, names: &[String]) -> Result<(), TableError> {
    let mut seen = std::collections::BTreeSet::new();
    match names.iter().find(|name| !name.is_empty() && !seen.insert(name.as_str())) {
        Some(column) => Err(TableError::DuplicateColumn { path: path.to_owned(), column: (*column).clone() }),
        None => Ok(()),
    }
}
