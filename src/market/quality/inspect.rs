//! All checks of one series.

use super::finding::{Finding, FindingKind, Severity};
use super::series::{Origin, Series};
use super::{gaps, jumps, order, stale_prices, values};
use crate::market::Bars;
use crate::scenario::Calendar;

/// What is suspicious or wrong in these bars, the gravest first. Bars need not be clean; NaN stands for
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
