//! One symbol's bars as columns.

use std::ops::Range;

use crate::domain::{Interval, Timestamp};

/// Index of a bar in its columns.
pub type Row = usize;

/// Columns of equal length, sorted by open time and checked on loading: unique times, finite positive prices,
/// `low <= open, close <= high`, finite non-negative volumes.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// Interval of the bars.
    pub interval: Interval,
    /// Open time of each bar.
    pub ts: Vec<Timestamp>,
    /// Open prices, quote currency per unit of the base asset.
    pub open: Vec<f64>,
    /// High of each bar.
    pub high: Vec<f64>,
    /// Low of each bar.
    pub low: Vec<f64>,
    /// Close of each bar.
    pub close: Vec<f64>,
    /// Volumes, in the base asset.
    pub volume: Vec<f64>,
}

impl Bars {
    /// The first `count` bars.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        Self {
            interval: self.interval,
            ts: self.ts[..count].to_vec(),
            open: self.open[..count].to_vec(),
            high: self.high[..count].to_vec(),
            low: self.low[..count].to_vec(),
            close: self.close[..count].to_vec(),
            volume: self.volume[..count].to_vec(),
        }
    }

    /// No bars, with capacity for this many.
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

    /// Appends a bar: open, high, low, close, volume. The caller keeps times sorted.
    pub fn push(&mut self, at: Timestamp, [open, high, low, close, volume]: [f64; 5]) {
        self.ts.push(at);
        self.open.push(open);
        self.high.push(high);
        self.low.push(low);
        self.close.push(close);
        self.volume.push(volume);
    }

    /// Number of bars.
    pub fn len(&self) -> usize {
        self.ts.len()
    }

    /// Whether there are no bars.
    pub fn is_empty(&self) -> bool {
        self.ts.is_empty()
    }

    /// The first row that opens at or after `at`, or the number of rows.
    pub fn first_row_from(&self, at: Timestamp) -> Row {
        self.ts.partition_point(|&ts| ts < at)
    }

    /// Appends these rows of `other`; takes over its buffers where `self` is empty.
    pub(super) fn append(&mut self, mut other: Bars, rows: Range<Row>) {
        if self.is_empty() && rows.len() * 2 >= other.len() {
            other.keep(rows);
            other.interval = self.interval;
            *self = other;
            return;
        }
        self.extend(&other, rows);
    }

    /// Appends copies of these rows of `other`.
    pub(super) fn extend(&mut self, other: &Self, rows: Range<Row>) {
        self.ts.extend_from_slice(&other.ts[rows.clone()]);
        self.open.extend_from_slice(&other.open[rows.clone()]);
        self.high.extend_from_slice(&other.high[rows.clone()]);
        self.low.extend_from_slice(&other.low[rows.clone()]);
        self.close.extend_from_slice(&other.close[rows.clone()]);
        self.volume.extend_from_slice(&other.volume[rows]);
    }

    /// Keeps only these rows.
    pub(super) fn keep(&mut self, rows: Range<Row>) {
        fn cut<T>(column: &mut Vec<T>, rows: &Range<Row>) {
            column.truncate(rows.end);
            column.drain(..rows.start.min(column.len()));
        }
        cut(&mut self.ts, &rows);
        for column in [&mut self.open, &mut self.high, &mut self.low, &mut self.close, &mut self.volume] {
            cut(column, &rows);
        }
    }
}
