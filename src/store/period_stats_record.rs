//! How an agent's window went over time, as `metrics.json` holds it.
//!
//! Owns names and units: percent where the name ends in `_pct`. Never computes a value.

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::metrics::{DatedFall, PeriodStats, ROLLING_RETURNS};

/// Rolling Sharpe, returns by month and year, the worst drawdowns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PeriodStatsRecord {
    /// The annualised Sharpe ratio of the last daily returns, at each day close that has enough before it.
    pub rolling_sharpe: RollingRecord,
    /// In order of time; the first and the last may be parts of months.
    pub months: Vec<MonthRecord>,
    /// In order of time; the first and the last may be parts of years.
    pub years: Vec<YearRecord>,
    /// The deepest first, five at most.
    pub drawdowns: Vec<DatedDrawdownRecord>,
}

/// A rolling metric as columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RollingRecord {
    /// How many returns a value looks back over.
    pub returns: usize,
    /// Times of the values, RFC 3339.
    pub at: Vec<Timestamp>,
    /// Null where the returns do not differ.
    pub values: Vec<Option<f64>>,
}

/// What a month brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthRecord {
    /// `2024-01`.
    pub month: String,
    /// Percent; null once the equity has reached zero.
    pub return_pct: Option<f64>,
}

/// What a year brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YearRecord {
    /// Of the calendar.
    pub year: i32,
    /// Percent; null once the equity has reached zero.
    pub return_pct: Option<f64>,
}

/// One drawdown: depth, peak, trough and recovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatedDrawdownRecord {
    /// Percent, below 0.
    pub depth_pct: f64,
    /// When the peak was reached.
    pub peak_at: Timestamp,
    /// When the trough was.
    pub trough_at: Timestamp,
    /// When the peak was reached again; null while open.
    pub recovered_at: Option<Timestamp>,
    /// From the peak to its recovery, or to the window's end.
    pub days: f64,
}

impl PeriodStatsRecord {
    /// Of a window's course.
    pub(super) fn new(course: &PeriodStats) -> Self {
        let pct = |value: &Result<f64, _>| value.as_ref().ok().map(|fraction| fraction * 100.0);
        let rolling = &course.rolling_sharpe;
        Self {
            rolling_sharpe: RollingRecord {
                returns: ROLLING_RETURNS,
                at: rolling.iter().map(|&(at, _)| at).collect(),
                values: rolling.iter().map(|(_, value)| value.ok()).collect(),
            },
            months: course
                .months
                .iter()
                .map(|m| MonthRecord {
                    month: format!("{:04}-{:02}", m.year, m.month),
                    return_pct: pct(&m.value),
                })
                .collect(),
            years: course
                .years
                .iter()
                .map(|y| YearRecord { year: y.year, return_pct: pct(&y.value) })
                .collect(),
            drawdowns: course.drawdowns.iter().map(DatedDrawdownRecord::new).collect(),
        }
    }
}

impl DatedDrawdownRecord {
    fn new(fall: &DatedFall) -> Self {
        let drawdown = &fall.drawdown;
        Self {
            depth_pct: drawdown.depth * 100.0,
            peak_at: drawdown.peak_at,
            trough_at: drawdown.trough_at,
            recovered_at: drawdown.recovered_at,
            days: fall.length.seconds() / 86_400.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_course_as_it_is_stored() {
        let record = PeriodStatsRecord::new(&fixture::tournament().agents[0].windows[0].course);
        let json = serde_json::to_string(&record).unwrap();
        let expected = concat!(
            r#"{"rolling_sharpe":{"returns":30,"at":["2024-01-05T00:00:00Z","2024-01-06T00:00:00Z"],"#,
            r#""values":[1.25,null]},"months":[{"month":"2024-01","return_pct":1.5}],"#,
            r#""years":[{"year":2024,"return_pct":1.5}],"drawdowns":[{"depth_pct":-2.0,"#,
            r#""peak_at":"2024-01-03T00:00:00Z","trough_at":"2024-01-04T00:00:00Z","#,
            r#""recovered_at":"2024-01-05T00:00:00Z","days":2.0}]}"#
        );
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<PeriodStatsRecord>(&json).unwrap(), record);
    }
}
