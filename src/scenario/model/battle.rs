//! Windows and ranking.

use serde::Serialize;

use crate::domain::{Metric, Span};

/// The `[battle]` table.
#[derive(Debug, Clone, Serialize)]
pub struct BattleSpec {
    /// Metric that ranks the agents (default `roi_pct`).
    pub ranking_metric: RankingMetric,
    /// Windows of the battle.
    pub windows: WindowSpec,
    /// Minimum time between the end of one window and the start of the next (default none).
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub embargo: Span,
    /// Tie-breaks for equal scores, in this order; the last one is always the name.
    pub tie_break: Vec<TieBreak>,
    /// How the windows' results are aggregated to one score (default: the whole record).
    #[serde(skip_serializing_if = "Aggregate::is_record")]
    pub aggregate: Aggregate,
    /// Minimum number of closed round trips over all windows; agents with fewer are not ranked (default 0).
    #[serde(skip_serializing_if = "is_zero")]
    pub min_trades: u32,
    /// How often each agent that is a program or a module plays every window (default 1).
    #[serde(skip_serializing_if = "is_one")]
    pub repeats: u32,
}

/// How the results of several windows are aggregated to one score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The metric over the whole record: all windows concatenated.
    #[default]
    Record,
    /// The mean of the windows' scores.
    Mean,
    /// The median of the windows' scores.
    Median,
}

impl Aggregate {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Record, Self::Mean, Self::Median];

    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Mean => "mean",
            Self::Median => "median",
        }
    }

    fn is_record(&self) -> bool {
        *self == Self::Record
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references")]
fn is_one(value: &u32) -> bool {
    *value == 1
}

/// How the scenario's range is divided into windows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WindowSpec {
    /// One window: the whole range.
    Whole,
    /// Consecutive windows from the range's start.
    Sequential {
        /// Length of each window.
        length: Span,
        /// Number of windows; as many as fit where `None`.
        count: Option<u32>,
    },
    /// Each window starts one step after the previous one.
    Rolling {
        /// Length of each window.
        length: Span,
        /// Time between window starts.
        step: Span,
        /// Number of windows; as many as fit where `None`.
        count: Option<u32>,
    },
    /// Starts drawn from the scenario's seed, aligned to days (to bars for windows shorter than a day).
    Random {
        /// Length of each window.
        length: Span,
        /// Number of windows.
        count: u32,
    },
    /// As random, but distributed as evenly as the range allows over the market regimes that precede the
    /// windows.
    Stratified {
        /// Length of each window.
        length: Span,
        /// Number of windows.
        count: u32,
        /// Length of the period before a window over which its regime is measured.
        lookback: Span,
    },
}

/// A metric that agents can be ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RankingMetric {
    /// Return on the starting balance, percent.
    RoiPct,
    /// End equity minus starting balance, quote currency.
    TotalPnl,
    /// Annualised Sharpe ratio.
    SharpeRatio,
    /// Annualised Sortino ratio.
    SortinoRatio,
    /// CAGR divided by the maximum drawdown.
    CalmarRatio,
    /// Percent, at most 0; closer to 0 ranks higher.
    MaxDrawdownPct,
    /// Winning round trips as a percentage of all.
    WinRate,
    /// Gross profit divided by gross loss of round trips.
    ProfitFactor,
}

impl RankingMetric {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 8] = [
        Self::RoiPct,
        Self::TotalPnl,
        Self::SharpeRatio,
        Self::SortinoRatio,
        Self::CalmarRatio,
        Self::MaxDrawdownPct,
        Self::WinRate,
        Self::ProfitFactor,
    ];

    /// Its row of the catalogue.
    pub const fn metric(self) -> Metric {
        match self {
            Self::RoiPct => Metric::RoiPct,
            Self::TotalPnl => Metric::TotalPnl,
            Self::SharpeRatio => Metric::SharpeRatio,
            Self::SortinoRatio => Metric::SortinoRatio,
            Self::CalmarRatio => Metric::CalmarRatio,
            Self::MaxDrawdownPct => Metric::MaxDrawdownPct,
            Self::WinRate => Metric::WinRate,
            Self::ProfitFactor => Metric::ProfitFactor,
        }
    }

    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        self.metric().key()
    }

    /// The ranking metric of this key.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == key)
    }
}

/// One tie-break rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// By another metric, better values first.
    Metric(RankingMetric),
    /// By name, ascending.
    Name,
}
