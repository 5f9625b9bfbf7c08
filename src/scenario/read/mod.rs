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
mod registered;
mod report;
mod risk;
mod roster;
mod scenario;
mod strategy;
mod surroundings;
mod sweep;
mod syntax;
mod table;
mod time;
mod tournament;
mod validation;
mod value;
mod venue;

pub(super) use roster::{is_color, risk as risk_file, roster as roster_file, strategy as strategy_problems};
use roster::{risk_limits as risk_text, strategy_in as strategy_text};
pub(super) use sweep::Template;
