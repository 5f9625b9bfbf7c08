//! One agent of a scenario.

use serde::Serialize;

use super::{RiskProfile, StrategySpec};
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
    /// Quote currency in its wallet at each window's start (default 10000).
    pub starting_balance: Cash,
    /// The limits that hold on its orders.
    pub risk: RiskProfile,
    /// How it decides.
    pub strategy: StrategySpec,
}
