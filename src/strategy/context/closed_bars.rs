//! Bars that have closed, as slices of their columns.

use std::ops::Range;

use crate::domain::{Interval, Timestamp};
use crate::market::{Bars, Row};

/// Consecutive closed bars of one symbol in one timeframe, oldest first. The last one is the newest that was closed
/// at the deciding tick: the slices end there, so an index past the end is out of bounds and not the future.
///
/// A copy is a few words; no bar is copied.
#[derive(Debug, Clone, Copy)]
pub struct ClosedBars<'a> {
    interval: Interval,
    open_times: &'a [Timestamp],
    open: &'a [f64],
    high: &'a [f64],
    low: &'a [f64],
    close: &'a [f64],
    volume: &'a [f64],
}

/// One closed bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// When it opened; it covers its interval from then on.
    pub open_time: Timestamp,
    /// Open of the bar.
    pub open: f64,
    /// High of the bar.
    pub high: f64,
    /// Low of the bar.
    pub low: f64,
    /// Close of the bar.
    pub close: f64,
    /// Traded base quantity.
    pub volume: f64,
}

impl<'a> ClosedBars<'a> {
    /// Rows of a series; an empty or backward range gives none.
    pub(super) fn of(bars: &'a Bars, rows: Range<Row>) -> Self {
        let rows = rows.start.min(rows.end)..rows.end;
        Self {
            interval: bars.interval,
            open_times: &bars.ts[rows.clone()],
            open: &bars.open[rows.clone()],
            high: &bars.high[rows.clone()],
            low: &bars.low[rows.clone()],
            close: &bars.close[rows.clone()],
            volume: &bars.volume[rows],
        }
    }

    /// An empty view.
    pub(super) const fn none(interval: Interval) -> Self {
        Self { interval, open_times: &[], open: &[], high: &[], low: &[], close: &[], volume: &[] }
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.close.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.close.is_empty()
    }

    /// Timeframe of the bars.
    pub const fn interval(&self) -> Interval {
        self.interval
    }

    /// When each opened.
    pub const fn open_times(&self) -> &'a [Timestamp] {
        self.open_times
    }

    /// Open of each bar.
    pub const fn open(&self) -> &'a [f64] {
        self.open
    }

    /// High of each bar.
    pub const fn high(&self) -> &'a [f64] {
        self.high
    }

    /// Low of each bar.
    pub const fn low(&self) -> &'a [f64] {
        self.low
    }

    /// Close of each bar.
    pub const fn close(&self) -> &'a [f64] {
        self.close
    }

    /// Traded base quantities.
    pub const fn volume(&self) -> &'a [f64] {
        self.volume
    }

    /// The newest `count` of them; all where there are fewer.
    #[must_use]
    pub fn latest(&self, count: usize) -> Self {
        let from = self.len().saturating_sub(count);
        Self {
            interval: self.interval,
            open_times: &self.open_times[from..],
            open: &self.open[from..],
            high: &self.high[from..],
            low: &self.low[from..],
            close: &self.close[from..],
            volume: &self.volume[from..],
        }
    }

    /// The bar at an index, 0 being the oldest.
    pub fn get(&self, index: usize) -> Option<Bar> {
        (index < self.len()).then(|| Bar {
            open_time: self.open_times[index],
            open: self.open[index],
            high: self.high[index],
            low: self.low[index],
            close: self.close[index],
            volume: self.volume[index],
        })
    }

    /// The newest bar.
    pub fn last(&self) -> Option<Bar> {
        self.ago(0)
    }

    /// The bar `bars` before the newest.
    pub fn ago(&self, bars: usize) -> Option<Bar> {
        self.len().checked_sub(1)?.checked_sub(bars).and_then(|index| self.get(index))
    }

    /// Each bar, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Bar> + use<'a> {
        let bars = *self;
        (0..bars.len()).filter_map(move |index| bars.get(index))
    }
}
