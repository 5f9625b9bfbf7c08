//! One agent in one window: a pure function from bars, scenario and seed to a [`Replay`].
//!
//! Owns the order of events at a tick. Never touches a file, a clock, a thread, a global or a progress
//! bar. Invariant: same inputs, same bytes out, on any machine and any number of threads.
//!
//! [`replay`] is the bar-by-bar loop, the oracle. Each step of a tick is a small method of `State` in a
//! file of its own, so that another loop can call the same steps:
//! `day` (step 0), `alarm`, `matching` and `path` (1), `mark` (2), `breach` (3), `account` and `replay` (4),
//! `intake` (5). `fill` carries out what matching finds, `bracket` follows it up, `order` ends orders.

mod account;
mod alarm;
mod bracket;
mod breach;
mod curve;
mod day;
mod fill;
mod finish;
mod intake;
mod mark;
mod matching;
mod order;
mod outcome;
mod path;
mod replay;
mod state;
mod trip;

pub use curve::exact_curve;
pub use outcome::{
    EndReason, ExitState, FillRow, Flags, Holding, OrderRow, Replay, ReplayStatus, RoundTrip, Window,
};
pub use replay::{Job, replay};

#[cfg(test)]
mod deps {
    pub use crate::{domain, engine, market, scenario, strategy};
}
#[cfg(test)]
mod testkit;
#[cfg(test)]
mod tests;
