//! What a vendor's file holds, as columns: bars or trades, in the file's own order.
//!
//! Invariant: columns of one value have equal lengths. A missing value is NaN. Nothing is checked here.

use crate::domain::{Interval, Timestamp};
use crate::market::Bars;

/// A stretch of a file's rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// Bars; unchecked, NaN where a value is missing.
    Bars(Bars),
    /// Trades or quotes.
    Trades(Trades),
}

impl Rows {
    /// None yet.
    pub fn none(kind: Kind, capacity: usize) -> Self {
        match kind {
            // The interval of a chunk has no meaning: its run knows it.
            Kind::Bars => Self::Bars(Bars::with_capacity(Interval::DAY, capacity)),
            Kind::Trades => Self::Trades(Trades::with_capacity(capacity)),
        }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.times().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Times of all rows.
    pub fn times(&self) -> &[Timestamp] {
        match self {
            Self::Bars(bars) => &bars.ts,
            Self::Trades(trades) => &trades.ts,
        }
    }
}

/// Bars or trades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Open, high, low, close, volume of a span of time.
    Bars,
    /// A price and a quantity at an instant.
    Trades,
}

/// Prices paid at instants, in the file's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trades {
    /// When.
    pub ts: Vec<Timestamp>,
    /// At what price.
    pub price: Vec<f64>,
    /// How much of the base; 0 where the source has none.
    pub volume: Vec<f64>,
}

impl Trades {
    /// None yet, with room for `capacity`.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            ts: Vec::with_capacity(capacity),
            price: Vec::with_capacity(capacity),
            volume: Vec::with_capacity(capacity),
        }
    }

    /// The same trades in a unit of the asset: prices times `unit`, volumes divided by it.
    pub(super) fn quote_in(&mut self, unit: u32) {
        if unit > 1 {
            let unit = f64::from(unit);
            self.price.iter_mut().for_each(|price| *price *= unit);
            self.volume.iter_mut().for_each(|volume| *volume /= unit);
        }
    }

    /// Adds one.
    pub fn push(&mut self, at: Timestamp, price: f64, volume: f64) {
        self.ts.push(at);
        self.price.push(price);
        self.volume.push(volume);
    }
}
