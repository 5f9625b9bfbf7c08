//! One Parquet file of bars: its columns, its row groups, its rows.
//!
//! Owns what differs between vendors (column names, units of time, number types) and which row groups are
//! read. Knows nothing of symbols, windows or clocks. Invariant: rows that leave here have increasing times.

mod columns;
mod decode;
mod footer;
mod groups;
mod open;
mod plausible;
mod rows;
mod write;

pub use decode::{RawTimes, TimeScale, numbers, raw_times};
pub use open::BarFile;
pub use plausible::{PLAUSIBLE_YEARS, plausible};
pub use rows::Rows;
pub use write::{batch, properties, schema, write_bars};
