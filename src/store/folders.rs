//! Where files lie in the output folder and in a run's folder.

use std::path::{Path, PathBuf};

use super::StoreError;
use crate::domain::check_name;

/// The copy of the registry, in the output folder.
pub(super) const BACKUP: &str = "registry.backup.db";

/// Where an agent's files lie in a run's folder.
pub(super) fn agent_folder(run: &Path, agent: &str) -> PathBuf {
    run.join("agents").join(agent)
}

/// A scenario's name as one plain part of a path.
pub(super) fn folder_name(name: &str) -> Result<&str, StoreError> {
    check_name(name).map(|()| name).map_err(|error| StoreError::FolderName { reason: error.to_string() })
}
