//! One agent in one window: a pure function from bars, scenario and seed to a [`Replay`].
//!
//! Owns the order of events at a tick. Never touches a file, a clock, a thread, a global or a progress
//! bar. Invariant: same inputs, same bytes out, on any machine and any number of threads.

mod outcome;

pub use outcome::{
    EndReason, ExitState, FillRow, Flags, Holding, OrderRow, Replay, ReplayStatus, RoundTrip, Window,
};
