//! Market history: reads Parquet files into immutable columns that all jobs share.
//!
//! Owns locating, reading, checking, resampling and aligning bars, of files or held in memory. Never writes a result and knows nothing of
//! agents. Invariants: a [`Market`] never changes once built; its bars are sorted, unique in time, finite and
//! positive, with `low <= open, close <= high`; ticks are at least one interval apart; prices have eight
//! decimal places; a coarse bar is visible only after it has closed; nothing is repaired.

mod actions;
mod align;
pub(crate) mod bar_error;
mod bars;
mod calendar;
mod catalogue;
mod cut;
mod digest;
mod error;
pub(crate) mod file;
mod folder;
mod funding;
pub mod gaps;
mod held;
mod high_low_index;
mod load;
mod load_request;
mod locate;
mod margin;
mod margin_series;
pub mod quality;
mod reference;
mod reference_levels;
mod reference_series;
mod resample;
mod series_bars;
mod source;
#[cfg(test)]
mod tests;
mod trust;
pub mod unit;
mod view;
mod zone_map;

pub use actions::{ActionSeries, Dividend, Ratio, Split};
pub use bar_error::BarError;
pub use bars::{Bars, Row};
pub use calendar::{CALENDAR_CONTEXT, TradingYear};
pub use error::MarketError;
pub use file::write_bars;
pub(crate) use file::{TimeScale, is_text, is_time, numbers, raw_times, texts};
pub use folder::MarketFolder;
pub use funding::{FundingRate, write_funding};
pub use held::HeldBars;
pub use load::{load, load_again};
pub use load_request::LoadRequest;
pub use margin_series::MarginSeries;
pub use reference_series::ReferenceSeries;
pub use resample::resample;
pub use series_bars::SeriesBars;
pub use unit::{PRICE_CEILING, VOLUME_CEILING};
pub use view::{Frame, Market, SymbolSeries, TickRange, TickRow};
pub use zone_map::{BLOCK, Bounds, HighLowIndex, ZoneMap};

/// Maximum number of rows of one symbol in a window.
pub const MAX_ROWS: usize = 1 << 30;
