//! One Parquet file of bars: columns, row groups, rows.
//!
//! Owns the differences between vendors (column names, time units, number types) and the selection of row
//! groups. Knows nothing of symbols, windows or clocks. Invariant: returned rows have increasing times.

mod columns;
mod decode;
mod footer;
mod groups;
mod open;
mod plausible;
mod rows;
mod strings;
mod texts;
mod write;

pub use decode::{RawTimes, TimeScale, numbers, raw_times};
pub use open::BarFile;
pub use plausible::{PLAUSIBLE_YEARS, plausible};
pub use rows::Rows;
pub use strings::is_text;
pub use texts::{is_time, texts};
pub use write::{batch, properties, schema, write_bars, write_batch};
