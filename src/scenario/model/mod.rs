//! The checked scenario: plain values, valid by construction, serialised canonically for a run's identity.

mod agent;
mod battle;
mod context;
mod expression;
mod language_model;
mod market;
mod metrics;
mod process;
mod registered;
mod risk;
mod rules;
mod signals;
mod strategy;
mod sweep;
mod tournament;
mod validation;
mod venue;
mod wasm;

pub use agent::AgentSpec;
pub use battle::{Aggregate, BattleSpec, RankingMetric, TieBreak, WindowSpec};
pub use context::{ContextRow, ContextSpec, ContextTable};
pub use expression::{Condition, Expr, PositionValue, Series};
pub use language_model::{BudgetSpec, MaskSpec, ModelSpec, USD};
pub use market::{Acceptable, ActionRule, Calendar, Delisted, GapRule, InstrumentKind, MarketSpec, WarmUp};
pub use metrics::{
    Benchmark, EquityRows, MetricSpec, MetricsProfile, MoneyColumns, ReportFormat, ReportSpec,
};
pub use process::{DecideSpec, Isolation, OnTimeout, ProcessSpec, RecordedSpec, Transport};
pub use registered::{ExistingWallet, Registered, StartingWallet, WalletChoice};
pub use risk::{MarginLimits, MarginMode, OnBreach, RiskProfile};
pub use rules::{
    AtrMultiple, EntryKind, EntryOrder, EntryTime, PartialExit, RuleDistance, RulePrice, RuleSet, ShortRules,
    TimeInForceWord,
};
pub use signals::{
    Rebalance, SignalMode, SignalOrder, SignalRows, SignalTable, SignalsSpec, Stamp, SymbolSignals,
};
pub use strategy::{Direction, Entries, StrategyKind, StrategySpec};
pub use sweep::{SearchKind, SweepSpec, SweptParameter, SweptValue, SweptValues, TrialSetup};
pub use tournament::{FormatKind, RatingSystem, TournamentFormat, TournamentSpec};
pub use validation::ValidationSpec;
pub use venue::{FillAt, Intrabar, Slippage, VenueSpec};
pub use wasm::WasmSpec;

use crate::domain::{AgentName, Seed};

/// An agent that does not take part.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LeftOut {
    /// Name of the agent.
    pub agent: AgentName,
    /// Reason on this machine; no part of any result.
    #[serde(skip)]
    pub reason: String,
}

/// As results say it.
impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is left out: its program could not be started (`optional = true`)", self.agent)
    }
}

/// All settings of a run, checked.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Scenario {
    /// The scenario's name; also the name of its folder in the output folder.
    pub name: String,
    /// Free-text description; empty if none.
    #[serde(skip)]
    pub description: String,
    /// Id of the run that this is a rematch of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rematch_of: Option<String>,
    /// Seed of all random streams.
    pub seed: Seed,
    /// Market data to replay.
    pub market: MarketSpec,
    /// How orders fill and what that costs.
    pub venue: VenueSpec,
    /// The agents, in the file's order.
    pub agents: Vec<AgentSpec>,
    /// Texts that programs are told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<ContextSpec>,
    /// Windows and ranking.
    pub battle: BattleSpec,
    /// How a winner over all windows is determined; `None` without a `[tournament]` table, and then not part
    /// of a run's identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tournament: Option<TournamentSpec>,
    /// Conventions of the statistics.
    pub metrics: MetricSpec,
    /// Swept parameters, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepSpec>,
    /// How the sweep's choice is tested out of sample, if at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<ValidationSpec>,
    /// Agents of the file that do not take part, filled in by `run`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Report formats and benchmark.
    #[serde(skip_serializing_if = "ReportSpec::changes_nothing")]
    pub report: ReportSpec,
}
