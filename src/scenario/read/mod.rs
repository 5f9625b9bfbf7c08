//! From the file's text to a checked scenario, every problem on the way.
//!
//! Owns the walk over the TOML tree, one file per table. A table is read by keys that `format` describes;
//! a key that is described but not read, or read but not described, fails every debug build. Invariants:
//! one mistake gives one problem; a value comes out only where nothing was wrong with it.

mod agent;
mod battle;
mod condition;
mod market;
mod metrics;
mod prose;
mod report;
mod risk;
mod scenario;
mod strategy;
mod sweep;
mod syntax;
mod table;
mod time;
mod tournament;
mod validation;
mod value;
mod venue;

pub(super) use sweep::Template;
