//! Clearing away what nothing in a store needs any more.
//!
//! Never touches a result that the index lists, an agent, what belongs to a living process, or anything whose
//! name is not exactly of this program's own form.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::database::Database;
use super::integrity::{self, CheckProgress, Depth, run_folders, scenarios};
use super::journals::Unneeded;
use super::{IntegrityProblem, StoreError, journals, staging};
use crate::files::FolderLock;

/// Clears away leftovers, index entries without a folder, answers of programs that a run has and, where asked for, runs
/// that the index does not list and answers that no run has. Gives what went.
///
/// # Errors
/// As [`inspect`](super::inspect()), and where something cannot be removed.
pub fn prune(
    out: &Path,
    unlisted: bool,
    progress: CheckProgress<'_>,
) -> Result<Vec<IntegrityProblem>, StoreError> {
    // Files need not be read: nothing is removed because of them.
    let condition = integrity::look(out, Depth::Folders, progress)?;
    let Some(Database { path, db, .. }) = &Database::open_existing(out)? else {
        return Err(StoreError::NoIndex { out: out.to_owned() });
    };
    let mut gone = Vec::new();
    for problem in condition.problems {
        let removed = match &problem {
            IntegrityProblem::FolderGone { run_id, folder } => forget(path, db, run_id, folder)?,
            IntegrityProblem::Leftover { folder } => remove_held(folder, |_| Ok(true))?,
            IntegrityProblem::FolderUnlisted { folder } if unlisted => {
                remove_held(folder, |folder| is_unlisted(path, db, folder))?
            }
            _ => false,
        };
        if removed {
            gone.push(problem);
        }
    }
    let mut runs = Vec::new();
    for scenario in scenarios(out)? {
        runs.extend(run_folders(&scenario)?);
    }
    let journals = journals::prune(out, &runs, unlisted)?.into_iter();
    gone.extend(journals.map(|(file, reason)| match reason {
        Unneeded::Damaged => IntegrityProblem::JournalDamaged { file },
        Unneeded::Published => IntegrityProblem::JournalPublished { file },
        Unneeded::Unfinished => IntegrityProblem::JournalUnfinished { file },
    }));
    if gone.iter().any(|problem| matches!(problem, IntegrityProblem::FolderGone { .. })) {
        // Only to give room back: it can wait while others use the database, or the disk is full.
        let _ = db.execute_batch("VACUUM");
    }
    Ok(gone)
}

/// Takes a run off the list whose folder is still gone once no process changes the scenario's folder.
fn forget(path: &Path, db: &Connection, run_id: &str, folder: &Path) -> Result<bool, StoreError> {
    let parent = folder.parent().filter(|parent| parent.is_dir());
    let _section = parent.map(staging::section).transpose()?;
    if let Some(parent) = parent {
        staging::bring_back(parent)?;
    }
    if fs::symlink_metadata(folder).is_ok() {
        return Ok(false);
    }
    db.execute("DELETE FROM runs WHERE run_id = ?1", [run_id]).map_err(StoreError::index(path))?;
    Ok(true)
}

/// Removes a folder that no process has locked, where `still` says so once it is held. It goes under a hidden name
/// first:
/// one that is removed in part is never taken for a run.
fn remove_held(
    folder: &Path,
    still: impl FnOnce(&Path) -> Result<bool, StoreError>,
) -> Result<bool, StoreError> {
    let Some(parent) = folder.parent() else { return Ok(false) };
    let _section = staging::section(parent)?;
    let Ok(Some(_lock)) = FolderLock::try_exclusive(folder) else { return Ok(false) };
    if !still(folder)? {
        return Ok(false);
    }
    let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let hidden = if staging::is_run_id(name) {
        let hidden = parent.join(format!(".{name}.{}.tmp", std::process::id()));
        fs::rename(folder, &hidden).map_err(StoreError::write(folder))?;
        hidden
    } else {
        folder.to_owned()
    };
    fs::remove_dir_all(&hidden).map_err(StoreError::write(&hidden))?;
    Ok(true)
}

fn is_unlisted(path: &Path, db: &Connection, folder: &Path) -> Result<bool, StoreError> {
    let run_id = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let listed: bool = db
        .query_row("SELECT EXISTS (SELECT 1 FROM runs WHERE run_id = ?1)", [run_id], |row| row.get(0))
        .map_err(StoreError::index(path))?;
    Ok(!listed)
}
