//! What can be wrong with a table of numbers, each with its place and what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::decode::DecodeError;

/// A row as its file counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowPlace {
    /// A line of a text file, from 1, the header counted.
    Line(u64),
    /// A row of a Parquet file, from 1.
    Row(u64),
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Row(row) => write!(f, "row {row}"),
        }
    }
}

/// Why a file is no table of numbers.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The file cannot be read at all.
    #[error("cannot read `{}`: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is neither Parquet nor text.
    #[error("`{}` is neither Parquet nor text: {problem}", path.display())]
    NotText {
        /// Which.
        path: PathBuf,
        /// What was found.
        problem: String,
    },
    /// A text that is larger than any table of numbers.
    #[error("`{}` is larger than {} MB", path.display(), most >> 20)]
    TooLarge {
        /// Which.
        path: PathBuf,
        /// Most bytes.
        most: u64,
    },
    /// Its Parquet cannot be decoded.
    #[error("cannot decode `{}`: {problem}", path.display())]
    Parquet {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// It has no row of values.
    #[error("`{}` has no rows", path.display())]
    NoRows {
        /// Which.
        path: PathBuf,
    },
    /// It has rows, but labels alone.
    #[error("`{}` has no column of numbers", path.display())]
    NoNumbers {
        /// Which.
        path: PathBuf,
    },
    /// A line has more or fewer fields than the first.
    #[error("`{}`, {at}: {found} fields where the first line has {expected}", path.display())]
    Ragged {
        /// Which file.
        path: PathBuf,
        /// Where.
        at: RowPlace,
        /// How many fields it has.
        found: usize,
        /// How many it should have.
        expected: usize,
    },
    /// Two columns of one name.
    #[error("`{}` has two columns named `{column}`", path.display())]
    DuplicateColumn {
        /// Which file.
        path: PathBuf,
        /// The name.
        column: String,
    },
    /// A column with values and no name.
    #[error("column {place} of `{}` has no name", path.display())]
    UnnamedColumn {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        place: usize,
    },
    /// A field that is neither a number nor missing.
    #[error("`{}`, {at}, column `{column}`: `{value}` is not a number", path.display())]
    NotANumber {
        /// Which file.
        path: PathBuf,
        /// Where.
        at: RowPlace,
        /// In which column.
        column: String,
        /// What stands there.
        value: String,
    },
    /// An infinite value.
    #[error("`{}`, {at}, column `{column}`: `{value}` is not finite", path.display())]
    NotFinite {
        /// Which file.
        path: PathBuf,
        /// Where.
        at: RowPlace,
        /// In which column.
        column: String,
        /// What stands there.
        value: String,
    },
    /// A column of a type that holds no numbers.
    #[error("column `{column}` of `{}` holds {found}, not numbers", path.display())]
    ColumnType {
        /// Which file.
        path: PathBuf,
        /// Which column.
        column: String,
        /// Its type.
        found: String,
    },
    /// A column that was asked for is not there.
    #[error("`{}` has no column `{column}`", path.display())]
    NoSuchColumn {
        /// Which file.
        path: PathBuf,
        /// What was asked for.
        column: String,
        /// What there is.
        known: Vec<String>,
    },
}

impl TableError {
    /// What a user can do about it, as one sentence.
    pub fn remedy(&self) -> String {
        match self {
            Self::Read { .. } => "check that the file exists and is readable".to_owned(),
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
            Self::NotFinite { .. } => "leave the field empty where there is no value".to_owned(),
            Self::ColumnType { .. } => {
                "remove the column, or write it as floats, integers or decimals".to_owned()
            }
            Self::NoSuchColumn { column, known, .. } => match near(column, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its columns are {}", known.join(", ")),
            },
        }
    }

    pub(super) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Read { path: path.to_owned(), source }
    }

    pub(super) fn undecoded(path: &Path, error: DecodeError) -> Self {
        match error {
            DecodeError::Read(source) => Self::Read { path: path.to_owned(), source },
            DecodeError::Content(problem) => Self::Parquet { path: path.to_owned(), problem },
        }
    }
}

/// The remedy that fits what stands there instead of a number.
fn not_a_number(value: &str) -> String {
    let plain = |text: String| crate::data::import::number(text.trim()).is_some_and(f64::is_finite);
    let stripped = value.strip_suffix('%').map(str::to_owned);
    if stripped.is_some_and(plain) {
        return "write percentages as fractions: 1.5% is 0.015".to_owned();
    }
    if plain(value.replace(',', ".")) || plain(value.replace(',', "")) {
        return "write numbers with a decimal point and without thousands separators".to_owned();
    }
    "write a plain number, or leave the field empty where there is none".to_owned()
}

fn near<'a>(wanted: &str, known: &'a [String]) -> Option<&'a str> {
    crate::scenario::closest(wanted, known.iter().map(String::as_str))
}
