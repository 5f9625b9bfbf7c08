//! Vendors' files to this project's bars.
//!
//! Owns formats, their detection, and the way from rows to one sorted Parquet file for each symbol and
//! interval. Never repairs a row, never guesses between two bars, never holds a file in memory. Invariant: what
//! is written has unique increasing times; prices are the `f64` nearest to the vendor's decimals, in the unit
//! asked for.

mod aggregate;
mod columns;
mod error;
mod factors;
mod format;
mod formats;
mod names;
mod order;
mod plan;
mod probe;
mod read;
mod rows;
mod run;
mod sink;
mod text;
mod writer;

pub use error::ImportError;
pub use format::Format;
pub use names::zone;
pub use plan::{ColumnMap, Plan, Reading, Source, Unit, spacing};
pub use read::{Survey, read_bars, survey};
pub use rows::{Kind, Rows, Trades};
pub use run::{BadRows, Existing, Group, Groups, Imported, files, import, look, plan, source};
pub use text::TimeUnit;
pub(crate) use text::{Clock, number};
