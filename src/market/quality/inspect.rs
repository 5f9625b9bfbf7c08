//! Runs all checks of one series.

use super::finding::{Finding, FindingKind, Severity};
use super::{gaps, jumps, order, stale_prices, values};
use crate::domain::Timestamp;
use crate::market::Bars;
use crate::scenario::Calendar;

/// Where the bars come from. Problems that the loader would refuse are more severe in a file that is to be
/// loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Bars to be replayed as they are.
    Replay,
    /// A vendor's file: the import sorts it and drops exact duplicates.
    Vendor,
}

/// All findings in these bars, the most severe first. Bars need not be valid; NaN stands for a missing value.
/// Without `calendar` it is detected from the bars.
pub fn inspect(bars: &Bars, calendar: Option<Calendar>) -> Vec<Finding> {
    inspect_as(bars, calendar, Origin::Replay)
}

/// As [`inspect`], for bars of this origin.
pub fn inspect_as(bars: &Bars, calendar: Option<Calendar>, origin: Origin) -> Vec<Finding> {
    if bars.is_empty() {
        return vec![Finding::whole(FindingKind::Empty, Severity::Error, "there are no rows")];
    }
    let mut findings = values::check(bars);
    findings.extend(order::check(bars, origin));
    let series = Series::new(bars, calendar);
    findings.extend(gaps::check(&series));
    findings.extend(stale_prices::check(&series));
    findings.extend(jumps::check(&series));
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.kind));
    findings
}

/// The rows of a series that can be compared with their neighbours: sorted, unique in time, complete.
pub(super) struct Series<'b> {
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
        Self { bars, rows, calendar: gaps::calendar_of(&times, bars.interval, calendar) }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn at(&self, place: usize) -> Timestamp {
        self.bars.ts[self.rows[place]]
    }

    pub fn close(&self, place: usize) -> f64 {
        self.bars.close[self.rows[place]]
    }

    pub fn open(&self, place: usize) -> f64 {
        self.bars.open[self.rows[place]]
    }

    pub fn volume(&self, place: usize) -> f64 {
        self.bars.volume[self.rows[place]]
    }

    /// Open, high, low, close.
    pub fn prices(&self, place: usize) -> [f64; 4] {
        let row = self.rows[place];
        [self.bars.open[row], self.bars.high[row], self.bars.low[row], self.bars.close[row]]
    }

    /// A finding whose first row is at this index.
    pub fn finding(
        &self,
        kind: FindingKind,
        severity: Severity,
        count: u64,
        place: usize,
        detail: String,
    ) -> Finding {
        Finding { kind, severity, count, row: Some(self.rows[place]), at: Some(self.at(place)), detail }
    }
}
