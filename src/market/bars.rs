//! One symbol's bars as columns.

use crate::domain::{Interval, Timestamp};

/// A bar's place in its columns.
pub type Row = usize;

/// Columns of equal length, sorted by open time, checked on loading: times unique, prices finite and
/// positive, `low <= open, close <= high`, volumes finite and not negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Spacing.
    pub interval: Interval,
    /// Open times.
    pub ts: Vec<Timestamp>,
    /// First prices, quote per base.
    pub open: Vec<f64>,
    /// Highest prices.
    pub high: Vec<f64>,
    /// Lowest prices.
    pub low: Vec<f64>,
    /// Last prices.
    pub close: Vec<f64>,
    /// Traded base quantities.
    pub volume: Vec<f64>,
}

impl Bars {
    /// No bars yet, with room for `capacity`.
    pub fn with_capacity(interval: Interval, capacity: usize) -> Self {
        let column = || Vec::with_capacity(capacity);
        Self {
            interval,
            ts: Vec::with_capacity(capacity),
            open: column(),
            high: column(),
            low: column(),
            close: column(),
            volume: column(),
        }
    }

    /// How many bars.
    pub fn len(&self) -> usize {
        self.ts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ts.is_empty()
    }

    /// The first row that opens at or after `at`; the number of rows where none does.
    pub fn first_row_from(&self, at: Timestamp) -> Row {
        self.ts.partition_point(|&ts| ts < at)
    }
}
