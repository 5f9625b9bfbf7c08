//! The data check: problems in a series of bars that can mislead a backtest.
//!
//! Owns the list of checks and their severities (`data::check` reads files). Never repairs anything.
//! Invariant: findings depend on the bars only; a clean series of a round-the-clock venue with a short halt
//! has no finding above [`Severity::Info`].

mod finding;
mod gaps;
mod inspect;
mod jumps;
mod order;
mod series;
mod stale_prices;
mod values;

pub use finding::{Finding, FindingKind, Severity};
pub use gaps::{Gap, find_gaps, find_gaps_in};
pub use inspect::{inspect, inspect_as};
pub use series::{BarOrigin, calendar_of};
