//! Compatibility profiles: where a library defines a metric otherwise, its way.
//!
//! Owns the definitions that differ from ours, one library a file, each tested against values that the library
//! itself gave. What a library does not define keeps our definition, and so does what it defines as we do:
//! all of `empyrical` but for the curve that its drawdown is taken on. Invariant as everywhere: where a library
//! gives infinity, NaN or 0 for a value that does not exist, the value is missing with its reason.

pub(super) mod backtesting;
mod basis;
#[cfg(test)]
mod golden;
pub(super) mod quantstats;
pub(super) mod vectorbt;

pub use backtesting::ticks_touched;
pub(super) use basis::{Basis, threshold};
