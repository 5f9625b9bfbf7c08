//! What an agent decides at the close of a bar.
//!
//! Owns the [`Strategy`] trait, the built-in strategies and the rules interpreter. Never decides by a bar
//! after the one that closes, the ledger's internals, or another agent; never computes money. Invariant: the
//! same bars and the same account give the same actions. [`Strategy::next_call`] searches ahead in the
//! columns, but decides nothing: it tells at which bars nothing would be done.

mod builtin;
mod contract;
mod orders;
mod own;
mod prepare;
mod reader;
pub mod rules;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod testing;

pub use contract::{Account, Moment, NEVER, PositionView, Setup, Strategy, Warmup};
pub use own::{OwnStrategies, StrategyFactory};
pub use prepare::{check, crossing, prepare, warm_up};
