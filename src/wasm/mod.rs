//! Agents that are WebAssembly modules: run in this process, out of reach of everything but what they are told.
//!
//! Owns the binary form of questions and answers, the checks of a module, its limits, and the [`Strategy`] that asks
//! one. What an answer means is said once, in `process`. Invariants: a module reaches no file, clock, network or other
//! agent; the same module, bars and seed give the same bytes on every machine; a module that fails is a forfeit with a
//! reason, never an error of the run.
//!
//! [`Strategy`]: crate::strategy::Strategy

mod agent;
mod answer;
mod host;
mod live;
mod message;
mod module;
mod setup;
mod structure;

pub use agent::ModuleAgent;
pub use module::Module;
pub use setup::ModuleSetup;
