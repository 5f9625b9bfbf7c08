//! Imported tables of numbers: returns, equity curves, scores, trials.
//!
//! Owns reading them from CSV, JSON and Parquet, with the location of every invalid cell. Never computes a
//! statistic.

mod number_table;
mod return_file;
mod signal_file;

pub use number_table::{NamedColumn, NumberTable, RowNumber, TableError};
pub use return_file::{ColumnKind, ReturnColumn, SeriesError};
pub use signal_file::{FileOrder, FileText, FileValue, OrderRows, SignalFileError, TextRows, ValueRows};
