//! Market history: Parquet files in, immutable columns out, shared by reference by every job.
//!
//! Owns reading, checking, resampling and aligning bars. Never writes a result, never knows an agent.
//! Invariants: a [`Market`] never changes once built; its bars are sorted, unique in time, finite and
//! positive, with `low <= open, close <= high`; a coarse bar is visible only once it has closed.

mod bars;
mod view;

pub use bars::{Bars, Row};
pub use view::{Frame, Market, SymbolSeries, TickRange, TickRow};
