//! `OUT/<scenario>/trials.db`: outcomes by the name of their job, across the runs of a scenario.
//!
//! `SQLite` in write-ahead mode, because it is what survives a kill at any moment without own code: a batch is
//! one transaction, so it is there whole or not at all, and a name that is there already is left as it is, so
//! that nothing is kept twice, not even by two sweeps at once. After a loss of power the last batches may be
//! missing; they are then computed again. The file can be deleted at any time at the price of computing anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::super::StoreError;
use super::codec::{FORMAT, decode, encode};
use crate::sweep::{JobKey, Memo, MemoError, WindowOutcome};

/// The file in a scenario's folder.
const FILE: &str = "trials.db";
/// How long to wait for another sweep.
const PATIENCE: Duration = Duration::from_secs(30);

/// Outcomes that are kept from one sweep to the next.
#[derive(Debug)]
pub struct TrialStore {
    path: PathBuf,
    db: Connection,
}

impl TrialStore {
    /// Opens the store of a scenario, and makes it where it is missing.
    ///
    /// # Errors
    /// [`StoreError::Write`] where the folder cannot be made, [`StoreError::Trials`] for a file that is none,
    /// [`StoreError::IndexTooNew`] for one of a newer program.
    pub fn open(out: &Path, scenario: &str) -> Result<Self, StoreError> {
        let folder = out.join(super::super::writer::folder_name(scenario)?);
        fs::create_dir_all(&folder).map_err(StoreError::write(&folder))?;
        let path = folder.join(FILE);
        let db = connect(&path).map_err(StoreError::trials(&path))?;
        let found: u32 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(StoreError::trials(&path))?;
        if found > FORMAT {
            return Err(StoreError::IndexTooNew { path, found, known: FORMAT });
        }
        Ok(Self { path, db })
    }

    /// How many outcomes are kept.
    ///
    /// # Errors
    /// [`StoreError::Trials`].
    pub fn count(&self) -> Result<i64, StoreError> {
        self.db
            .query_row("SELECT count(*) FROM outcomes", [], |row| row.get(0))
            .map_err(StoreError::trials(&self.path))
    }

    fn look_up(&self, keys: &[JobKey]) -> rusqlite::Result<Vec<Option<WindowOutcome>>> {
        let mut statement = self.db.prepare_cached("SELECT outcome FROM outcomes WHERE job = ?1")?;
        let mut find = |key: &JobKey| {
            let bytes: Option<Vec<u8>> =
                statement.query_row([key.0.as_slice()], |row| row.get(0)).optional()?;
            // Bytes that cannot be read count as unknown: they are computed again.
            Ok(bytes.and_then(|bytes| decode(&bytes)))
        };
        keys.iter().map(&mut find).collect()
    }

    fn keep(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> rusqlite::Result<()> {
        let entry = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let sql = "INSERT INTO outcomes (job, outcome) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            let mut statement = entry.prepare_cached(sql)?;
            for (key, outcome) in batch {
                statement.execute(params![key.0.as_slice(), encode(outcome)])?;
            }
        }
        entry.commit()
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found == 0 {
        db.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             CREATE TABLE IF NOT EXISTS outcomes (
                 job BLOB NOT NULL PRIMARY KEY CHECK (length(job) = 32),
                 outcome BLOB NOT NULL
             ) STRICT;
             PRAGMA user_version = {FORMAT};
             COMMIT;"
        ))?;
    }
    Ok(db)
}

impl Memo for TrialStore {
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, MemoError> {
        Ok(self.look_up(keys).map_err(StoreError::trials(&self.path))?)
    }

    fn append(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> Result<(), MemoError> {
        let kept = self.keep(batch);
        Ok(kept.map_err(StoreError::trials(&self.path))?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::tests::outcomes;
    use super::*;

    #[test]
    fn what_is_kept_is_found_by_the_next_and_kept_once() {
        let out = tempfile::tempdir().unwrap();
        let outcomes = outcomes();
        let keys = [JobKey([1; 32]), JobKey([2; 32]), JobKey([3; 32])];
        let mut first = TrialStore::open(out.path(), "s").unwrap();
        assert!(first.find(&keys).unwrap().iter().all(Option::is_none));
        first.append(&[(keys[0], &outcomes[0]), (keys[1], &outcomes[1])]).unwrap();
        drop(first);
        let mut second = TrialStore::open(out.path(), "s").unwrap();
        // Another outcome of the same name changes nothing.
        second.append(&[(keys[0], &outcomes[1])]).unwrap();
        let found = second.find(&keys).unwrap();
        assert_eq!(format!("{:?}", found[0].as_ref().unwrap()), format!("{:?}", outcomes[0]));
        assert_eq!(format!("{:?}", found[1].as_ref().unwrap()), format!("{:?}", outcomes[1]));
        assert!(found[2].is_none());
        assert_eq!(second.count().unwrap(), 2);
    }

    #[test]
    fn two_sweeps_may_share_a_store() {
        let out = tempfile::tempdir().unwrap();
        let outcomes = outcomes();
        let (mut a, mut b) =
            (TrialStore::open(out.path(), "s").unwrap(), TrialStore::open(out.path(), "s").unwrap());
        a.append(&[(JobKey([1; 32]), &outcomes[0])]).unwrap();
        b.append(&[(JobKey([1; 32]), &outcomes[0]), (JobKey([2; 32]), &outcomes[1])]).unwrap();
        assert_eq!(a.count().unwrap(), 2);
    }

    #[test]
    fn a_store_of_a_newer_program_is_refused() {
        let out = tempfile::tempdir().unwrap();
        drop(TrialStore::open(out.path(), "s").unwrap());
        let db = Connection::open(out.path().join("s").join(FILE)).unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        drop(db);
        assert!(matches!(
            TrialStore::open(out.path(), "s"),
            Err(StoreError::IndexTooNew { found: 99, known: FORMAT, .. })
        ));
    }

    #[test]
    fn a_file_that_is_no_store_is_refused() {
        let out = tempfile::tempdir().unwrap();
        fs::create_dir_all(out.path().join("s")).unwrap();
        fs::write(out.path().join("s").join(FILE), "no database, but a text of some length".repeat(40))
            .unwrap();
        assert!(matches!(TrialStore::open(out.path(), "s"), Err(StoreError::Trials { .. })));
    }
}
