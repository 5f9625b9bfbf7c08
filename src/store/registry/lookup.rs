//! The registry as the scenario's reader asks it.

use std::path::{Path, PathBuf};

use super::{AgentStatus, Registry, VersionRow};
use crate::scenario::{Registry as Lookup, RegistryEntry, Unregistered};
use crate::store::StoreError;

/// The agents of a store, opened only once one is asked for.
#[derive(Debug, Clone)]
pub struct StoredAgents {
    out: PathBuf,
}

impl StoredAgents {
    /// Those of an output folder.
    pub fn of(out: &Path) -> Self {
        Self { out: out.to_owned() }
    }
}

impl Lookup for StoredAgents {
    fn find(&self, name: &str, version: Option<u32>) -> Result<RegistryEntry, Unregistered> {
        let unreadable = |error: StoreError| Unregistered::Unreadable { reason: error.to_string() };
        let registry = match Registry::read_existing(&self.out) {
            Ok(registry) => registry,
            Err(StoreError::NoRegistry { .. }) => return Err(Unregistered::Unknown { known: Vec::new() }),
            Err(error) => return Err(unreadable(error)),
        };
        let unknown = || match registry.names() {
            Ok(known) => Unregistered::Unknown { known },
            Err(error) => unreadable(error),
        };
        let agent = match registry.agent(name) {
            Ok(agent) if agent.status == AgentStatus::Active => agent,
            Ok(_) | Err(StoreError::NoAgent { .. }) => return Err(unknown()),
            Err(error) => return Err(unreadable(error)),
        };
        let Some(version) = version else { return Ok(agent.entry()) };
        let versions = registry.versions(&agent.id).map_err(unreadable)?;
        let latest = agent.version;
        let wanted = versions.into_iter().find(|row| row.version == version);
        let row = wanted.ok_or(Unregistered::NoVersion { latest })?;
        Ok(in_version(agent.entry(), row))
    }
}

/// The entry with what one of its versions says.
fn in_version(entry: RegistryEntry, row: VersionRow) -> RegistryEntry {
    RegistryEntry {
        version: row.version,
        description: row.description,
        tags: row.tags,
        strategy: row.strategy,
        risk: crate::scenario::RiskText { name: row.risk, limits: row.risk_limits },
        ..entry
    }
}
