//! Errors of a table of numbers, each with its location and a help.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::decode::DecodeError;
use crate::files::help_for;

/// Number of a row in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowNumber {
    /// A line of a text file, from 1, including the header.
    Line(u64),
    /// A row of a Parquet file, from 1.
    Row(u64),
}

impl fmt::Display for RowNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Row(row) => write!(f, "row {row}"),
        }
    }
}

/// Why a file is not a table of numbers.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// File the error is about.
        path: PathBuf,
        /// Underlying error.
        source: io::Error,
    },
    /// Neither Parquet nor text.
    #[error("`{}` is neither Parquet nor text: {problem}", path.display())]
    NotText {
        /// File the error is about.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// A text file larger than the limit.
    #[error("`{}` is larger than {} MB", path.display(), most >> 20)]
    TooLarge {
        /// File the error is about.
        path: PathBuf,
        /// The limit in bytes.
        most: u64,
    },
    /// A Parquet file that cannot be decoded.
    #[error("cannot decode `{}`: {problem}", path.display())]
    Parquet {
        /// File the error is about.
        path: PathBuf,
        /// Underlying error.
        problem: String,
    },
    /// No data row.
    #[error("`{}` has no rows", path.display())]
    NoRows {
        /// File the error is about.
        path: PathBuf,
    },
    /// Rows with labels only.
    #[error("`{}` has no column of numbers", path.display())]
    NoNumbers {
        /// File the error is about.
        path: PathBuf,
    },
    /// A line with more or fewer fields than the first one.
    #[error("`{}`, {at}: {found} fields where the first line has {expected}", path.display())]
    Ragged {
        /// File the error is about.
        path: PathBuf,
        /// Row the error is in.
        at: RowNumber,
        /// Number of its fields.
        found: usize,
        /// Number of fields of the first line.
        expected: usize,
    },
    /// Two columns with one name.
    #[error("`{}` has two columns named `{column}`", path.display())]
    DuplicateColumn {
        /// File the error is about.
        path: PathBuf,
        /// Name that was given.
        column: String,
    },
    /// A column with values but no name.
    #[error("column {number} of `{}` has no name", path.display())]
    UnnamedColumn {
        /// File the error is about.
        path: PathBuf,
        /// Column number, from 1.
        number: usize,
    },
    /// A field that is neither a number nor a missing value.
    #[error("`{}`, {at}, column `{column}`: `{value}` is not a number", path.display())]
    NotANumber {
        /// File the error is about.
        path: PathBuf,
        /// The line or row.
        at: RowNumber,
        /// Name of the column.
        column: String,
        /// The field's text.
        value: String,
    },
    /// An infinite value.
    #[error("`{}`, {at}, column `{column}`: `{value}` is not finite", path.display())]
    NotFinite {
        /// File the error is about.
        path: PathBuf,
        /// The line or row.
        at: RowNumber,
        /// Name of the column.
        column: String,
        /// The field's text.
        value: String,
    },
    /// A column of a non-numeric type.
    #[error("column `{column}` of `{}` holds {found}, not numbers", path.display())]
    ColumnType {
        /// File the error is about.
        path: PathBuf,
        /// Name of the column.
        column: String,
        /// Type it has in the file.
        found: String,
    },
    /// A requested column does not exist.
    #[error("`{}` has no column `{column}`", path.display())]
    NoSuchColumn {
        /// File the error is about.
        path: PathBuf,
        /// The requested name.
        column: String,
        /// The existing names.
        known: Vec<String>,
    },
}

impl TableError {
    /// The help, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Read { source, .. } => {
                help_for(source).unwrap_or("check that the file exists and is readable").to_owned()
            }
            Self::NotText { .. } => "give a CSV file in UTF-8 or a Parquet file".to_owned(),
            Self::TooLarge { .. } => "write the table as Parquet, or use fewer rows".to_owned(),
            Self::Parquet { .. } => {
                "rewrite the file, uncompressed or compressed with snappy or zstd".to_owned()
            }
            Self::NoRows { .. } => "the file needs a line of column names and at least one row of numbers".to_owned(),
            Self::NoNumbers { .. } => {
                "the first column was read as labels: at least one more column of numbers is required".to_owned()
            }
            Self::Ragged { .. } => {
                "every line needs the same number of fields; an empty field is a missing value, and a field with the separator needs quotes".to_owned()
            }
            Self::DuplicateColumn { .. } => "give every column a unique name".to_owned(),
            Self::UnnamedColumn { .. } => "name the column in the first line, or remove it".to_owned(),
            Self::NotANumber { value, .. } => not_a_number(value),
            Self::NotFinite { .. } => "leave the field empty if there is no value".to_owned(),
            Self::ColumnType { .. } => {
                "remove the column, or write it as floats, integers or decimals".to_owned()
            }
            Self::NoSuchColumn { column, known, .. } => match near(column, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its columns are {}", known.join(", ")),
            },
        }
    }

    pub(in crate::tables) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    pub(in crate::tables) fn undecoded(path: &Path, error: DecodeError) -> Self {
        match error {
            DecodeError::Read(source) => Self::Read { path: path.to_owned(), source },
            DecodeError::Content(problem) => Self::Parquet { path: path.to_owned(), problem },
        }
    }
}

/// The help for a field that is not a number.
fn not_a_number(value: &str) -> String {
    let plain = |text: String| crate::data::import::number(text.trim()).is_some_and(f64::is_finite);
    let stripped = value.strip_suffix('%').map(str::to_owned);
    if stripped.is_some_and(plain) {
        return "write percentages as fractions: 1.5% is 0.015".to_owned();
    }
    if plain(value.replace(',', ".")) || plain(value.replace(',', "")) {
        return "write numbers with a decimal point and without thousands separators".to_owned();
    }
    "write a plain number, or leave the field empty if there is no value".to_owned()
}

fn near<'a>(wanted: &str, known: &'a [String]) -> Option<&'a str> {
    crate::scenario::closest(wanted, known.iter().map(String::as_str))
}
