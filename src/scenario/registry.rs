//! What the reader must know of registered agents: values in, no store.

use std::collections::BTreeMap;

use crate::domain::{Cash, Timestamp, Wallet};

/// A registered agent in one of its versions, as the registry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryEntry {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Which version this is.
    pub version: u32,
    /// What it is.
    pub description: String,
    /// Labels.
    pub tags: Vec<String>,
    /// Its strategy as one would write it behind `strategy = `.
    pub strategy: String,
    /// Its risk profile.
    pub risk: RiskText,
    /// Its current epoch.
    pub epoch: u32,
    /// Quote currency at the epoch's start.
    pub starting_balance: Cash,
    /// What its last run with `wallet = "existing"` left behind; the starting balance before the first.
    pub wallet: Wallet<String>,
    /// The end of that run.
    pub as_of: Option<Timestamp>,
    /// The currency of the wallet, once a run has decided it.
    pub quote: Option<String>,
}

/// A risk profile as text: a built-in one by its name, any other with its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskText {
    /// Its name.
    pub name: String,
    /// Its limits as one would write them behind `[risk] NAME = `; none for a built-in profile.
    pub limits: Option<String>,
}

impl RiskText {
    /// A built-in profile.
    pub fn built_in(name: &str) -> Self {
        Self { name: name.to_owned(), limits: None }
    }
}

/// Why there is no such registered agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unregistered {
    /// None of this name is active.
    Unknown {
        /// The names there are.
        known: Vec<String>,
    },
    /// It has no such version.
    NoVersion {
        /// Its newest one.
        latest: u32,
    },
    /// The registry cannot be asked.
    Unreadable {
        /// Why, in a sentence.
        reason: String,
    },
}

/// Finds registered agents by name, and by version where one is asked for.
pub trait Registry {
    /// The agent of this name, in its newest or the given version.
    ///
    /// # Errors
    /// [`Unregistered`].
    fn find(&self, name: &str, version: Option<u32>) -> Result<RegistryEntry, Unregistered>;
}

/// A registry without agents.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRegistry;

impl Registry for NoRegistry {
    fn find(&self, _: &str, _: Option<u32>) -> Result<RegistryEntry, Unregistered> {
        Err(Unregistered::Unknown { known: Vec::new() })
    }
}

/// A registry in memory, by name; each agent in one version.
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
