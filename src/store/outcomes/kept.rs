//! Outcomes by the key of their job, in one file of this machine.
//!
//! `SQLite` in write-ahead mode, because it is what survives a kill at any moment without own code: a batch is
//! one transaction, so it is there whole or not at all, and a key that is there already is left as it is, so
//! that nothing is kept twice, not even by two processes at once. After a loss of power the last batches may be
//! missing; they are then computed again. The file can be deleted at any time at the price of computing anew.
//!
//! Every outcome is kept with a hash over its job's key and its bytes. One that does not fit its hash is never
//! used: it is computed again, and replaced.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use tempfile::TempDir;

use super::super::StoreError;
use super::super::connect::{connect_to_read, is_ours};
use crate::sweep::JobKey;

/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(30);

/// Outcomes in a file.
#[derive(Debug)]
pub struct KeptOutcomes {
    path: PathBuf,
    db: Connection,
    /// Jobs whose kept outcome does not fit its hash.
    damaged: BTreeSet<[u8; 32]>,
    /// The folder that goes with a temporary file.
    _folder: Option<TempDir>,
}

/// How many outcomes do not fit their hash.
pub struct Damage(pub usize);

impl KeptOutcomes {
    /// Opens a file of outcomes, and makes it where it is missing. Outcomes of an earlier `format` are dropped.
    ///
    /// # Errors
    /// [`StoreError::Trials`] for a file that is none, [`StoreError::IndexTooNew`] for one of a newer program.
    pub fn open(path: &Path, format: u32) -> Result<Self, StoreError> {
        is_ours(path)?;
        let db = connect(path, format, "WAL").map_err(StoreError::trials(path))?;
        let found: u32 = db
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(StoreError::trials(path))?;
        if found > format {
            return Err(StoreError::IndexTooNew { path: path.to_owned(), found, known: format });
        }
        Ok(Self { path: path.to_owned(), db, damaged: BTreeSet::new(), _folder: None })
    }

    /// An empty file in the folder for temporary files (`TMPDIR`); it is removed when this is dropped.
    ///
    /// # Errors
    /// [`StoreError::Write`] or [`StoreError::Trials`] where it cannot be made.
    pub fn temporary() -> Result<Self, StoreError> {
        let folder = tempfile::Builder::new().prefix("tiltyard-merge-").tempdir();
        let folder = folder.map_err(StoreError::write(&std::env::temp_dir()))?;
        let path = folder.path().join("outcomes.db");
        let failed = StoreError::trials(&path);
        let db = connect(&path, 1, "OFF").map_err(&failed)?;
        // Nobody else reads it, and nothing of it outlives the process.
        db.pragma_update(None, "synchronous", "OFF").map_err(&failed)?;
        db.pragma_update(None, "locking_mode", "EXCLUSIVE").map_err(failed)?;
        Ok(Self { path, db, damaged: BTreeSet::new(), _folder: Some(folder) })
    }

    /// How many outcomes of a file do not fit their hash.
    ///
    /// # Errors
    /// [`StoreError::Trials`] for a file that is none.
    pub(in crate::store) fn damaged(path: &Path, format: u32) -> Result<Damage, StoreError> {
        is_ours(path).and_then(|()| count_damaged(path, format).map_err(StoreError::trials(path))).map(Damage)
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

    /// The outcomes of these jobs, decoded; `None` for what is not kept or not sound.
    ///
    /// # Errors
    /// [`StoreError::Trials`].
    pub fn find<T>(
        &mut self,
        keys: &[JobKey],
        decode: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<Option<T>>, StoreError> {
        self.look_up(keys, decode).map_err(StoreError::trials(&self.path))
    }

    fn look_up<T>(
        &mut self,
        keys: &[JobKey],
        decode: impl Fn(&[u8]) -> Option<T>,
    ) -> rusqlite::Result<Vec<Option<T>>> {
        let mut statement = self.db.prepare_cached("SELECT outcome, hash FROM outcomes WHERE job = ?1")?;
        let mut found = Vec::with_capacity(keys.len());
        for key in keys {
            let row: Option<(Vec<u8>, Vec<u8>)> =
                statement.query_row([key.0.as_slice()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let sound = row.as_ref().filter(|(bytes, kept)| hash(&key.0, bytes).as_slice() == kept);
            let outcome = sound.and_then(|(bytes, _)| decode(bytes));
            if row.is_some() && outcome.is_none() {
                self.damaged.insert(key.0);
            }
            found.push(outcome);
        }
        Ok(found)
    }

    /// Keeps a batch: all of it or, after an error or a crash, nothing.
    ///
    /// # Errors
    /// [`StoreError::Trials`].
    pub fn append<B: AsRef<[u8]>>(
        &mut self,
        batch: impl IntoIterator<Item = (JobKey, B)>,
    ) -> Result<(), StoreError> {
        self.keep(batch).map_err(StoreError::trials(&self.path))
    }

    fn keep<B: AsRef<[u8]>>(&mut self, batch: impl IntoIterator<Item = (JobKey, B)>) -> rusqlite::Result<()> {
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
                let bytes = outcome.as_ref();
                insert.execute(params![key.0.as_slice(), bytes, hash(&key.0, bytes).as_slice()])?;
            }
        }
        entry.commit()
    }

    /// The open database, for tests that damage it.
    #[cfg(test)]
    pub(in crate::store) fn db(&self) -> &Connection {
        &self.db
    }
}

/// Over a job's key and the bytes of its outcome.
fn hash(job: &[u8], outcome: &[u8]) -> [u8; 32] {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 kept outcome");
    hash.update(job).update(outcome);
    *hash.finalize().as_bytes()
}

/// Reads every outcome of a file.
fn count_damaged(path: &Path, format: u32) -> rusqlite::Result<usize> {
    let db = connect_to_read(path)?;
    db.busy_timeout(PATIENCE)?;
    let version: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version != format {
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

/// Opens or makes a file whose tables have this format.
fn connect(path: &Path, format: u32, journal: &str) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "journal_mode", journal)?;
    db.pragma_update(None, "synchronous", "NORMAL")?;
    let found: u32 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found < format {
        // Outcomes of an earlier format have no hashes by which they could be trusted: they are computed anew.
        db.execute_batch(&format!(
            "BEGIN IMMEDIATE;
             DROP TABLE IF EXISTS outcomes;
             CREATE TABLE outcomes (
                 job BLOB NOT NULL PRIMARY KEY CHECK (length(job) = 32),
                 outcome BLOB NOT NULL,
                 hash BLOB NOT NULL CHECK (length(hash) = 32)
             ) STRICT;
             PRAGMA user_version = {format};
             COMMIT;"
        ))?;
    }
    Ok(db)
}
