//! `OUT/<scenario>/trials.db`: outcomes by the name of their job, across the runs of a scenario.
//!
//! `SQLite` in write-ahead mode, because it is what survives a kill at any moment without own code: a batch is
//! one transaction, so it is there whole or not at all, and a name that is there already is left as it is, so
//! that nothing is kept twice, not even by two sweeps at once. After a loss of power the last batches may be
//! missing; they are then computed again. The file can be deleted at any time at the price of computing anew.
//!
//! Every outcome is kept with a hash over its job's name and its bytes. One that does not fit its hash is never
//! used: it is computed again, and replaced.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::super::StoreError;
use super::super::connect::{connect_to_read, is_ours};
use super::codec::{FORMAT, decode, encode};
use crate::sweep::{JobKey, TrialCache, TrialCacheError, WindowOutcome};

/// The file in a scenario's folder.
const FILE: &str = "trials.db";
/// How long to wait for another sweep.
const PATIENCE: Duration = Duration::from_secs(30);

/// Outcomes that are kept from one sweep to the next.
#[derive(Debug)]
pub struct TrialStore {
    path: PathBuf,
    db: Connection,
    /// Jobs whose kept outcome does not fit its hash.
    damaged: BTreeSet<[u8; 32]>,
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
        is_ours(&path)?;
        let db = connect(&path).map_err(StoreError::trials(&path))?;
        let found: u32 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(StoreError::trials(&path))?;
        if found > FORMAT {
            return Err(StoreError::IndexTooNew { path, found, known: FORMAT });
        }
        Ok(Self { path, db, damaged: BTreeSet::new() })
    }

    /// What is wrong with the outcomes kept in a scenario's folder, with their file and what to do about it.
    pub(in crate::store) fn problem(folder: &Path) -> Option<(PathBuf, String, String)> {
        let path = folder.join(FILE);
        if fs::symlink_metadata(&path).is_err() {
            return None;
        }
        let again = "run its scenario again: damaged trials are computed again and replaced".to_owned();
        let damaged = is_ours(&path).and_then(|()| count_damaged(&path).map_err(StoreError::trials(&path)));
        match damaged {
            Ok(0) => None,
            Ok(damaged) => Some((path, format!("outcomes with a wrong hash: {damaged}"), again)),
            Err(error) => {
                let (problem, help) = (error.to_string(), error.help());
                Some((path, problem, help))
            }
        }
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

    fn look_up(&mut self, keys: &[JobKey]) -> rusqlite::Result<Vec<Option<WindowOutcome>>> {
        let mut statement = self.db.prepare_cached("SELECT outcome, hash FROM outcomes WHERE job = ?1")?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let row: Option<(Vec<u8>, Vec<u8>)> =
                statement.query_row([key.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let outcome = row.as_ref().and_then(|(bytes, hash)| verified(key.0, bytes, hash));
            if row.is_some() && outcome.is_none() {
                self.damaged.insert(key.0);
            }
            found.push(outcome);
        }
        Ok(found)
    }

    fn keep(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> rusqlite::Result<()> {
        let entry = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let insert =
                "INSERT INTO outcomes (job, outcome, hash) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
            let mut insert = entry.prepare_cached(insert)?;
            let mut remove = entry.prepare_cached("DELETE FROM outcomes WHERE job = ?1")?;
            for (key, outcome) in batch {
                if self.damaged.contains(&key.0) {
                    remove.execute([key.0.as_slice()])?;
                }
                let bytes = encode(outcome);
                insert.execute(params![key.0.as_slice(), bytes, hash(&key.0, &bytes).as_slice()])?;
            }
        }
        entry.commit()
    }
}

/// Over a job's name and the bytes of its outcome.
fn hash(job: &[u8], outcome: &[u8]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 kept outcome");
    hash.update(job).update(outcome);
    *hash.finalize().as_bytes()
}

/// The outcome of bytes that fit their hash.
fn verified(job: [u8; 32], bytes: &[u8], kept: &[u8]) -> Option<WindowOutcome> {
    (hash(&job, bytes) == kept).then(|| decode(bytes)).flatten()
}

/// Reads every outcome of a file.
fn count_damaged(path: &Path) -> rusqlite::Result<usize> {
    let db = connect_to_read(path)?;
    db.busy_timeout(PATIENCE)?;
    let version: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != FORMAT {
        // Of another version of the program: that one's to judge, or to be begun anew.
        return Ok(0);
    }
    let verdict: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        return Err(rusqlite::Error::SqliteFailure(code, Some(verdict)));
    }
    let mut statement = db.prepare("SELECT job, outcome, hash FROM outcomes")?;
    let mut rows = statement.query([])?;
    let mut damaged = 0;
    while let Some(row) = rows.next()? {
        let (job, bytes, kept): (Vec<u8>, Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
        damaged += usize::from(hash(&job, &bytes).as_slice() != kept);
    }
    Ok(damaged)
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found < FORMAT {
        // Outcomes of an earlier format have no hashes by which they could be trusted: they are computed anew.
        db.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             DROP TABLE IF EXISTS outcomes;
             CREATE TABLE outcomes (
                 job BLOB NOT NULL PRIMARY KEY CHECK (length(job) = 32),
                 outcome BLOB NOT NULL,
                 hash BLOB NOT NULL CHECK (length(hash) = 32)
             ) STRICT;
             PRAGMA user_version = {FORMAT};
             COMMIT;"
        ))?;
    }
    Ok(db)
}

impl TrialCache for TrialStore {
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, TrialCacheError> {
        Ok(self.look_up(keys).map_err(StoreError::trials(&self.path))?)
    }

    fn append(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> Result<(), TrialCacheError> {
        let kept = self.keep(batch);
        Ok(kept.map_err(StoreError::trials(&self.path))?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::codec::tests::outcomes;
    use super::*;

    #[test]
    fn cached_outcomes_are_found_and_stored_once() {
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
    fn a_flipped_bit_is_noticed_and_the_outcome_kept_anew() {
        let out = tempfile::tempdir().unwrap();
        let outcomes = outcomes();
        let keys = [JobKey([1; 32]), JobKey([2; 32])];
        let mut trials = TrialStore::open(out.path(), "s").unwrap();
        trials.append(&[(keys[0], &outcomes[0]), (keys[1], &outcomes[1])]).unwrap();
        let folder = out.path().join("s");
        assert_eq!(TrialStore::problem(&folder), None);
        let mut bytes = encode(&outcomes[0]);
        let last = bytes.len() - 1;
        // In the exponent of a return: bytes that still can be read.
        bytes[last] ^= 1;
        assert!(decode(&bytes).is_some());
        trials
            .db
            .execute("UPDATE outcomes SET outcome = ?1 WHERE job = ?2", params![bytes, keys[0].0])
            .unwrap();
        let (_, problem, _) = TrialStore::problem(&folder).unwrap();
        assert_eq!(problem, "outcomes with a wrong hash: 1");
        let found = trials.find(&keys).unwrap();
        assert!(found[0].is_none() && found[1].is_some());
        trials.append(&[(keys[0], &outcomes[0])]).unwrap();
        let found = trials.find(&keys).unwrap();
        assert_eq!(format!("{:?}", found[0].as_ref().unwrap()), format!("{:?}", outcomes[0]));
        assert_eq!(TrialStore::problem(&folder), None);
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
