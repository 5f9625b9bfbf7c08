//! Parses a TOML file into a checked [`Scenario`].
//!
//! Owns the file format: keys, defaults, the catalogue of strategies and the expression language. Reports all
//! problems of a file in one pass, each with its span. Never opens a market file and never runs anything.
//! Invariant: a [`Scenario`] that exists is valid; no other room checks it again.

pub mod catalogue;
mod edit;
pub mod expr;
pub mod format;
mod identity;
mod model;
mod outside;
mod problem;
mod read;
mod registry;
mod roster;
mod schema;
#[cfg(feature = "serve")]
mod session;
mod settings;
mod span;
mod suggest;
#[cfg(test)]
mod tests;

pub use crate::domain::{BinaryOp, Function};
pub use edit::{EditError, Edited, edit};
pub use identity::{STARTER, identity_json};
pub use model::*;
pub use outside::{NoFolder, Outside, SymbolFolder};
pub use problem::{MAX_REPORTED, Problem, ProblemSeverity};
pub use registry::{NoRegistry, Registry, RegistryEntry, RiskText, Unregistered};
pub use roster::{AgentText, agent_text, is_color, read_risk, read_roster, read_strategy, write_roster};
pub use schema::json_schema;
#[cfg(feature = "serve")]
pub use session::{SessionAgent, session_text};
pub use settings::{Settings, instrument_settings, risk_settings, strategy_settings};
pub use span::span_of;
pub(crate) use suggest::closest;
