//! Agents as clients see them.

use schemars::JsonSchema;
use serde::Serialize;

use super::bodies::{RiskConfig, StrategyBody};
use super::strategy::{risk_config, to_json};
use crate::store::registry::AgentRow;

/// An agent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AgentView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// `active` or `archived`.
    pub status: String,
    /// Its newest version, from 1: one more with every change.
    pub version: u32,
    /// Its epoch, from 1: one more with every reset.
    pub epoch: u32,
    /// Quote currency at the start of the epoch, a decimal.
    pub starting_balance: String,
    /// Its limits; `null` for a limit that is off.
    pub risk_config: RiskConfig,
    /// How it decides.
    pub strategy: StrategyBody,
    /// Labels.
    pub tags: Vec<String>,
    /// The agent that it was cloned from.
    pub parent: Option<String>,
    /// The first characters of its key.
    pub key_prefix: String,
    /// When it was made.
    pub created_at: String,
    /// Its key: in the answer that makes it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key: Option<String>,
}

impl AgentView {
    /// An agent without its key.
    pub fn of(agent: &AgentRow) -> Self {
        Self {
            id: agent.id.clone(),
            name: agent.name.clone(),
            description: agent.description.clone(),
            status: agent.status.as_str().to_owned(),
            version: agent.version,
            epoch: agent.epoch,
            starting_balance: agent.starting_balance.to_string(),
            risk_config: risk_config(&agent.risk, agent.risk_limits.as_deref()),
            strategy: StrategyBody(to_json(&agent.strategy)),
            tags: agent.tags.clone(),
            parent: agent.parent.clone(),
            key_prefix: agent.key_prefix.clone(),
            created_at: agent.created_at.to_string(),
            api_key: None,
        }
    }
}

/// Agents, a page of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AgentPage {
    /// In the order in which they were made.
    pub items: Vec<AgentView>,
    /// For the next page; `null` at the end.
    pub next_cursor: Option<String>,
}

/// How an agent stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StandingView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `active` or `archived`.
    pub status: String,
    /// Worth of its wallet, a decimal.
    pub equity: String,
    /// Profit or loss of all runs of its epoch, a decimal.
    pub total_pnl: String,
    /// Number of runs in its epoch.
    pub runs: usize,
    /// Number of closed round trips in its epoch.
    pub trades: usize,
}

/// How agents stand, a page of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OverviewPage {
    /// In the order in which they were made.
    pub items: Vec<StandingView>,
    /// For the next page; `null` at the end.
    pub next_cursor: Option<String>,
}
