//! Runs that were published while another program used the index for too long: the next command lists them.
//!
//! Owns `OUT/.holds/<run-id>.unlisted`, which has what only the index knows of such a run. Never lists a run with
//! registered agents: their histories change with the entry or not at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior, params};
use serde::{Deserialize, Serialize};

use super::database::HOLDS;
use super::{RunTiming, StoreError, StoredRun, index_entry, proof_record, staging};
use crate::domain::Timestamp;

/// Ending of the notes.
const ENDING: &str = ".unlisted";

/// What only the index knows of a run.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    scenario: String,
    run_id: String,
    finished_at: Timestamp,
    duration_seconds: f64,
    base_dir: Option<String>,
    contents: Vec<(String, String)>,
}

/// Notes a run that could not be listed.
pub(super) fn note(
    out: &Path,
    stored: &StoredRun,
    timing: &RunTiming,
    (base_dir, contents): (Option<&Path>, &[(String, String)]),
) -> Result<(), StoreError> {
    let note = Note {
        scenario: stored.run.scenario.clone(),
        run_id: stored.run.run_id.clone(),
        finished_at: timing.finished_at,
        duration_seconds: timing.duration.as_secs_f64(),
        base_dir: base_dir.and_then(Path::to_str).map(str::to_owned),
        contents: contents.to_vec(),
    };
    let path = out.join(HOLDS).join(format!("{}{ENDING}", note.run_id));
    let text = serde_json::to_string(&note)
        .map_err(|source| StoreError::Json { what: "the note of an unlisted run", source })?;
    // Not by way of a temporary file of its own: that waits for the folder, which this process itself has in use.
    let beside = path.with_extension("part");
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, &path)).map_err(StoreError::write(&path))
}

/// Lists the runs that are noted. What cannot be listed now stays noted.
pub(super) fn list(out: &Path, db: &mut Connection) {
    for path in notes(out) {
        if enter(out, db, &path).is_some() {
            let _ = fs::remove_file(&path);
        }
    }
}

/// The notes; only files with exactly a name of ours are.
fn notes(out: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(out.join(HOLDS)) else { return Vec::new() };
    let ours = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.strip_suffix(ENDING).is_some_and(staging::is_run_id)
    };
    let mut found: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(ours).collect();
    found.sort();
    found
}

/// Lists one run; `None` where that is not possible now. A run that is gone or listed since needs no note.
fn enter(out: &Path, db: &mut Connection, path: &Path) -> Option<()> {
    let note: Note = serde_json::from_str(&fs::read_to_string(path).ok()?).ok()?;
    let folder = out.join(&note.scenario).join(&note.run_id);
    if !folder.join("run.json").is_file() {
        return Some(());
    }
    let stored = StoredRun::load(&folder).ok()?;
    let entry = db.transaction_with_behavior(TransactionBehavior::Immediate).ok()?;
    let listed: bool = entry
        .query_row("SELECT EXISTS (SELECT 1 FROM runs WHERE identity = ?1)", [&stored.run.identity], |row| {
            row.get(0)
        })
        .ok()?;
    if !listed {
        let duration = Duration::try_from_secs_f64(note.duration_seconds).ok()?;
        index_entry::enter(&entry, &stored, &RunTiming { finished_at: note.finished_at, duration }).ok()?;
        let origin = "UPDATE runs SET base_dir = ?2, parent = ?3 WHERE identity = ?1";
        entry.execute(origin, params![stored.run.identity, note.base_dir, stored.run.rematch_of]).ok()?;
        proof_record::note_contents(&entry, &stored.run.identity, &note.contents).ok()?;
        entry.commit().ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::super::{Index, RunCommit, RunWriter, fixture};
    use super::*;

    #[test]
    fn a_run_that_ended_while_the_index_was_in_use_is_listed_by_the_next_command() {
        let out = tempfile::tempdir().unwrap();
        let mut index = Index::open(out.path()).unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let finished_at: Timestamp = "2024-05-01T12:00:00Z".parse().unwrap();
        let timing = RunTiming { finished_at, duration: Duration::from_millis(1_500) };
        let contents = [("idle".to_owned(), "hash".to_owned())];
        let commit =
            RunCommit { base_dir: Some(Path::new("/here")), contents: &contents, ..RunCommit::default() };
        let mut other = Connection::open(&index.0.path).unwrap();
        let held = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        index.0.db.busy_timeout(Duration::ZERO).unwrap();
        let error = index.record_with(&stored, &timing, &commit).unwrap_err();
        assert!(matches!(&error, StoreError::Unlisted { folder, .. } if *folder == stored.folder), "{error}");
        assert!(error.help().contains("the next command"), "{}", error.help());
        assert!(index.runs().unwrap().is_empty());
        held.rollback().unwrap();
        drop(index);
        let next = Index::open_existing(out.path()).unwrap();
        let runs = next.runs().unwrap();
        assert_eq!((runs.len(), runs[0].run_id.as_str()), (1, stored.run.run_id.as_str()));
        assert_eq!((runs[0].finished_at.as_str(), runs[0].duration_seconds), ("2024-05-01T12:00:00Z", 1.5));
        assert_eq!(next.base_dir(&stored.run.identity).unwrap().as_deref(), Some(Path::new("/here")));
        assert!(notes(out.path()).is_empty(), "what is listed is no longer noted");
    }
}
