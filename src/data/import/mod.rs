//! Imports vendors' files as this project's bars.
//!
//! Owns formats, their detection, and the conversion to one sorted Parquet file per symbol and interval.
//! Never repairs a row, never chooses between two conflicting bars, never holds a whole file in memory.
//! Invariant: written bars have unique increasing times; prices are the `f64` nearest to the vendor's
//! decimals, in the requested unit.

mod aggregate;
mod columns;
mod error;
mod factors;
mod format;
mod formats;
mod funding;
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
pub use funding::{ImportedFunding, import_funding};
pub use names::zone;
pub use plan::{ColumnMap, ImportPlan, ImportSource, ReadOptions, Unit, spacing};
pub use read::{Survey, read_bars, survey};
pub use rows::{Kind, Rows, Trades};
pub use run::{BadRows, ImportGroup, ImportGroups, Imported, OnExisting, files, import, look, plan, source};
pub(crate) use text::{Clock, number};
pub use text::{Decimals, TimeUnit};
