//! One agent of a scenario.

use serde::Serialize;

use super::{Registered, RiskProfile, StrategySpec};
use crate::domain::{AgentName, Cash};

/// One `[[agents]]` table, with its risk profile resolved.
#[derive(Debug, Clone, Serialize)]
pub struct AgentSpec {
    /// Unique in the scenario.
    pub name: AgentName,
    /// Free-text description; empty if none.
    #[serde(skip)]
    pub description: String,
    /// Labels for grouping.
    #[serde(skip)]
    pub tags: Vec<String>,
    /// Quote currency at each window's start (default 10000); for a registered agent that continues with its
    /// existing wallet, the quote currency of that wallet.
    pub starting_balance: Cash,
    /// Limits on its orders.
    pub risk: RiskProfile,
    /// Strategy and parameters.
    pub strategy: StrategySpec,
    /// Its registration, if it comes from the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered: Option<Registered>,
    /// The agent of the scenario that this one repeats, where `[battle] repeats` has it play every window several times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat_of: Option<AgentName>,
    /// Which `[[agents]]` table of the scenario it is from, from 0.
    #[serde(skip)]
    pub table: usize,
}

impl AgentSpec {
    /// `.2` for the second repeat of an agent, nothing for one that is not repeated.
    pub fn number(&self) -> &str {
        let of = self.repeat_of.as_ref().map(AgentName::as_str);
        of.and_then(|of| self.name.as_str().strip_prefix(of)).unwrap_or_default()
    }
}
