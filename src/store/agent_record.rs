//! `agents/<name>/metrics.json`: one agent's statistics, an entry a window.
//!
//! Owns the names of the metrics in files and their units: percent where the name ends in `_pct` and for
//! `win_rate`, quote currency as text, seconds, else plain ratios. Never computes a metric. Invariant: a
//! metric is a finite number, or null with its reason under `missing`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::word_map::WordMap;
use super::{PeriodStatsRecord, StoreError, score_record};
use crate::domain::{Cash, Metric, Timestamp};
use crate::engine::{EndReason, OrderRow, Replay, ReplayStatus};
use crate::metrics::{Measure, Metrics, Missing, Sampling, Score, Summary, value_of};
use crate::scenario::{MetricSpec, RankingMetric};
use crate::tournament::{AgentResult, WindowResult, score, shown};

/// One agent over all windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgentRecord {
    /// Name of the agent.
    pub agent: String,
    /// The agent that it is a repeat of; absent where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_of: Option<String>,
    /// One entry a window, in order.
    pub windows: Vec<JobRecord>,
    /// All windows one after the other; null in runs of older versions.
    #[serde(default)]
    pub record: Option<WholeRecord>,
}

/// One agent over all windows, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WholeRecord {
    /// Length in whole days, gaps between windows left out.
    pub days: i64,
    /// Value by name, as in a window; null where it does not exist.
    pub metrics: MetricMap,
    /// Why a metric has no value.
    pub missing: WordMap<String>,
}

/// One agent in one window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobRecord {
    /// The window's number, from 0.
    pub window: u32,
    /// `completed`, `disqualified` or `forfeit`.
    pub status: String,
    /// When and why, where it did not complete.
    pub status_detail: Option<String>,
    /// Quote currency, eight decimal places.
    pub starting_balance: Cash,
    /// Quote currency, eight decimal places.
    pub final_equity: Cash,
    /// Quote currency, eight decimal places.
    pub total_pnl: Cash,
    /// Quote currency, eight decimal places.
    pub fees: Cash,
    /// Closed round trips.
    pub trades: usize,
    /// Number of fills.
    pub fills: usize,
    /// Orders placed, refused ones included.
    pub orders: usize,
    /// Refused orders by code.
    pub refused: BTreeMap<String, u64>,
    /// How returns were sampled: `daily` or `per_bar`.
    pub sampling: String,
    /// Return periods in a year.
    pub periods_per_year: f64,
    /// Number of returns.
    pub returns: usize,
    /// Whose definitions made the numbers: `tiltyard`, or a library's.
    #[serde(default)]
    pub profile: String,
    /// When the deepest drawdown began, hit its trough and ended.
    pub drawdown: DrawdownRecord,
    /// Value by name; null where it does not exist.
    pub metrics: MetricMap,
    /// Why a metric has no value.
    pub missing: WordMap<String>,
    /// How it went over time.
    #[serde(default)]
    pub course: PeriodStatsRecord,
    /// What it leaves for the record of several windows; null in runs of older versions.
    #[serde(default)]
    pub summary: Option<Summary>,
}

/// Times of the deepest drawdown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DrawdownRecord {
    /// When the peak was reached.
    pub peak_at: Timestamp,
    /// When the trough was.
    pub trough_at: Timestamp,
    /// When the peak was reached again; null while open.
    pub recovered_at: Option<Timestamp>,
}

/// Metrics by name, sorted.
pub type MetricMap = WordMap<Option<f64>>;

impl AgentRecord {
    /// Of an agent's results.
    pub fn new(result: &AgentResult, conventions: &MetricSpec) -> Self {
        let job = |window: &WindowResult| JobRecord::new(window, &window.whole(), conventions);
        Self::with_windows(result, conventions, result.windows.iter().map(job).collect())
    }

    /// The same with the records of its windows.
    pub(super) fn with_windows(
        result: &AgentResult,
        conventions: &MetricSpec,
        windows: Vec<JobRecord>,
    ) -> Self {
        let (metrics, missing) = metrics_of(&result.record, conventions);
        Self {
            agent: result.name.to_string(),
            repeat_of: result.repeat_of.as_ref().map(ToString::to_string),
            windows,
            record: Some(WholeRecord { days: result.record.record.summary.days(), metrics, missing }),
        }
    }

    /// The bytes of `metrics.json`, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no record causes.
    pub fn to_json(&self) -> Result<String, StoreError> {
        super::json::lined("the metrics", self)
    }

    /// Refused orders by code, over all windows.
    pub fn refused(&self) -> BTreeMap<&str, u64> {
        let mut sum = BTreeMap::new();
        for (code, count) in self.windows.iter().flat_map(|job| &job.refused) {
            *sum.entry(code.as_str()).or_default() += count;
        }
        sum
    }

    /// A metric of the whole record; of the window where there is one.
    pub fn value(&self, metric: &str) -> Option<f64> {
        self.whole().and_then(|(metrics, _)| metrics.get(metric).copied().flatten())
    }

    /// Why the record has no value of a metric.
    pub fn why_missing(&self, metric: &str) -> Option<&str> {
        self.whole().and_then(|(_, missing)| missing.get(metric)).map(String::as_str)
    }

    /// The score of a metric of the whole record, infinities included.
    pub fn known_value(&self, metric: &str) -> Score {
        score_record::score(self.value(metric), self.why_missing(metric))
    }

    /// Whether the agent held cash all along.
    pub fn is_idle(&self) -> bool {
        self.why_missing(Metric::SharpeRatio.key()).is_some_and(|reason| reason == Missing::Idle.to_string())
    }

    fn whole(&self) -> Option<(&MetricMap, &WordMap<String>)> {
        match (&self.record, self.windows.as_slice()) {
            (Some(record), _) => Some((&record.metrics, &record.missing)),
            (None, [only]) => Some((&only.metrics, &only.missing)),
            (None, _) => None,
        }
    }
}

impl JobRecord {
    /// The score of a metric, infinities included.
    pub fn known_value(&self, metric: &str) -> Score {
        match self.metrics.get(metric).copied().flatten() {
            Some(value) => Score::of(value),
            None => score_record::score(None, self.missing.get(metric).map(String::as_str)),
        }
    }

    /// Of an agent's result in a window, with its whole replay.
    pub(super) fn new(result: &WindowResult, replay: &Replay, conventions: &MetricSpec) -> Self {
        let m = &result.metrics;
        let (metrics, missing) = metrics_of(m, conventions);
        Self {
            window: replay.window.index,
            status: replay.status.as_str().to_owned(),
            status_detail: detail(&replay.status),
            starting_balance: replay.starting_balance,
            final_equity: replay.final_equity,
            total_pnl: replay.final_equity - replay.starting_balance,
            fees: replay.fees,
            trades: m.trades,
            fills: replay.fills.len(),
            orders: replay.orders.len(),
            refused: refused(&replay.orders),
            sampling: sampling(m.sampling).to_owned(),
            periods_per_year: m.periods_per_year,
            returns: m.returns,
            profile: m.profile.as_str().to_owned(),
            drawdown: DrawdownRecord {
                peak_at: m.max_drawdown.peak_at,
                trough_at: m.max_drawdown.trough_at,
                recovered_at: m.max_drawdown.recovered_at,
            },
            metrics,
            missing,
            course: PeriodStatsRecord::new(&result.course),
            summary: Some(m.record.summary),
        }
    }
}

const fn sampling(sampling: Sampling) -> &'static str {
    match sampling {
        Sampling::Daily => "daily",
        Sampling::PerBar => "per_bar",
    }
}

fn detail(status: &ReplayStatus) -> Option<String> {
    match status {
        ReplayStatus::Completed => None,
        ReplayStatus::Disqualified { at, code } => Some(format!("{} at {at}", code.as_str())),
        ReplayStatus::Liquidated { at } => Some(format!("margin used up at {at}")),
        ReplayStatus::Forfeit { at, reason } => Some(format!("{reason} at {at}")),
    }
}

fn refused(orders: &[OrderRow]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for order in orders {
        if let EndReason::Refused(code) = order.end {
            *counts.entry(code.as_str().to_owned()).or_default() += 1;
        }
    }
    counts
}

/// The metrics of an agent by itself, in the order of files. A sweep's trials have no others.
pub(super) fn own_metrics() -> impl Iterator<Item = Metric> {
    Metric::ALL.iter().copied().filter(|metric| !metric.is_relative())
}

/// The metrics by their names in files, and why those that are null are: with the sign where the score is infinite.
pub(super) fn metrics_of(metrics: &Metrics, conventions: &MetricSpec) -> (MetricMap, WordMap<String>) {
    let on_margin = if metrics.margin.is_some() { Metric::MARGIN } else { &[] };
    let all = Metric::ALL.iter().chain(on_margin);
    let (values, mut missing) = split(all.map(|&metric| (metric.key(), value_of(metrics, metric))));
    for metric in RankingMetric::ALL {
        if let Some(reason) = missing.get_mut(metric.as_str()) {
            let (score, why) =
                (score(metrics, metric, conventions), shown(metrics, metric, conventions).err());
            if score.is_infinite() {
                *reason = score_record::reason(score, why).unwrap_or_default();
            }
        }
    }
    (values, missing)
}

/// The metrics by their keys, and why those that are null are.
fn split(measures: impl Iterator<Item = (&'static str, Measure)>) -> (MetricMap, WordMap<String>) {
    let (mut values, mut missing) = (Vec::new(), Vec::new());
    for (name, measure) in measures {
        let reason = match measure {
            Ok(value) if value.is_finite() => None,
            Ok(_) => Some("not a finite number".to_owned()),
            Err(reason) => Some(reason.to_string()),
        };
        values.push((name, measure.ok().filter(|_| reason.is_none())));
        missing.extend(reason.map(|reason| (name, reason)));
    }
    (values.into_iter().collect(), missing.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_metric_is_a_number_or_has_a_reason() {
        let tournament = fixture::tournament();
        for agent in &tournament.agents {
            for job in AgentRecord::new(agent, &MetricSpec::default()).windows {
                for (name, value) in &job.metrics {
                    assert_ne!(value.is_some(), job.missing.contains_key(name), "{name}");
                }
            }
        }
    }

    #[test]
    fn infinity_is_never_written() {
        let (values, missing) = split([("a", Ok(f64::INFINITY)), ("b", Ok(1.0))].into_iter());
        assert_eq!(values["a"], None);
        assert_eq!(missing["a"], "not a finite number");
        assert_eq!(values["b"], Some(1.0));
    }

    #[test]
    fn refusals_are_counted_by_code() {
        let tournament = fixture::tournament();
        let record = AgentRecord::new(&tournament.agents[0], &MetricSpec::default());
        assert_eq!(record.refused(), BTreeMap::from([("ORDER_TOO_LARGE", 1)]));
        assert_eq!(record.windows[0].orders, 3);
    }

    #[test]
    fn percentages_are_percent() {
        let tournament = fixture::tournament();
        let job = &AgentRecord::new(&tournament.agents[0], &MetricSpec::default()).windows[0];
        assert_eq!(job.metrics["roi_pct"], Some(1.5));
        assert_eq!(job.metrics["win_rate"], Some(100.0));
    }
}
