//! The outcomes of sweeps by the key of their job, across the runs of a scenario: `OUT/<scenario>/trials.db`, and
//! before it those that packs had.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::StoreError;
use super::super::outcomes::{Damage, KeptOutcomes};
use super::codec::{FORMAT, decode, encode};
use crate::sweep::{JobKey, TrialCache, TrialCacheError, WindowOutcome};

/// The file in a scenario's folder.
const FILE: &str = "trials.db";

/// Outcomes that are kept from one sweep to the next.
#[derive(Debug)]
pub struct TrialStore {
    /// Outcomes of other machines, looked up first.
    merged: Option<KeptOutcomes>,
    kept: KeptOutcomes,
}

impl TrialStore {
    /// Opens the store of a scenario, and makes it where it is missing.
    ///
    /// # Errors
    /// [`StoreError::Write`] where the folder cannot be made, [`StoreError::Trials`] for a file that is none,
    /// [`StoreError::IndexTooNew`] for one of a newer program.
    pub fn open(out: &Path, scenario: &str) -> Result<Self, StoreError> {
        let folder = out.join(super::super::run::folder_name(scenario)?);
        fs::create_dir_all(&folder).map_err(StoreError::write(&folder))?;
        let kept = KeptOutcomes::open(&folder.join(FILE), FORMAT)?;
        Ok(Self { merged: None, kept })
    }

    /// The same store, with outcomes of other machines before its own. What neither has is added to its own.
    #[must_use]
    pub fn after(self, merged: KeptOutcomes) -> Self {
        Self { merged: Some(merged), ..self }
    }

    /// What is wrong with the outcomes kept in a scenario's folder, with their file and what to do about it.
    pub(in crate::store) fn problem(folder: &Path) -> Option<(PathBuf, String, String)> {
        let path = folder.join(FILE);
        if fs::symlink_metadata(&path).is_err() {
            return None;
        }
        let again = "run its scenario again: damaged trials are computed again and replaced".to_owned();
        match KeptOutcomes::damaged(&path, FORMAT) {
            Ok(Damage(0)) => None,
            Ok(Damage(damaged)) => Some((path, format!("outcomes with a wrong hash: {damaged}"), again)),
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
        self.kept.count()
    }
}

impl TrialCache for TrialStore {
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, TrialCacheError> {
        let mut found = match &mut self.merged {
            Some(merged) => merged.find(keys, decode)?,
            None => keys.iter().map(|_| None).collect(),
        };
        let open: Vec<usize> = (0..keys.len()).filter(|&index| found[index].is_none()).collect();
        let wanted: Vec<JobKey> = open.iter().map(|&index| keys[index]).collect();
        for (index, outcome) in open.into_iter().zip(self.kept.find(&wanted, decode)?) {
            found[index] = outcome;
        }
        Ok(found)
    }

    fn keeps(&self) -> bool {
        true
    }

    fn append(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> Result<(), TrialCacheError> {
        let rows = batch.iter().map(|(key, outcome)| (*key, encode(outcome)));
        Ok(self.kept.append(rows)?)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params};

    use super::super::codec::decode;
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
            .kept
            .db()
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
