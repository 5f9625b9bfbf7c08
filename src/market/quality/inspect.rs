//! Runs all checks of one series.

use super::finding::{Finding, FindingKind, Severity};
use super::series::{BarOrigin, Series};
use super::{gaps, jumps, order, stale_prices, values};
use crate::market::Bars;
use crate::scenario::Calendar;

/// All findings in these bars, the most severe first. Bars need not be valid; NaN stands for a missing value.
/// Without `calendar` it is detected from the bars.
pub fn inspect(bars: &Bars, calendar: Option<Calendar>) -> Vec<Finding> {
    inspect_as(bars, calendar, BarOrigin::Replay)
}

/// As [`inspect`], for bars of this origin.
pub fn inspect_as(bars: &Bars, calendar: Option<Calendar>, origin: BarOrigin) -> Vec<Finding> {
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
