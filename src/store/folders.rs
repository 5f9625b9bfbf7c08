//! Where the files of a run lie in its folder.

use std::path::{Path, PathBuf};

/// Where an agent's files lie in a run's folder.
pub(super) fn agent_folder(run: &Path, agent: &str) -> PathBuf {
    run.join("agents").join(agent)
}
