//! Market history: Parquet files in, immutable columns out, shared by reference by every job.
//!
//! Owns finding, reading, checking, resampling and aligning bars, and making synthetic ones. Never writes a
//! result, never knows an agent. Invariants: a [`Market`] never changes once built; its bars are sorted,
//! unique in time, finite and positive, with `low <= open, close <= high`; ticks are at least an interval
//! apart; prices are at eight places; a coarse bar is visible only once it has closed; nothing is repaired.

mod align;
pub(crate) mod bar_error;
mod bars;
mod calendar;
mod catalogue;
mod digest;
mod error;
mod extremes;
pub(crate) mod file;
pub mod gaps;
mod load;
mod locate;
pub mod quality;
mod resample;
mod series_bars;
mod source;
#[cfg(test)]
mod tests;
pub mod unit;
mod view;
mod zone_map;

pub use bar_error::BarError;
pub use bars::{Bars, Row};
pub use calendar::{CALENDAR_CONTEXT, TradingYear};
pub use error::MarketError;
pub use file::write_bars;
pub(crate) use file::{TimeScale, numbers, raw_times};
pub use load::{LoadRequest, load};
pub use resample::resample;
pub use series_bars::SeriesBars;
pub use unit::{PRICE_CEILING, VOLUME_CEILING};
pub use view::{Frame, Market, SymbolSeries, TickRange, TickRow};
pub use zone_map::{BLOCK, Bounds, Extremes, ZoneMap};

/// Most rows of one symbol that a window may have.
pub const MAX_ROWS: usize = 1 << 30;
