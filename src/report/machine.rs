//! What programs read: exactly the bytes of the stored files.

use crate::store::{AgentRecord, LeaderboardRecord, StoreError};

/// The text of `leaderboard.json`, final newline included: what `--json` prints.
///
/// # Errors
/// [`StoreError::Json`], which no leaderboard causes.
pub fn leaderboard_json(record: &LeaderboardRecord) -> Result<String, StoreError> {
    record.to_json()
}

/// The text of an agent's `metrics.json`, final newline included.
///
/// # Errors
/// [`StoreError::Json`], which no record causes.
pub fn agent_json(record: &AgentRecord) -> Result<String, StoreError> {
    record.to_json()
}

/// The text of `leaderboard.csv`.
pub fn leaderboard_csv(record: &LeaderboardRecord) -> String {
    record.to_csv()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn the_texts_are_the_stored_bytes() {
        let out = tempfile::tempdir().unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let read = |name: &str| std::fs::read_to_string(stored.folder.join(name)).unwrap();
        assert_eq!(leaderboard_json(&stored.leaderboard).unwrap(), read("leaderboard.json"));
        assert_eq!(agent_json(&stored.agents[1]).unwrap(), read("agents/idle/metrics.json"));
        assert_eq!(leaderboard_csv(&stored.leaderboard), read("leaderboard.csv"));
    }
}
