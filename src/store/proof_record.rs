//! What the proof of an agent is, and which agents of a run it can be of.

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

/// What the proof of an agent has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofRecord {
    /// `causal`, `repeatable` or `differs`.
    pub verdict: String,
    /// Replays that ended early.
    pub cuts: u64,
    /// Decisions of them that were compared.
    pub decisions: u64,
    /// Cuts with a decision that differs.
    pub differences: u64,
    /// The first difference, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
}

/// Notes the contents of a run's agents.
pub(super) fn note_contents(
    entry: &Transaction<'_>,
    identity: &str,
    contents: &[(String, String)],
) -> rusqlite::Result<()> {
    for (agent, content) in contents {
        entry.execute(
            "INSERT OR REPLACE INTO agent_contents (run, agent, content)
             SELECT id, ?2, ?3 FROM runs WHERE identity = ?1",
            params![identity, agent, content],
        )?;
    }
    Ok(())
}
