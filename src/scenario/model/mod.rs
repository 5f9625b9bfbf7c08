//! The checked scenario: plain values, valid by construction, serialised canonically for a run's identity.

mod agent;
mod battle;
mod market;
mod registered;
mod risk;
mod rules;
mod strategy;
mod venue;

pub use agent::AgentSpec;
pub use battle::{BattleSpec, MetricSpec, RankingMetric, ReportFormat, ReportSpec, TieBreak, WindowSpec};
pub use market::{Delisted, GapRule, MarketSpec, WarmUp};
pub use registered::{ExistingWallet, Registered, StartingWallet, WalletChoice};
pub use risk::{OnBreach, RiskProfile};
pub use rules::{BinaryOp, Condition, Expr, Function, RuleSet, Series};
pub use strategy::{StrategyKind, StrategySpec};
pub use venue::{FillAt, Intrabar, Slippage, VenueSpec};

use crate::domain::Seed;

/// Everything that a run needs to know, checked.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Scenario {
    /// Its name; also the name of its folder under the output folder.
    pub name: String,
    /// What it is for.
    #[serde(skip)]
    pub description: String,
    /// The run that it is a rematch of, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rematch_of: Option<String>,
    /// Where all randomness comes from.
    pub seed: Seed,
    /// Which bars.
    pub market: MarketSpec,
    /// How orders fill and what that costs.
    pub venue: VenueSpec,
    /// Who takes part, in the file's order.
    pub agents: Vec<AgentSpec>,
    /// Over which windows and by what they are ranked.
    pub battle: BattleSpec,
    /// Conventions of the statistics.
    pub metrics: MetricSpec,
    /// What is written. Not part of a run's identity.
    #[serde(skip)]
    pub report: ReportSpec,
}
