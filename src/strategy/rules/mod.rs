//! Strategies written as conditions in the scenario.
//!
//! Owns what a condition means at the close of a bar: values that may not exist, crosses, looking back,
//! timeframes. Never parses (that is `scenario::expr`), never computes an indicator. Invariants: a value
//! that does not exist never makes a condition true; a coarser timeframe shows its last CLOSED bar; a cross
//! is an event of one bar, never a state.

mod agent;
mod compile;
mod decisions;
mod entry;
mod evaluate;
mod scan;
mod single;
mod symbol;
mod warm_up;

#[cfg(test)]
mod tests;

pub use agent::prepare;
pub(super) use decisions::decisions;
pub(super) use single::ConditionSearch;
pub(super) use warm_up::needs;
pub use warm_up::warm_up;
