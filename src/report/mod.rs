//! Stored runs for people and programs: the leaderboard's JSON and CSV, and tables for the terminal.
//!
//! Owns wording, rounding and layout. Reads stored records only: never simulates, never prints, never
//! opens a file. Invariant: what a reader sees rounded here is stored exactly in the run's folder.

mod machine;
mod series;
pub mod terminal;

pub use machine::{agent_json, leaderboard_csv, leaderboard_json};
pub use series::SeriesReport;
