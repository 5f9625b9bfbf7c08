//! Windows and ranking.

use serde::Serialize;

use crate::domain::Span;

/// The `[battle]` table.
#[derive(Debug, Clone, Serialize)]
pub struct BattleSpec {
    /// What ranks the agents (default `roi_pct`).
    pub ranking_metric: RankingMetric,
    /// Over which windows.
    pub windows: WindowSpec,
    /// The least time between the end of one window and the start of the next (default none).
    #[serde(skip_serializing_if = "Span::is_zero")]
    pub embargo: Span,
    /// Tie-breaks between equal scores, in this order; the name is always last.
    pub tie_break: Vec<TieBreak>,
    /// How the windows' results become one score (default the whole record).
    #[serde(skip_serializing_if = "Aggregate::is_record")]
    pub aggregate: Aggregate,
    /// Agents with fewer closed round trips over all windows are not ranked (default 0: all are).
    #[serde(skip_serializing_if = "is_zero")]
    pub min_trades: u32,
}

/// How several windows are combined to one score.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The metric of the whole record: all windows one after the other.
    #[default]
    Record,
    /// The mean of the windows' scores.
    Mean,
    /// Their median.
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

/// Which parts of the scenario's range are battles of their own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WindowSpec {
    /// One window: the whole range.
    Whole,
    /// One after the other from the range's start.
    Sequential {
        /// Of each.
        length: Span,
        /// How many; as many as fit where not given.
        count: Option<u32>,
    },
    /// Each starts a step after the one before.
    Rolling {
        /// Of each.
        length: Span,
        /// Between starts.
        step: Span,
        /// How many; as many as fit where not given.
        count: Option<u32>,
    },
    /// At starts drawn with the scenario's seed, aligned to the day (to the bar for windows under a day).
    Random {
        /// Of each.
        length: Span,
        /// How many.
        count: u32,
    },
    /// As random, but spread as evenly as the range allows over the regimes that the market was in before
    /// each window.
    Stratified {
        /// Of each.
        length: Span,
        /// How many.
        count: u32,
        /// How long before a window its regime is measured.
        lookback: Span,
    },
}

/// A metric that agents can be ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RankingMetric {
    /// Return on the starting balance, percent.
    RoiPct,
    /// End minus start, quote currency.
    TotalPnl,
    /// Annualised.
    SharpeRatio,
    /// Annualised.
    SortinoRatio,
    /// CAGR over the largest drawdown.
    CalmarRatio,
    /// Percent, at most 0; nearer to 0 ranks higher.
    MaxDrawdownPct,
    /// Winning round trips of all, percent.
    WinRate,
    /// Gains over losses of round trips.
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

    /// As written in scenarios and results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoiPct => "roi_pct",
            Self::TotalPnl => "total_pnl",
            Self::SharpeRatio => "sharpe_ratio",
            Self::SortinoRatio => "sortino_ratio",
            Self::CalmarRatio => "calmar_ratio",
            Self::MaxDrawdownPct => "max_drawdown_pct",
            Self::WinRate => "win_rate",
            Self::ProfitFactor => "profit_factor",
        }
    }
}

/// One rung of the tie-break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TieBreak {
    /// By another metric, better first.
    Metric(RankingMetric),
    /// By name, A first.
    Name,
}
