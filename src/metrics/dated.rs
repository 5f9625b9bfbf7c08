//! Drawdowns and extremes of a curve with their times.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::engine::batch::{Extremes, IndexedDrawdown};

/// The maximum drawdown of the curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Drawdown {
    /// Trough over peak minus one: at most 0.
    pub depth: f64,
    /// When the peak was reached (the window's start for the starting balance).
    pub peak_at: Timestamp,
    /// When the trough was.
    pub trough_at: Timestamp,
    /// When the peak was reached again; `None` while it is still open.
    pub recovered_at: Option<Timestamp>,
}

impl Drawdown {
    /// A drawdown with its times; `at` maps an index to its time, `None` to the start. A curve that never fell has
    /// recovered at the start.
    pub fn dated(fall: IndexedDrawdown, at: impl Fn(Option<usize>) -> Timestamp) -> Self {
        let recovered = if fall.depth == 0.0 { Some(at(None)) } else { fall.recovered.map(|i| at(Some(i))) };
        Self {
            depth: fall.depth,
            peak_at: at(fall.peak),
            trough_at: at(fall.trough),
            recovered_at: recovered,
        }
    }
}

/// The highest and the lowest point of a curve, its start included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatedExtremes {
    /// The highest value.
    pub high: f64,
    /// When it was reached, after the last fall from it.
    pub high_at: Timestamp,
    /// The lowest value.
    pub low: f64,
    /// When it was reached first.
    pub low_at: Timestamp,
}

impl DatedExtremes {
    /// Extremes with their times; `at` maps an index to its time, `None` to the start.
    pub fn dated(of: Extremes, at: impl Fn(Option<usize>) -> Timestamp) -> Self {
        Self { high: of.high, high_at: at(of.high_at), low: of.low, low_at: at(of.low_at) }
    }
}
