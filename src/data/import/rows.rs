//! The rows of a vendor's file as columns: bars or trades, in the file's order.
//!
//! Invariant: the columns of one value have equal lengths. A missing value is NaN. Nothing is checked here.

use crate::domain::{Interval, Timestamp};
use crate::market::Bars;

/// Some consecutive rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// Unchecked bars, NaN where a value is missing.
    Bars(Bars),
    /// Trades or quotes.
    Trades(Trades),
}

impl Rows {
    /// The file has no rows.
    pub fn none(kind: Kind, capacity: usize) -> Self {
        match kind {
            // The interval is not used: the sink knows the run's.
            Kind::Bars => Self::Bars(Bars::with_capacity(Interval::DAY, capacity)),
            Kind::Trades => Self::Trades(Trades::with_capacity(capacity)),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.times().len()
    }

    /// Whether there are no rows.
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

/// The kind of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Open, high, low, close and volume of a period.
    Bars,
    /// Price and quantity at an instant.
    Trades,
}

/// Trades in the file's order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trades {
    /// Time of each trade.
    pub ts: Vec<Timestamp>,
    /// Price of each trade.
    pub price: Vec<f64>,
    /// Volumes in the base asset; 0 where the source has none.
    pub volume: Vec<f64>,
}

impl Trades {
    /// No trades, with capacity for this many.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            ts: Vec::with_capacity(capacity),
            price: Vec::with_capacity(capacity),
            volume: Vec::with_capacity(capacity),
        }
    }

    /// Converts the trades to a unit of the asset: prices times `unit`, volumes divided by it.
    pub(super) fn quote_in(&mut self, unit: u32) {
        if unit > 1 {
            let unit = f64::from(unit);
            self.price.iter_mut().for_each(|price| *price *= unit);
            self.volume.iter_mut().for_each(|volume| *volume /= unit);
        }
    }

    /// Appends a trade.
    pub fn push(&mut self, at: Timestamp, price: f64, volume: f64) {
        self.ts.push(at);
        self.price.push(price);
        self.volume.push(volume);
    }
}
