//! Where files lie in the output folder and in a run's folder.

use std::path::{Path, PathBuf};

/// The copy of the registry, in the output folder.
pub(super) const BACKUP: &str = "registry.backup.db";

/// Where an agent's files lie in a run's folder.
pub(super) fn agent_folder(run: &Path, agent: &str) -> PathBuf {
    run.join("agents").join(agent)
}
