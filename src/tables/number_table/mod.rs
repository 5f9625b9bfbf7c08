//! Tables of numbers made elsewhere: a CSV or Parquet file in, named columns out.
//!
//! Owns what is a header, a label, a time, a number and a missing value in a file that some other program
//! wrote. Never computes anything from the numbers, never repairs one. Invariants: all columns are equally
//! long and have different names; a value is finite or missing, or infinite where scores are read.
//!
//! - A file that begins with the mark of Parquet is Parquet; everything else is text with a comma, semicolon
//!   or tab between its fields, whichever the first line has most of.
//! - A missing value is an empty field, `null`, `nan`, `none`, `na`, `n/a` or `-` in any case; in Parquet null
//!   or NaN. An infinity is refused, but in scores.
//! - The first column labels the rows where its name says so (`date`, `time`, `timestamp`, `ts`, `window`,
//!   `index`, none at all, and so on) or where at least half of its values are no numbers. Labels that are
//!   all times are times too. In Parquet any column of a time type, or the index that pandas writes last,
//!   does as well.
//! - A text without a header (its first line holds numbers alone, perhaps behind a label) gets the names
//!   `column_1`, `column_2` and so on. Names that only count (`0,1,2`) are a header where the first field is a
//!   word or where any value below has a fraction.

mod error;
mod labels;
mod parquet_file;
mod read;
mod table;
#[cfg(test)]
mod tests;
mod text_file;

pub use error::{RowPlace, TableError};
pub use table::{NamedColumn, NumberTable};
