//! The bars that are checked: where they come from, and their rows in order.

use std::borrow::Cow;

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
    /// Indexes in `bars`; all of them in order where `None`.
    rows: Option<Vec<usize>>,
    /// Open time of each.
    pub times: Cow<'b, [Timestamp]>,
    /// The market's calendar.
    pub calendar: Calendar,
}

impl<'b> Series<'b> {
    pub fn new(bars: &'b Bars, calendar: Option<Calendar>) -> Self {
        let rows = comparable(bars);
        let times = match &rows {
            Some(rows) => rows.iter().map(|&row| bars.ts[row]).collect::<Vec<_>>().into(),
            None => Cow::Borrowed(bars.ts.as_slice()),
        };
        let calendar = calendar_of(&times, bars.interval, calendar);
        Self { bars, rows, times, calendar }
    }

    pub fn len(&self) -> usize {
        self.times.len()
    }

    fn row(&self, index: usize) -> usize {
        self.rows.as_ref().map_or(index, |rows| rows[index])
    }

    pub fn at(&self, index: usize) -> Timestamp {
        self.times[index]
    }

    pub fn close(&self, index: usize) -> f64 {
        self.bars.close[self.row(index)]
    }

    pub fn open(&self, index: usize) -> f64 {
        self.bars.open[self.row(index)]
    }

    pub fn volume(&self, index: usize) -> f64 {
        self.bars.volume[self.row(index)]
    }

    /// Open, high, low, close.
    pub fn prices(&self, index: usize) -> [f64; 4] {
        let row = self.row(index);
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
        Finding { kind, severity, count, row: Some(self.row(index)), at: Some(self.at(index)), detail }
    }
}

/// The rows of these bars that can be compared, sorted by time and unique; `None` where all are, as they stand.
fn comparable(bars: &Bars) -> Option<Vec<usize>> {
    let whole = |close: f64| close > 0.0 && close.is_finite();
    if bars.ts.is_sorted_by(|before, at| before < at) && bars.close.iter().copied().all(whole) {
        return None;
    }
    let mut rows: Vec<usize> = (0..bars.len()).filter(|&row| whole(bars.close[row])).collect();
    rows.sort_by_key(|&row| bars.ts[row]);
    rows.dedup_by_key(|row| bars.ts[*row]);
    Some(rows)
}
