//! Standings: what a whole tournament says about its agents, assembled from scores alone.
//!
//! Owns the way from a matrix of scores (agents x windows) to places, intervals, ratings, tests and the
//! verdict; the mathematics itself is in `ratings` and `evidence`. Never replays, never reads a file, never
//! draws from anything but the seed it is given. Invariants: the same matrix and the same settings give the
//! same standings on any number of threads; two agents with the same scores share every number and are never
//! told apart; a number that does not exist is absent with its reason.

mod assemble;
mod benchmark;
mod contest;
mod error;
mod exchange;
mod matrix;
mod rating;
mod scale;
mod sentence;
mod settings;
#[cfg(test)]
mod testing;
mod verdict;

pub use crate::scenario::RatingSystem;
pub use assemble::{AgentStanding, PairTable, Standings, standings};
pub use benchmark::BenchmarkEvidence;
pub use contest::{Lead, PairTest, lead_over};
pub use error::StandingsError;
pub use matrix::{Fold, Records, ScoreMatrix};
pub use rating::{Rated, RatingTable};
pub use scale::Scale;
pub use sentence::{shown, shown_percent, shown_together};
pub use settings::StandingsSpec;
pub use verdict::{Outcome, Rival, Verdict};
