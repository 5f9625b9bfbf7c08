//! The registry as the scenario's reader asks it.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::{AgentStatus, Registry, VersionRow};
use crate::scenario::{Registry as Lookup, RegistryEntry, Unregistered};
use crate::store::StoreError;

/// The agents of a store, opened once one is asked for. All that is asked is of one moment: what other processes
/// change meanwhile is not seen.
#[derive(Debug)]
pub struct StoredAgents {
    out: PathBuf,
    /// The registry, none where the store has none.
    opened: OnceCell<Option<Registry>>,
    /// The names of the active agents.
    names: OnceCell<Vec<String>>,
}

impl StoredAgents {
    /// Those of an output folder.
    pub fn of(out: &Path) -> Self {
        Self { out: out.to_owned(), opened: OnceCell::new(), names: OnceCell::new() }
    }

    fn registry(&self) -> Result<Option<&Registry>, StoreError> {
        if let Some(opened) = self.opened.get() {
            return Ok(opened.as_ref());
        }
        let opened = match Registry::read_existing(&self.out) {
            Err(StoreError::NoRegistry { .. }) => None,
            other => Some(other?),
        };
        if let Some(registry) = &opened {
            // Ends when the registry is dropped.
            registry.0.db.execute_batch("BEGIN").map_err(StoreError::index(&registry.0.path))?;
        }
        Ok(self.opened.get_or_init(|| opened).as_ref())
    }

    fn unknown(&self, registry: &Registry) -> Unregistered {
        let known = match self.names.get() {
            Some(known) => Ok(known),
            None => registry.names().map(|names| self.names.get_or_init(|| names)),
        };
        known.map_or_else(unreadable, |known| Unregistered::Unknown { known: known.clone() })
    }
}

fn unreadable(error: StoreError) -> Unregistered {
    Unregistered::Unreadable { reason: error.to_string() }
}

impl Lookup for StoredAgents {
    fn find(&self, name: &str, version: Option<u32>) -> Result<RegistryEntry, Unregistered> {
        let Some(registry) = self.registry().map_err(unreadable)? else {
            return Err(Unregistered::Unknown { known: Vec::new() });
        };
        let agent = match registry.agent(name) {
            Ok(agent) if agent.status == AgentStatus::Active => agent,
            Ok(_) | Err(StoreError::NoAgent { .. }) => return Err(self.unknown(registry)),
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
