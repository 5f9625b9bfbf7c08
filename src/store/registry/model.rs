//! A registered agent as the store has it.

use serde::Serialize;

use crate::domain::{Cash, Timestamp, Wallet};
use crate::scenario::{AgentText, RegistryEntry, RiskText};

/// Whether an agent may take part in runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    /// May enter runs.
    Active,
    /// Archived: hidden, its name free for others, its history kept.
    Archived,
}

impl AgentStatus {
    /// Name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}

/// An agent in its newest version and current epoch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentRow {
    /// UUID, version 7.
    pub id: String,
    /// Name shown in reports.
    pub name: String,
    /// Whether it may take part in runs.
    pub status: AgentStatus,
    /// Its newest version, from 1.
    pub version: u32,
    /// Its current epoch, from 1: one more with every reset.
    pub epoch: u32,
    /// What it is.
    pub description: String,
    /// Labels for filtering.
    pub tags: Vec<String>,
    /// Colour in charts, as `#rrggbb`.
    pub color: Option<String>,
    /// As one would write it behind `strategy = `.
    pub strategy: String,
    /// The name of its risk profile.
    pub risk: String,
    /// The profile's limits; none for a built-in one.
    pub risk_limits: Option<String>,
    /// The first characters of its key.
    pub key_prefix: String,
    /// The agent it was cloned from.
    pub parent: Option<String>,
    /// In which version.
    pub parent_version: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When the epoch began.
    pub epoch_started_at: Timestamp,
    /// Quote currency at the epoch's start.
    pub starting_balance: Cash,
    /// What its runs with `wallet = "existing"` have left it with.
    pub wallet: Wallet<String>,
    /// The end of the last of those runs.
    pub as_of: Option<Timestamp>,
    /// The wallet's currency, once such a run has decided it.
    pub quote: Option<String>,
}

impl AgentRow {
    /// What the wallet is worth, positions at the prices the last run left them at.
    pub fn equity(&self) -> Cash {
        self.wallet.equity()
    }

    /// The agent as the scenario's reader takes it.
    pub fn entry(&self) -> RegistryEntry {
        RegistryEntry {
            id: self.id.clone(),
            name: self.name.clone(),
            version: self.version,
            description: self.description.clone(),
            tags: self.tags.clone(),
            strategy: self.strategy.clone(),
            risk: self.risk_text(),
            epoch: self.epoch,
            starting_balance: self.starting_balance,
            wallet: self.wallet.clone(),
            as_of: self.as_of,
            quote: self.quote.clone(),
        }
    }

    /// The agent as a file of agents has it.
    pub fn text(&self) -> AgentText {
        AgentText {
            name: self.name.clone(),
            description: self.description.clone(),
            tags: self.tags.clone(),
            color: self.color.clone(),
            starting_balance: self.starting_balance,
            strategy: self.strategy.clone(),
            risk: self.risk_text(),
        }
    }

    fn risk_text(&self) -> RiskText {
        RiskText { name: self.risk.clone(), limits: self.risk_limits.clone() }
    }
}

/// One version of an agent. Never changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VersionRow {
    /// Its number, from 1.
    pub version: u32,
    /// The agent's name in it.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Labels for filtering.
    pub tags: Vec<String>,
    /// How it is drawn.
    pub color: Option<String>,
    /// As one would write it behind `strategy = `.
    pub strategy: String,
    /// The name of its risk profile.
    pub risk: String,
    /// The profile's limits; none for a built-in one.
    pub risk_limits: Option<String>,
    /// What is new in it: `created`, or the names of what changed.
    pub changed: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// In how many runs it has taken part, all epochs together.
    pub runs: u32,
}
