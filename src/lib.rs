//! Replays recorded market history for many isolated trading agents at once, and ranks them.
//!
//! Data flows one way, from the top of this list to its end; a room uses only rooms above it.

pub mod cli;
pub mod data;
pub mod decode;
pub mod domain;
pub mod engine;
pub mod files;
pub mod indicator;
pub mod ledger;
pub mod market;
pub mod metrics;
pub mod prelude;
pub mod report;
pub mod risk;
pub mod scenario;
pub mod statistics;
pub mod store;
pub mod strategy;
pub mod sweep;
pub mod tables;
pub mod tournament;
pub mod venue;
