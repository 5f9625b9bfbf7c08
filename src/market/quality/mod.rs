//! The data check: what is suspicious or wrong in a series of bars.
//!
//! Owns the list of things looked for and how grave each is (`data::check` reads files).
//! Never repairs anything. Invariant: findings depend on the bars alone; a clean series of a round-the-clock
//! venue with a short halt has none above [`Severity::Info`].

mod finding;
mod gaps;
mod inspect;
mod jumps;
mod order;
mod series;
mod stale_prices;
mod values;

pub use finding::{Finding, FindingKind, Severity};
pub use gaps::{Hole, holes, holes_in};
pub use inspect::{inspect, inspect_as};
pub use series::{Origin, calendar_of};
