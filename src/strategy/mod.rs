//! What an agent decides at the close of a bar.
//!
//! Owns the [`Strategy`] trait, what a strategy sees ([`BarContext`]) and orders ([`Orders`]), the built-in strategies
//! and the rules interpreter. Never decides by a bar after the one that closes, the ledger's internals, or another
//! agent; never computes money. Invariant: the same bars and the same account give the same orders. The built-in
//! strategies keep to the same contract as a user's; besides, they search ahead in their columns for the next bar at
//! which they may act, which decides nothing.

mod adapters;
mod builtin;
mod context;
mod contract;
mod decisions;
mod delay;
mod lines;
mod orders;
mod own;
mod prepare;
mod prepared;
mod reader;
pub mod rules;
mod schedule;
mod search;
mod signals;
mod targets;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod testing;

pub(crate) use context::{Account, BarStream, FillView, Now, OrderEnd, OrderView};
pub use context::{
    Bar, BarContext, ClosedBars, IndicatorId, Needs, NeedsError, OpenOrder, PositionView, Setup, TimeframeId,
    Warmup,
};
pub use contract::{Strategy, StrategyError, Wake};
pub use decisions::BarDecisions;
pub use lines::{crossing, lines_of};
pub use orders::{NewBuy, NewSell, Orders};
pub use own::{OwnStrategies, StrategyFactory};
pub use prepare::{
    bar_decisions, bar_decisions_of_all, check, decides_by_bars, points_by_bars, prepare, warm_up,
};
pub(crate) use prepared::prepare_scheduled;
pub use prepared::{PreparedStrategy, needs_of, prepare_own};
pub(crate) use schedule::{Scheduled, check_schedule, warm_up as schedule_warm_up};
pub(crate) use targets::rebalance;
