//! The parser's interface to the registry of agents: values only, no store.

use std::collections::BTreeMap;

use crate::domain::{Cash, Timestamp, Wallet};

/// One version of a registered agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryEntry {
    /// Id of the registered agent.
    pub id: String,
    /// Name shown in reports.
    pub name: String,
    /// This version's number.
    pub version: u32,
    /// Free-text description; empty if none.
    pub description: String,
    /// Labels for grouping.
    pub tags: Vec<String>,
    /// Its strategy as written after `strategy = `.
    pub strategy: String,
    /// Its risk profile.
    pub risk: RiskText,
    /// Its current epoch.
    pub epoch: u32,
    /// Quote currency at the epoch's start.
    pub starting_balance: Cash,
    /// Wallet at the end of its last run with `wallet = "existing"`; the starting balance before the first.
    pub wallet: Wallet<String>,
    /// End of that run.
    pub as_of: Option<Timestamp>,
    /// The wallet's currency, fixed by the first run.
    pub quote: Option<String>,
}

/// A risk profile as text: a built-in one by name, any other with its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskText {
    /// Name shown in reports.
    pub name: String,
    /// Its limits as written after `[risk] NAME = `; `None` for a built-in profile.
    pub limits: Option<String>,
}

impl RiskText {
    /// A built-in profile.
    pub fn built_in(name: &str) -> Self {
        Self { name: name.to_owned(), limits: None }
    }
}

/// Why a registered agent is not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unregistered {
    /// No active agent has this name.
    Unknown {
        /// The existing names.
        known: Vec<String>,
    },
    /// The agent has no such version.
    NoVersion {
        /// The latest version.
        latest: u32,
    },
    /// The registry cannot be read.
    Unreadable {
        /// The reason, in a sentence.
        reason: String,
    },
}

/// Looks up registered agents by name and optional version.
pub trait Registry {
    /// The agent of this name, in the given or the latest version.
    ///
    /// # Errors
    /// [`Unregistered`].
    fn find(&self, name: &str, version: Option<u32>) -> Result<RegistryEntry, Unregistered>;
}

/// An empty registry.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRegistry;

impl Registry for NoRegistry {
    fn find(&self, _: &str, _: Option<u32>) -> Result<RegistryEntry, Unregistered> {
        Err(Unregistered::Unknown { known: Vec::new() })
    }
}

/// A registry in memory, by name; one version per agent.
impl Registry for BTreeMap<String, RegistryEntry> {
    fn find(&self, name: &str, version: Option<u32>) -> Result<RegistryEntry, Unregistered> {
        let Some(entry) = self.get(name) else {
            return Err(Unregistered::Unknown { known: self.keys().cloned().collect() });
        };
        match version {
            Some(version) if version != entry.version => {
                Err(Unregistered::NoVersion { latest: entry.version })
            }
            _ => Ok(entry.clone()),
        }
    }
}
