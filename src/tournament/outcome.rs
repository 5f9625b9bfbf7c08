//! The result of a whole scenario.

use super::regime::Regime;
use crate::domain::{AgentName, Cash, Timestamp};
use crate::engine::{Replay, Window};
use crate::metrics::{Course, Metrics};
use crate::scenario::RankingMetric;

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
}

/// A window on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowSpan {
    /// Its ticks.
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
    /// Who.
    pub name: AgentName,
    /// One entry a window, in order.
    pub windows: Vec<WindowResult>,
}

/// One agent in one window.
#[derive(Debug)]
pub struct WindowResult {
    /// What it did.
    pub replay: Replay,
    /// How well.
    pub metrics: Metrics,
    /// How it went over time.
    pub course: Course,
}

/// One window's ranking, best first.
#[derive(Debug, Clone)]
pub struct Battle {
    /// The window's number.
    pub window: u32,
    /// Best first.
    pub ranks: Vec<BattleRank>,
}

/// One agent's place in a battle.
#[derive(Debug, Clone)]
pub struct BattleRank {
    /// From 1; equal only if the tie-break before the name leaves a tie (then shared, next place skipped).
    pub rank: u32,
    /// Index of the agent in the scenario.
    pub agent: usize,
    /// The ranking metric; `None` ranks last.
    pub score: Option<f64>,
}

/// The ranking over all windows, best first.
#[derive(Debug, Clone)]
pub struct Leaderboard {
    /// By what.
    pub ranking_metric: RankingMetric,
    /// Best first.
    pub rankings: Vec<Ranking>,
}

/// One row of the leaderboard. With several windows every number is the mean over the windows that have
/// it, except `trades` and `fees`, which are sums, and `score` (see the ranking rule in `ranking.rs`).
#[derive(Debug, Clone)]
pub struct Ranking {
    /// From 1.
    pub rank: u32,
    /// Index of the agent in the scenario.
    pub agent: usize,
    /// Who.
    pub name: AgentName,
    /// By which it is ranked; `None` where no window has one.
    pub score: Option<f64>,
    /// Windows that have a score.
    pub scored_windows: usize,
    /// Mean final equity, half up at eight places.
    pub final_equity: Cash,
    /// Percent.
    pub roi_pct: Option<f64>,
    /// Mean profit or loss, half up at eight places.
    pub total_pnl: Cash,
    /// Annualised.
    pub sharpe_ratio: Option<f64>,
    /// Annualised.
    pub sortino_ratio: Option<f64>,
    /// CAGR over drawdown.
    pub calmar_ratio: Option<f64>,
    /// Percent, at most 0; over several windows the WORST of them.
    pub max_drawdown_pct: Option<f64>,
    /// Percent.
    pub win_rate: Option<f64>,
    /// Gains over losses.
    pub profit_factor: Option<f64>,
    /// Jensen's, against the benchmark.
    pub alpha: Option<f64>,
    /// Against the benchmark.
    pub beta: Option<f64>,
    /// Against the benchmark.
    pub information_ratio: Option<f64>,
    /// Closed round trips in all windows.
    pub trades: usize,
    /// Fees in all windows.
    pub fees: Cash,
    /// `completed`, or `disqualified` / `forfeit` if that happened in any window.
    pub status: &'static str,
}
