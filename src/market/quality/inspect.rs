//! All checks of one series.

use super::finding::{Finding, FindingKind, Severity};
use super::{gaps, jumps, order, stale_prices, values};
use crate::domain::Timestamp;
use crate::market::Bars;
use crate::scenario::Calendar;

/// Where the bars come from: what the loader would refuse is graver in a file that is to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Bars that are, or are to be, replayed as they are.
    Replay,
    /// A vendor's file: importing sorts it and drops exact repetitions.
    Vendor,
}

/// What a careful reader would notice in these bars, the gravest first. Bars need not be clean; NaN stands for
/// a missing value. `calendar` is when the market trades; told from the bars where it is not stated.
pub fn inspect(bars: &Bars, calendar: Option<Calendar>) -> Vec<Finding> {
    inspect_as(bars, calendar, Origin::Replay)
}

/// The same, for bars of this origin.
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

/// The rows of a series that can be compared with their neighbours: in order, one for each time, no value
/// missing.
pub(super) struct Series<'b> {
    pub bars: &'b Bars,
    /// Places in `bars`.
    pub rows: Vec<usize>,
    /// When the market trades.
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

    /// A finding that begins at this place.
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
