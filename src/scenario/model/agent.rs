//! One agent of a scenario.

use serde::Serialize;

use super::{Registered, RiskProfile, StrategySpec};
use crate::domain::{AgentName, Cash};

/// One `[[agents]]` table, with its risk profile looked up.
#[derive(Debug, Clone, Serialize)]
pub struct AgentSpec {
    /// Unique in the scenario.
    pub name: AgentName,
    /// What it is.
    #[serde(skip)]
    pub description: String,
    /// Labels for grouping.
    #[serde(skip)]
    pub tags: Vec<String>,
    /// Quote currency in its wallet at each window's start (default 10000); for a registered agent that goes
    /// on with its existing wallet the quote currency in that.
    pub starting_balance: Cash,
    /// The limits that hold on its orders.
    pub risk: RiskProfile,
    /// How it decides.
    pub strategy: StrategySpec,
    /// Where it comes from, when that is the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered: Option<Registered>,
}
