//! Causal indicators over market columns, computed once per window and shared by its agents.
//!
//! Owns the formulas and their cache. A value at a row depends on rows up to it and from the window's
//! history on, on nothing else. Invariant: equal (symbol, timeframe, rows, parameters) give the same
//! column, whoever asks first.

mod cache;
mod compute;
mod feed;
mod needs;

pub use cache::IndicatorCache;
pub use compute::compute;
pub use feed::{Feed, History};
pub use needs::{bars_in_the_making, bars_needed};
