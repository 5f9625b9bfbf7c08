//! Reads an agent's history back: its runs with their windows, and the orders, fills and round trips in them.

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use super::open::{amount, count, instant, list};
use super::rows::HistoryRow;
use super::{HistoryFill, HistoryOrder, HistoryTrip, Placed, Registry};
use crate::domain::{Cash, Timestamp};
use crate::metrics::Summary;
use crate::scenario::{MetricSpec, MetricsProfile};
use crate::store::StoreError;

/// Which part of a history is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HistoryFilter {
    /// Of this epoch; of all where not given.
    pub epoch: Option<u32>,
    /// Of this version; of all where not given.
    pub version: Option<u32>,
}

/// One run of an agent.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryRun {
    /// The run's id.
    pub run_id: String,
    /// The scenario's name.
    pub scenario: String,
    /// The agent's name in it.
    pub entrant: String,
    /// The agent's version.
    pub version: u32,
    /// The agent's epoch.
    pub epoch: u32,
    /// `fresh` or `existing`.
    pub wallet: String,
    /// What the scenario said otherwise than the registry.
    pub overrides: Vec<String>,
    /// Open of the first bar.
    pub start: Timestamp,
    /// Close of the last bar.
    pub end: Timestamp,
    /// By what it was ranked.
    pub ranking_metric: String,
    /// Rank in the window, from 1.
    pub rank: u32,
    /// Among how many.
    pub entrants: u32,
    /// By which it was ranked.
    pub score: Option<f64>,
    /// When the run was completed.
    pub recorded_at: Timestamp,
    /// Windows the agent was replayed in.
    pub windows: Vec<HistoryWindow>,
}

/// One window of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryWindow {
    /// Its number, from 0.
    pub window: u32,
    /// Open of its first bar.
    pub start: Timestamp,
    /// Close of its last bar.
    pub end: Timestamp,
    /// `completed`, `disqualified` or `forfeit`.
    pub status: String,
    /// Equity at its start.
    pub starting_balance: Cash,
    /// Equity at its end.
    pub final_equity: Cash,
    /// Fees paid in quote currency.
    pub fees: Cash,
    /// Closed round trips.
    pub trades: usize,
    /// Percent, at most 0.
    pub max_drawdown_pct: f64,
    /// How returns are sampled: `daily` or `per_bar`.
    pub sampling: String,
    /// Return periods in a year.
    pub periods_per_year: f64,
    /// The sampled returns.
    #[serde(skip)]
    pub returns: Vec<f64>,
    /// What it leaves for the record of several windows; `None` for windows of older versions.
    #[serde(skip)]
    pub summary: Option<WindowSummary>,
}

/// A window's summary with the conventions it was made by.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowSummary {
    /// Summary of the window.
    pub summary: Summary,
    /// Per year, as a fraction.
    pub risk_free_rate: f64,
    /// Per year, as a fraction.
    pub minimum_acceptable_return: f64,
    /// The index of the metrics' profile.
    pub profile: usize,
}

impl WindowSummary {
    /// Of a window measured by these conventions.
    pub fn new(summary: Summary, conventions: &MetricSpec) -> Self {
        Self {
            summary,
            risk_free_rate: conventions.risk_free_rate,
            minimum_acceptable_return: conventions.minimum_acceptable_return,
            profile: MetricsProfile::ALL.iter().position(|one| *one == conventions.profile).unwrap_or(0),
        }
    }

    /// Metric conventions of the run.
    pub fn conventions(&self) -> MetricSpec {
        MetricSpec {
            risk_free_rate: self.risk_free_rate,
            minimum_acceptable_return: self.minimum_acceptable_return,
            periods_per_year: None,
            profile: MetricsProfile::ALL.get(self.profile).copied().unwrap_or_default(),
        }
    }
}

/// The rows of one agent's parts; `?2` and `?3` are epoch and version, null for any.
const MEANT: &str = "r.agent = ?1 AND (?2 IS NULL OR r.epoch = ?2) AND (?3 IS NULL OR r.version = ?3)";
/// In the order of time.
const ORDER: &str = "r.epoch, r.recorded_at, r.id";

impl Registry {
    /// An agent's runs, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn history(&self, agent: &str, filter: HistoryFilter) -> Result<Vec<HistoryRun>, StoreError> {
        let sql = format!(
            "SELECT r.id, run_id, scenario, entrant, version, epoch, wallet, overrides, range_start,
                 range_end, ranking_metric, rank, entrants, score, recorded_at
             FROM registry_runs r WHERE {MEANT} ORDER BY {ORDER}"
        );
        let read = || -> rusqlite::Result<Vec<HistoryRun>> {
            let mut statement = self.0.db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![agent, filter.epoch, filter.version], run)?;
            let mut runs = Vec::new();
            for row in rows {
                let (id, mut run) = row?;
                run.windows = self.windows(id)?;
                runs.push(run);
            }
            Ok(runs)
        };
        read().map_err(StoreError::index(&self.0.path))
    }

    fn windows(&self, part: i64) -> rusqlite::Result<Vec<HistoryWindow>> {
        let mut statement = self.0.db.prepare_cached(
            "SELECT window, window_start, window_end, status, starting_balance, final_equity, fees, trades,
                 max_drawdown_pct, sampling, periods_per_year, returns, summary
             FROM registry_windows WHERE part = ?1 ORDER BY window",
        )?;
        let rows = statement.query_map([part], window)?;
        rows.collect()
    }

    /// An agent's orders, in the order of its runs and in them of placing.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn orders(
        &self,
        agent: &str,
        filter: HistoryFilter,
    ) -> Result<Vec<Placed<HistoryOrder>>, StoreError> {
        self.rows(agent, filter)
    }

    /// An agent's fills, in the order of its runs and in them of time.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn fills(&self, agent: &str, filter: HistoryFilter) -> Result<Vec<Placed<HistoryFill>>, StoreError> {
        self.rows(agent, filter)
    }

    /// An agent's round trips, in the order of its runs and in them of closing.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn trips(&self, agent: &str, filter: HistoryFilter) -> Result<Vec<Placed<HistoryTrip>>, StoreError> {
        self.rows(agent, filter)
    }

    /// Rows of one table with where they belong.
    fn rows<R: HistoryRow>(&self, agent: &str, filter: HistoryFilter) -> Result<Vec<Placed<R>>, StoreError> {
        let (table, order) = (R::TABLE, R::ORDER);
        let columns: Vec<String> = R::COLUMNS.iter().map(|name| format!("t.{name}")).collect();
        let sql = format!(
            "SELECT r.run_id, r.version, r.epoch, t.window, {}
             FROM {table} t JOIN registry_runs r ON r.id = t.part
             WHERE {MEANT} ORDER BY {ORDER}, t.window, t.{order}",
            columns.join(", ")
        );
        let placed = |row: &Row<'_>| {
            Ok(Placed {
                run_id: row.get(0)?,
                version: row.get(1)?,
                epoch: row.get(2)?,
                window: row.get(3)?,
                row: R::read(row, 4)?,
            })
        };
        let rows = || -> rusqlite::Result<Vec<Placed<R>>> {
            let mut statement = self.0.db.prepare_cached(&sql)?;
            let rows = statement.query_map(params![agent, filter.epoch, filter.version], placed)?;
            rows.collect()
        };
        rows().map_err(StoreError::index(&self.0.path))
    }
}

fn run(row: &Row<'_>) -> rusqlite::Result<(i64, HistoryRun)> {
    let run = HistoryRun {
        run_id: row.get(1)?,
        scenario: row.get(2)?,
        entrant: row.get(3)?,
        version: row.get(4)?,
        epoch: row.get(5)?,
        wallet: row.get(6)?,
        overrides: list(row, 7)?,
        start: instant(row, 8)?,
        end: instant(row, 9)?,
        ranking_metric: row.get(10)?,
        rank: row.get(11)?,
        entrants: row.get(12)?,
        score: row.get(13)?,
        recorded_at: instant(row, 14)?,
        windows: Vec::new(),
    };
    Ok((row.get(0)?, run))
}

fn window(row: &Row<'_>) -> rusqlite::Result<HistoryWindow> {
    let bytes: Vec<u8> = row.get(11)?;
    let summary: Option<String> = row.get(12)?;
    let returns = bytes.as_chunks::<8>().0.iter().map(|bytes| f64::from_le_bytes(*bytes));
    Ok(HistoryWindow {
        window: row.get(0)?,
        start: instant(row, 1)?,
        end: instant(row, 2)?,
        status: row.get(3)?,
        starting_balance: amount(row, 4)?,
        final_equity: amount(row, 5)?,
        fees: amount(row, 6)?,
        trades: count(row, 7)?,
        max_drawdown_pct: row.get(8)?,
        sampling: row.get(9)?,
        periods_per_year: row.get(10)?,
        returns: returns.collect(),
        summary: summary.and_then(|text| serde_json::from_str(&text).ok()),
    })
}
