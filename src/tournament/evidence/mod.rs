//! Which differences between agents are more than luck.
//!
//! Owns the sequential test of a duel. Never runs a replay: it reads results. Invariant: a pure function of
//! its input.

mod elo_difference;
mod sprt;

pub use elo_difference::{EloEstimate, estimate_elo};
pub use sprt::{Decision, EloModel, GameCounts, Sprt, SprtError};
