//! Parses a file's text into a checked scenario and reports every problem.
//!
//! Owns the walk over the TOML tree, one file per table. Tables are read by the keys that `format` describes;
//! a key that is described but not read, or read but not described, fails in every debug build. Invariants:
//! one mistake gives one problem; a value is returned only if it had no problem.

mod agent;
mod agent_context;
mod battle;
mod condition;
mod distance;
mod entries;
mod entry;
mod instruments;
mod market;
mod metrics;
mod phrases;
mod program;
mod registered;
mod repeats;
mod report;
mod risk;
mod roster;
mod rules;
mod scenario;
mod sides;
mod strategy;
mod sweep;
mod symbols;
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
