//! Checks the order of rows: sorted, unique in time, at least one interval apart.

use super::finding::{Finding, FindingKind, Severity, words};
use super::series::BarOrigin;
use crate::market::Bars;

/// Findings about the order of rows.
pub fn check(bars: &Bars, origin: BarOrigin) -> Vec<Finding> {
    let step = bars.interval.micros();
    if bars.ts.windows(2).all(|pair| (pair[1] - pair[0]).micros() >= step) {
        return Vec::new();
    }
    let mut findings: Vec<Finding> = unsorted(bars, origin).into_iter().collect();
    let mut rows: Vec<usize> = (0..bars.len()).collect();
    rows.sort_by_key(|&row| bars.ts[row]);
    findings.extend(repeated(bars, &rows, origin));
    findings.extend(too_close(bars, &rows));
    findings
}

fn unsorted(bars: &Bars, origin: BarOrigin) -> Option<Finding> {
    let backwards = |row: &usize| bars.ts[*row] < bars.ts[row - 1];
    let first = (1..bars.len()).find(backwards)?;
    let count = (1..bars.len()).filter(backwards).count();
    let newest_first = count + 1 == bars.len() || bars.ts.iter().rev().is_sorted();
    let (severity, detail) = match (origin, newest_first) {
        (BarOrigin::Vendor, true) => {
            (Severity::Info, "the newest row is first; importing sorts them".to_owned())
        }
        (BarOrigin::Vendor, false) => {
            (Severity::Warning, "earlier than the row before; importing sorts them".to_owned())
        }
        (BarOrigin::Replay, _) => {
            (Severity::Error, format!("earlier than the row before it, {}", bars.ts[first - 1]))
        }
    };
    Some(Finding {
        kind: FindingKind::Order,
        severity,
        count: count as u64,
        row: Some(first),
        at: Some(bars.ts[first]),
        detail,
    })
}

/// Rows with equal times: duplicates or conflicts.
fn repeated(bars: &Bars, rows: &[usize], origin: BarOrigin) -> Vec<Finding> {
    let values = |row: usize| {
        [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]].map(f64::to_bits)
    };
    let mut same: Vec<usize> = Vec::new();
    let mut other: Vec<usize> = Vec::new();
    for pair in rows.windows(2).filter(|pair| bars.ts[pair[0]] == bars.ts[pair[1]]) {
        if values(pair[0]) == values(pair[1]) { same.push(pair[1]) } else { other.push(pair[1]) }
    }
    let severity = if origin == BarOrigin::Vendor { Severity::Warning } else { Severity::Error };
    let finding = |kind, severity, found: &[usize], detail: &str| {
        let &row = found.first()?;
        let detail = detail.to_owned();
        Some(Finding {
            kind,
            severity,
            count: found.len() as u64,
            row: Some(row),
            at: Some(bars.ts[row]),
            detail,
        })
    };
    let same = finding(FindingKind::Duplicate, severity, &same, "the same bar again");
    let other = finding(FindingKind::Conflict, Severity::Error, &other, "another bar for the same time");
    same.into_iter().chain(other).collect()
}

fn too_close(bars: &Bars, rows: &[usize]) -> Option<Finding> {
    let gap = |pair: &[usize]| (bars.ts[pair[1]] - bars.ts[pair[0]]).micros();
    let close = |pair: &&[usize]| (1..bars.interval.micros()).contains(&gap(pair));
    let first = rows.windows(2).find(close)?;
    let detail = format!("bars of {} that are {} apart", bars.interval, words(gap(first)));
    Some(Finding {
        kind: FindingKind::Spacing,
        severity: Severity::Error,
        count: rows.windows(2).filter(close).count() as u64,
        row: Some(first[1]),
        at: Some(bars.ts[first[1]]),
        detail,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Interval, Timestamp};

    fn bars(minutes: &[(i64, f64)]) -> Bars {
        let mut bars = Bars::with_capacity(Interval::MINUTE, 0);
        for &(minute, price) in minutes {
            bars.push(Timestamp::from_micros(minute * 60_000_000), [price, price, price, price, 1.0]);
        }
        bars
    }

    fn found(bars: &Bars, origin: BarOrigin) -> Vec<(&'static str, &'static str, u64)> {
        check(bars, origin).iter().map(|f| (f.kind.as_str(), f.severity.as_str(), f.count)).collect()
    }

    #[test]
    fn order_and_duplicates() {
        assert_eq!(found(&bars(&[(0, 1.0), (1, 1.0), (2, 1.0)]), BarOrigin::Replay), []);
        let backwards = bars(&[(2, 1.0), (1, 1.0), (0, 1.0)]);
        assert_eq!(found(&backwards, BarOrigin::Replay), [("order", "error", 2)]);
        assert_eq!(found(&backwards, BarOrigin::Vendor), [("order", "info", 2)]);
        let mixed = bars(&[(0, 1.0), (2, 1.0), (1, 1.0), (1, 1.0), (2, 9.0), (3, 1.0)]);
        let expected = [("order", "warning", 1), ("duplicate", "warning", 1), ("conflict", "error", 1)];
        assert_eq!(found(&mixed, BarOrigin::Vendor), expected);
    }

    #[test]
    fn bars_of_another_interval() {
        let mut eight = bars(&[(0, 1.0), (1, 1.0), (2, 1.0), (20, 1.0)]);
        eight.interval = "8m".parse().unwrap();
        let findings = check(&eight, BarOrigin::Replay);
        assert_eq!((findings[0].count, findings[0].detail.as_str()), (2, "bars of 8m that are 1 min apart"));
    }
}
