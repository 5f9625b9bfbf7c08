//! Out-of-sample validation of a sweep.
//!
//! Owns the split of windows into training and test sets (`split`, pure functions of indexes), and the
//! evaluation of the splits. Windows are never cut: a purge leaves out whole windows. It is only needed where
//! windows overlap, because every window is replayed from a fresh wallet.

mod out_of_sample;
mod split;
mod stitched;

pub use out_of_sample::{OutOfSample, Path, SplitOutcome, validate};
pub use split::{Split, splits};
pub use stitched::StitchedPoint;
