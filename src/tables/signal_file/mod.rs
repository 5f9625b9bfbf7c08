//! Reads files of signals: values or orders by time and symbol, as notebooks write them.
//!
//! Owns the layouts (long, wide, orders) and their checks that need no market: columns, times in order, no row twice,
//! no value that is no number. Knows nothing of what a value means. Every refusal names file, row and remedy.
//!
//! - *Long*: the columns `ts`, `symbol`, `value`. *Wide*: a column of times, and one for each symbol, under its name;
//!   an empty cell says nothing.
//! - *Orders*: `ts`, `symbol`, `side`, and as needed `type`, `price`, `trigger`, `quantity`, `amount`, `tif`.
//! - *Texts*: the times, and `symbol`, `title`, `body`.
//! - The column of times is the one named `ts`, `timestamp`, `time`, `date`, `datetime` or `open_time` in any case, or
//!   an index that pandas has written.

mod error;
mod grid;
mod orders;
mod texts;
mod values;

pub use error::SignalFileError;
pub use orders::{FileOrder, OrderRows};
pub use texts::{FileText, TextRows};
pub use values::{FileValue, ValueRows};
