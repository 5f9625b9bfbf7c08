//! The journals of programs in a store: which of them nothing needs any more.
//!
//! A journal is needed until the answers in it are in a published run. One that a process writes is left alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{StoreError, decisions};
use crate::process::{HeldJournal, JOURNALS, JournalState, Recording, is_journal};

/// Why a journal is not needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unneeded {
    /// Its bytes are not those of a journal.
    Damaged,
    /// A run has its answers too.
    Published,
    /// No run has its answers, and it was asked for.
    Unfinished,
}

/// Journals that are none: their bytes are not those of one.
pub(super) fn damaged(out: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let is_damaged = |file: &PathBuf| {
        let held = HeldJournal::read(file).ok().flatten();
        held.is_some_and(|held| held.state == JournalState::Damaged)
    };
    Ok(files(out)?.into_iter().filter(is_damaged).collect())
}

/// Removes the journals whose answers one of `runs` has (folders), those that are damaged, and with `unfinished` all
/// others that no process writes. Gives what went.
pub(super) fn prune(
    out: &Path,
    runs: &[PathBuf],
    unfinished: bool,
) -> Result<Vec<(PathBuf, Unneeded)>, StoreError> {
    let files = files(out)?;
    if files.is_empty() {
        return Ok(Vec::new());
    }
    let published = published(runs);
    let mut gone = Vec::new();
    for file in files {
        let Ok(Some(held)) = HeldJournal::read(&file) else { continue };
        let reason = match held.state {
            JournalState::Damaged => Unneeded::Damaged,
            JournalState::Complete { hash } if published.contains(&hash) => Unneeded::Published,
            _ if unfinished => Unneeded::Unfinished,
            _ => continue,
        };
        fs::remove_file(&file).map_err(StoreError::write(&file))?;
        drop(held);
        gone.push((file, reason));
    }
    Ok(gone)
}

/// The windows that runs of the store have recorded, by their hashes. A run whose recording cannot be read has none:
/// its journals stay.
fn published(runs: &[PathBuf]) -> BTreeSet<[u8; 32]> {
    let recorded = runs.iter().filter(|run| run.join("decisions.parquet").is_file());
    let recordings = recorded.filter_map(|run| decisions::recording(run).ok());
    let hashes = |recording: Recording| recording.0.into_values().map(|window| window.hash());
    recordings.flat_map(hashes).collect()
}

/// The files with a journal's name, sorted. A link is none.
fn files(out: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let folder = out.join(JOURNALS);
    if !fs::symlink_metadata(&folder).is_ok_and(|found| found.is_dir()) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(StoreError::read(&folder))? {
        let entry = entry.map_err(StoreError::read(&folder))?;
        let is_file = entry.file_type().map_err(StoreError::read(&folder))?.is_file();
        if is_file && entry.file_name().to_str().is_some_and(is_journal) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
