//! What `agent prove` has found: kept in the index, beside the runs.
//!
//! A proof belongs to an agent's content, not to a run: no file of a run has it, so that results stay the same bytes.
//! Runs are shown with the proofs of their agents where there are any.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::params;

use super::proof_record::ProofRecord;
use super::{Index, StoreError, StoredRun};

impl Index {
    /// Keeps what was found of an agent with this content, in place of what was found before.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn keep_proof(&mut self, content: &str, proof: &ProofRecord) -> Result<(), StoreError> {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let ProofRecord { verdict, cuts, decisions, differences, difference } = proof;
        let kept = self.0.db.execute(
            "INSERT OR REPLACE INTO proofs (content, verdict, cuts, decisions, differences, difference)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![content, verdict, number(*cuts), number(*decisions), number(*differences), difference],
        );
        kept.map(|_| ()).map_err(StoreError::index(&self.0.path))
    }

    /// The proofs of a run's agents, by name; an agent that was never tested is not among them.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn proofs(&self, identity: &str) -> Result<BTreeMap<String, ProofRecord>, StoreError> {
        let read = || {
            let mut rows = self.0.db.prepare(
                "SELECT agent_contents.agent, proofs.verdict, cuts, decisions, differences, difference
                 FROM runs JOIN agent_contents ON agent_contents.run = runs.id
                 JOIN proofs ON proofs.content = agent_contents.content
                 WHERE runs.identity = ?1",
            )?;
            let count = |row: &rusqlite::Row<'_>, at| row.get::<_, i64>(at).map(|count| count.unsigned_abs());
            let found = rows.query_map([identity], |row| {
                let proof = ProofRecord {
                    verdict: row.get(1)?,
                    cuts: count(row, 2)?,
                    decisions: count(row, 3)?,
                    differences: count(row, 4)?,
                    difference: row.get(5)?,
                };
                Ok((row.get(0)?, proof))
            })?;
            found.collect::<rusqlite::Result<BTreeMap<_, _>>>()
        };
        read().map_err(StoreError::index(&self.0.path))
    }
}

impl StoredRun {
    /// The same run with what a store knows of its agents: the proofs are in the leaderboard's rows.
    ///
    /// # Errors
    /// [`StoreError::Index`]. A folder without an index knows nothing.
    pub fn with_proofs_of(mut self, out: &Path) -> Result<Self, StoreError> {
        let index = match Index::open_existing(out) {
            Ok(index) => index,
            Err(StoreError::NoIndex { .. }) => return Ok(self),
            Err(error) => return Err(error),
        };
        let mut proofs = index.proofs(&self.run.identity)?;
        for row in &mut self.leaderboard.rankings {
            row.proved = proofs.remove(&row.agent);
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::store::{RunCommit, RunTiming, fixture};

    #[test]
    fn a_proof_belongs_to_a_content_and_is_shown_with_each_run_of_it() {
        let out = tempfile::tempdir().unwrap();
        let mut index = Index::open(out.path()).unwrap();
        let stored = fixture::stored();
        let names: Vec<String> = stored.run.agents.iter().map(|agent| agent.name.clone()).collect();
        let contents = [(names[0].clone(), "content".to_owned()), (names[1].clone(), "another".to_owned())];
        let timing =
            RunTiming { finished_at: Timestamp::from_micros(0), duration: std::time::Duration::ZERO };
        let commit = RunCommit { contents: &contents, ..RunCommit::default() };
        index.record_with(&stored, &timing, &commit).unwrap();
        let proved = |stored: &StoredRun| stored.clone().with_proofs_of(out.path()).unwrap();
        assert_eq!(proved(&stored), stored, "not tested");
        let proof = |verdict: &str| ProofRecord {
            verdict: verdict.to_owned(),
            cuts: 50,
            decisions: 7,
            differences: 1,
            difference: Some("at noon".to_owned()),
        };
        index.keep_proof("content", &proof("causal")).unwrap();
        index.keep_proof("content", &proof("differs")).unwrap();
        index.keep_proof("elsewhere", &proof("causal")).unwrap();
        let found = proved(&stored);
        for row in &found.leaderboard.rankings {
            let wanted = (row.agent == names[0]).then(|| proof("differs"));
            assert_eq!(row.proved, wanted, "{}", row.agent);
        }
        // The same run entered again keeps its agents.
        index.record_with(&stored, &timing, &commit).unwrap();
        assert_eq!(proved(&stored), found);
    }
}
