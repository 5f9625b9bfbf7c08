//! Trying a sweep on windows that it was not chosen by.
//!
//! Owns how windows are split into those that choose and those that test (`split`, pure functions of
//! indices), and the walk over the splits. Windows are never cut: a purge leaves out whole ones, which is
//! needed where windows overlap, because every window is replayed from a fresh wallet.

mod out_of_sample;
mod split;

pub use out_of_sample::{OutOfSample, Path, SplitOutcome, validate};
pub use split::{Split, splits};
