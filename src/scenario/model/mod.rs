//! The checked scenario: plain values, valid by construction, serialised canonically for a run's identity.

mod agent;
mod battle;
mod market;
mod metrics;
mod registered;
mod risk;
mod rules;
mod strategy;
mod sweep;
mod tournament;
mod validation;
mod venue;

pub use agent::AgentSpec;
pub use battle::{Aggregate, BattleSpec, RankingMetric, TieBreak, WindowSpec};
pub use market::{Acceptable, Calendar, Delisted, GapRule, MarketSpec, WarmUp};
pub use metrics::{Benchmark, MetricSpec, MetricsProfile, ReportFormat, ReportSpec};
pub use registered::{ExistingWallet, Registered, StartingWallet, WalletChoice};
pub use risk::{OnBreach, RiskProfile};
pub use rules::{BinaryOp, Condition, Expr, Function, RuleSet, Series};
pub use strategy::{StrategyKind, StrategySpec};
pub use sweep::{SearchKind, SweepSpec, SweptParameter, SweptValue, SweptValues, TrialSetup};
pub use tournament::{FormatKind, RatingSystem, TournamentFormat, TournamentSpec};
pub use validation::ValidationSpec;
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
    /// Random seed.
    pub seed: Seed,
    /// Which bars.
    pub market: MarketSpec,
    /// How orders fill and what that costs.
    pub venue: VenueSpec,
    /// Who takes part, in the file's order.
    pub agents: Vec<AgentSpec>,
    /// Over which windows and by what they are ranked.
    pub battle: BattleSpec,
    /// How a winner is found over all windows; nothing where nobody asks. Not part of the identity of a run
    /// without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tournament: Option<TournamentSpec>,
    /// Conventions of the statistics.
    pub metrics: MetricSpec,
    /// Which parameters are swept, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<SweepSpec>,
    /// How the sweep is tried on windows it was not chosen by, if at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<ValidationSpec>,
    /// What is written, and against what agents are measured.
    #[serde(skip_serializing_if = "ReportSpec::changes_nothing")]
    pub report: ReportSpec,
}
