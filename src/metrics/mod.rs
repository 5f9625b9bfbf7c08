//! Equity and trades in, statistics out: one metric per file, each with its formula's source.
//!
//! Owns the definitions. Works in `f64` on curves that the engine made; never touches money itself.
//! Invariant: a value that does not exist is [`Missing`] with its reason, never infinity, never a silent 0.

mod report;

pub use report::{Drawdown, Measure, Metrics, Missing, Sampling};
