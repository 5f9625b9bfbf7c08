//! The data check: what a careful reader would notice in a series of bars before trusting it.
//!
//! Owns the list of things looked for and how grave each is (`data::check` reads files).
//! Never repairs anything. Invariant: findings depend on the bars alone; a clean series of a round-the-clock
//! venue with a short halt has none above [`Severity::Info`].

mod finding;
mod gaps;
mod inspect;
mod jumps;
mod order;
mod stale_prices;
mod values;

pub use finding::{Finding, FindingKind, Severity};
pub use gaps::{Hole, calendar_of, holes, holes_in};
pub use inspect::{Origin, inspect, inspect_as};
