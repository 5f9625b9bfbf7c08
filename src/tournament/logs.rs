//! What replays have logged, in few bytes until it is stored.

use serde::{Deserialize, Serialize};

use crate::engine::{FillRow, Holding, OrderRow, Posting, Replay, RoundTrip};

/// Holdings, orders, fills, postings and round trips of an agent in a window.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WindowLogs {
    /// Cash and positions after each tick that changed them.
    pub holdings: Vec<Holding>,
    /// Every order, by id.
    pub orders: Vec<OrderRow>,
    /// Every fill, in order of time.
    pub fills: Vec<FillRow>,
    /// What was paid and received besides fills, in order of time.
    pub postings: Vec<Posting>,
    /// Closed round trips, in order of closing, then those still open at the end.
    pub round_trips: Vec<RoundTrip>,
}

/// Makes bytes of logs; who stores them knows how to read them.
pub type PackLogs = fn(&WindowLogs) -> Box<[u8]>;

impl WindowLogs {
    /// Takes the logs out of a replay, which has none then.
    pub fn take(replay: &mut Replay) -> Self {
        Self {
            holdings: std::mem::take(&mut replay.holdings),
            orders: std::mem::take(&mut replay.orders),
            fills: std::mem::take(&mut replay.fills),
            postings: std::mem::take(&mut replay.postings),
            round_trips: std::mem::take(&mut replay.round_trips),
        }
    }
}
