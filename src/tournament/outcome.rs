//! The result of a whole scenario.

use std::borrow::Cow;

use super::packed::Packed;
use super::regime::Regime;
use super::repeats::Spread;
use crate::domain::{AgentName, Timestamp};
use crate::engine::{Replay, Window};
use crate::market::Market;
use crate::metrics::{Measure, Metrics, Missing, PeriodStats, Sampled, Score, SeriesMetrics};
use crate::scenario::{Aggregate, Benchmark, MetricSpec, RankingMetric};

/// All agents over all windows, with the rankings.
#[derive(Debug)]
pub struct Tournament {
    /// The windows, in order of their number.
    pub windows: Vec<WindowSpan>,
    /// One entry an agent, in the scenario's order.
    pub agents: Vec<AgentResult>,
    /// One ranking a window.
    pub battles: Vec<Battle>,
    /// The ranking over all windows.
    pub leaderboard: Leaderboard,
    /// The record of a symbol that is the scenario's benchmark.
    pub benchmark: Option<BenchmarkResult>,
}

/// A symbol that the agents are measured against: bought at each window's start and held to its end, without costs.
#[derive(Debug, Clone)]
pub struct BenchmarkResult {
    /// A symbol of the scenario, or one that nobody trades.
    pub symbol: Benchmark,
    /// Growth over all windows chained, as a fraction.
    pub total_return: Measure,
    /// The metrics of these returns, as those of an agent's record.
    pub metrics: SeriesMetrics,
}

/// A window on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSpan {
    /// Ticks of the window.
    pub window: Window,
    /// Open time of the first bar.
    pub start: Timestamp,
    /// Close time of the last bar.
    pub end: Timestamp,
    /// What the market was like before it, where the windows were drawn by that.
    pub regime: Option<Regime>,
}

/// One agent's results.
#[derive(Debug)]
pub struct AgentResult {
    /// Name of the agent.
    pub name: AgentName,
    /// The agent that it is a repeat of, where that plays every window several times.
    pub repeat_of: Option<AgentName>,
    /// One entry a window, in order of time.
    pub windows: Vec<WindowResult>,
    /// How well it did over all of them, one after the other; that of the window where there is one.
    pub record: Metrics,
}

/// One agent in one window.
#[derive(Debug)]
pub struct WindowResult {
    /// What it did.
    pub replay: Replay,
    /// Metrics of the window.
    pub metrics: Metrics,
    /// Statistics by month, rolling metrics and drawdowns.
    pub course: PeriodStats,
    /// The replay with all logs as bytes, where `replay` has none: [`WindowResult::whole`] reads them.
    pub(crate) packed: Option<Packed>,
}

impl WindowResult {
    /// Frees the room to spare of lists that grew by doubling: up to half of it.
    pub(super) fn shrink(&mut self) {
        self.replay.holdings.shrink_to_fit();
        self.replay.orders.shrink_to_fit();
        self.replay.fills.shrink_to_fit();
        self.replay.round_trips.shrink_to_fit();
    }

    /// Keeps the logs as bytes, without the number for each tick.
    pub(super) fn pack(&mut self, market: &Market, sampled: &Sampled) {
        self.replay.equity = Vec::new();
        let packed = Packed::new(&self.replay, market, sampled);
        self.free_logs();
        self.packed = Some(packed);
    }

    /// The replay with its logs, as long as they have not been freed.
    pub fn whole(&self) -> Cow<'_, Replay> {
        match &self.packed {
            Some(packed) => Cow::Owned(packed.whole()),
            None => Cow::Borrowed(&self.replay),
        }
    }

    /// Frees all that a run's folder has, once nothing reads it here any more: logs, and how it went over time.
    pub fn free_stored(&mut self) {
        self.free_logs();
        self.course = PeriodStats::default();
    }

    /// Frees orders, fills, round trips and holdings.
    pub fn free_logs(&mut self) {
        let replay = &mut self.replay;
        (replay.holdings, replay.orders, replay.fills) = (Vec::new(), Vec::new(), Vec::new());
        (replay.postings, replay.round_trips) = (Vec::new(), Vec::new());
        self.packed = None;
    }
}

/// One window's ranking, best first.
#[derive(Debug, Clone)]
pub struct Battle {
    /// The window's number.
    pub window: u32,
    /// Rows, best first.
    pub ranks: Vec<BattleRank>,
}

/// One agent's rank in a battle.
#[derive(Debug, Clone)]
pub struct BattleRank {
    /// From 1; equal only if the tie-break before the name leaves a tie (then shared, the next rank is skipped).
    pub rank: u32,
    /// Index of the agent in the scenario.
    pub agent: usize,
    /// By the ranking metric.
    pub score: Score,
    /// Why that is no number that can be shown.
    pub missing: Option<Missing>,
}

/// The ranking over all windows, best first.
#[derive(Debug, Clone)]
pub struct Leaderboard {
    /// Metric agents are ranked by.
    pub ranking_metric: RankingMetric,
    /// Conventions of the metrics.
    pub conventions: MetricSpec,
    /// How windows become one score.
    pub aggregate: Aggregate,
    /// Agents with fewer closed round trips are not ranked.
    pub min_trades: u32,
    /// Best first; those that are not ranked last. Repeats of an agent share its rank.
    pub rankings: Vec<Ranking>,
    /// How far the repeats of each agent lie apart that plays every window several times.
    pub repeats: Vec<Spread>,
}

/// One row of the leaderboard.
#[derive(Debug, Clone)]
pub struct Ranking {
    /// From 1; `None` for an agent with too few trades to be ranked.
    pub rank: Option<u32>,
    /// Index of the agent in the scenario.
    pub agent: usize,
    /// Name of the agent.
    pub name: AgentName,
    /// By which it is ranked.
    pub score: Score,
    /// Why the score is no number that can be shown.
    pub score_missing: Option<Missing>,
    /// Windows that have a score.
    pub scored_windows: usize,
    /// What it did over all windows, one after the other.
    pub record: Metrics,
    /// `completed`, or `disqualified` / `forfeit` if that happened in any window.
    pub status: &'static str,
}
