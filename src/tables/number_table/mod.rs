//! Reads CSV and Parquet tables of other programs into named columns of numbers.
//!
//! Owns the rules for headers, labels, times, numbers and missing values. Never computes anything from the
//! numbers and never repairs one. Invariants: all columns have the same length and different names; a value
//! is finite or missing, or infinite where scores are read.
//!
//! - A file with Parquet's magic bytes is Parquet; everything else is text delimited by comma, semicolon or
//!   tab, whichever is most frequent in the first line.
//! - A missing value is an empty field, `null`, `nan`, `none`, `na`, `n/a` or `-` in any case; in Parquet,
//!   null or NaN. An infinity is refused, except in scores.
//! - The first column holds row labels if its name says so (`date`, `time`, `timestamp`, `ts`, `window`,
//!   `index`, an empty name, and so on) or if at least half of its values are not numbers. Labels that are
//!   all times are times too. In Parquet this also applies to any column of a time type, and to the index
//!   that pandas writes last.
//! - A text without a header (its first line holds only numbers, apart from a label) gets the names
//!   `column_1`, `column_2` and so on. A first line of consecutive integers (`0,1,2`) is a header if the
//!   first field is a word or if any value below has a fraction.

pub(super) mod arrays;
mod error;
mod labels;
mod parquet_file;
mod read;
mod table;
#[cfg(test)]
mod tests;
pub(super) mod text_file;

pub(super) use arrays::PANDAS_INDEX;
pub use error::{RowNumber, TableError};
pub(super) use table::distinct;
pub use table::{NamedColumn, NumberTable};
