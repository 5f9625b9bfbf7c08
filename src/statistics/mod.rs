//! Statistics of numbers: is the best of many better than luck, and who is stronger.
//!
//! Owns tests, intervals, resampling and ratings, as pure functions. Never replays, reads a file or prints.

pub mod evidence;
pub mod ratings;
mod ties;

pub use ties::{Ranked, by_size, ranked};
