//! The bars that are checked: where they come from, and their rows in order.

use super::finding::{Finding, FindingKind, Severity};
use crate::domain::{Interval, Timestamp};
use crate::market::Bars;
use crate::market::calendar::detect;
use crate::scenario::Calendar;

/// Shorter data does not determine whether a venue has sessions.
const MIN_CALENDAR_SPAN: i64 = 8 * 24 * 3_600_000_000;

/// Where the bars come from. Problems that the loader would refuse are more severe in a file that is to be
/// loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarOrigin {
    /// Bars to be replayed as they are.
    Replay,
    /// A vendor's file: the import sorts it and drops exact duplicates.
    Vendor,
}

/// The stated calendar, or the one detected from sorted times; round the clock where neither is known.
pub fn calendar_of(times: &[Timestamp], interval: Interval, stated: Option<Calendar>) -> Calendar {
    let telling = times
        .first()
        .zip(times.last())
        .is_some_and(|(first, last)| (*last - *first).micros() >= MIN_CALENDAR_SPAN);
    let detected = || detect(times, interval).filter(|_| telling);
    stated.or_else(detected).unwrap_or(Calendar::RoundTheClock)
}

/// The rows of a series that can be compared with their neighbours: sorted, unique in time, complete.
pub struct Series<'b> {
    pub bars: &'b Bars,
    /// Indexes in `bars`.
    pub rows: Vec<usize>,
    /// The market's calendar.
    pub calendar: Calendar,
}

impl<'b> Series<'b> {
    pub fn new(bars: &'b Bars, calendar: Option<Calendar>) -> Self {
        let whole = |&row: &usize| bars.close[row] > 0.0 && bars.close[row].is_finite();
        let mut rows: Vec<usize> = (0..bars.len()).filter(whole).collect();
        if !bars.ts.is_sorted() {
            rows.sort_by_key(|&row| bars.ts[row]);
        }
        rows.dedup_by_key(|row| bars.ts[*row]);
        let times: Vec<Timestamp> = rows.iter().map(|&row| bars.ts[row]).collect();
        Self { bars, rows, calendar: calendar_of(&times, bars.interval, calendar) }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn at(&self, index: usize) -> Timestamp {
        self.bars.ts[self.rows[index]]
    }

    pub fn close(&self, index: usize) -> f64 {
        self.bars.close[self.rows[index]]
    }

    pub fn open(&self, index: usize) -> f64 {
        self.bars.open[self.rows[index]]
    }

    pub fn volume(&self, index: usize) -> f64 {
        self.bars.volume[self.rows[index]]
    }

    /// Open, high, low, close.
    pub fn prices(&self, index: usize) -> [f64; 4] {
        let row = self.rows[index];
        [self.bars.open[row], self.bars.high[row], self.bars.low[row], self.bars.close[row]]
    }

    /// A finding whose first row is at this index.
    pub fn finding(
        &self,
        kind: FindingKind,
        severity: Severity,
        count: u64,
        index: usize,
        detail: String,
    ) -> Finding {
        Finding { kind, severity, count, row: Some(self.rows[index]), at: Some(self.at(index)), detail }
    }
}
