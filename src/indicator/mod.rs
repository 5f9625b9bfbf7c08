//! Causal indicators over market columns, computed once per window and shared by its agents.
//!
//! Owns the formulas, their cache, and the questions to 64 rows of a column at once. A value at a row depends on
//! rows up to it and from the window's
//! history on, on nothing else. Invariant: equal (symbol, timeframe, rows, parameters) give the same
//! column, whoever asks first.

mod average;
mod band;
mod bits;
mod cache;
mod cci;
mod column;
mod composed;
mod compute;
mod deviation;
mod directional;
mod donchian;
mod exact;
mod feed;
mod macd;
mod mfi;
mod needs;
mod obv;
mod operators;
mod roc;
mod rsi;
mod session;
mod shelf;
mod stochastic;
mod timeframe_clock;
mod windows;

#[cfg(test)]
mod definitions;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod oracle;

pub use bits::{BitCursor, set_bits, word};
pub use cache::{BitsKey, Budget, IndicatorCache};
pub use column::Column;
pub use compute::compute;
pub use feed::{Feed, History};
pub use needs::{bars_in_the_making, bars_needed, remembers_its_start};
pub use operators::{binary_of, call_of};
pub use timeframe_clock::TimeframeClock;

/// What a column holds while its indicator warms up.
const NOTHING: f64 = f64::NAN;
