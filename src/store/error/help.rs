//! What to do about a failure, by its cause: a full disk, a missing right, another process, damage.

use std::io::{self, ErrorKind};
use std::path::Path;

use rusqlite::ErrorCode;

use crate::files::help_for;

/// The command that repairs the store of a database.
pub(super) fn repair(database: &Path) -> String {
    let out = database.parent().filter(|out| !out.as_os_str().is_empty()).unwrap_or(Path::new("."));
    format!("`tiltyard store repair --out {}`", out.display())
}

/// A file or folder could not be written.
pub(super) fn for_writing(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "the disk is full: free some space, then repeat the command"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "the folder is not writable: change its permissions, or give another folder with --out"
        }
        ErrorKind::InvalidFilename => "a name is too long for the file system: shorten it",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "another file or folder has this name: move it, or give another folder with --out"
        }
        _ => help_for(error).unwrap_or(
            "check that the disk works and has space and that the folder is writable, or give another folder with --out",
        ),
    }
    .to_owned()
}

/// A file or folder could not be read.
pub(super) fn of_reading(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it does not exist: `tiltyard store check` lists all missing files",
        ErrorKind::PermissionDenied => "it is not readable: change its permissions",
        _ => help_for(error).unwrap_or("check that the file exists and is readable"),
    }
    .to_owned()
}

/// Whether the file itself is at fault: damaged pages, or values that no program of ours wrote.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase),
        None => true,
    }
}

/// The database of runs and agents failed.
pub(super) fn of_database(path: &Path, error: &rusqlite::Error) -> String {
    match error.sqlite_error_code().and_then(of_code) {
        Some(help) => help.to_owned(),
        None if is_damage(error) => damaged(path),
        None => other(path),
    }
}

/// The kept outcomes of sweeps failed.
pub(super) fn of_trials(path: &Path, error: &rusqlite::Error) -> String {
    let known = error.sqlite_error_code().and_then(of_code);
    known.map_or_else(
        || format!("delete `{}`: its trials are then computed again, with the same results", path.display()),
        str::to_owned,
    )
}

/// Causes that are not the file's own fault: nothing of it must be moved or deleted.
fn of_code(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            "another program is using it: wait until it has finished, then repeat the command"
        }
        ErrorCode::DiskFull => {
            "the disk is full: free some space, then repeat the command; nothing was changed"
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
            "it is not writable: change the permissions of the file and its folder, or give another folder with --out"
        }
        ErrorCode::CannotOpen => {
            "check that its folder exists and is readable and writable and that not too many files are open \
             (`ulimit -n 4096` raises the limit), or give another folder with --out"
        }
        // What a failed sync left in the write-ahead log may be read back later as committed.
        ErrorCode::SystemIoFailure => {
            "the disk reports an error: check that it works and has space. Whether the last change was kept is not known: \
             see `tiltyard runs` or `tiltyard agent show`, and repeat the command if it was not"
        }
        ErrorCode::OutOfMemory => "there is not enough memory: close other programs, then try again",
        _ => return None,
    })
}

fn damaged(path: &Path) -> String {
    format!(
        "it is damaged: {} rebuilds the index from the run folders and restores the agents from their backup; \
         the damaged file is kept",
        repair(path)
    )
}

fn other(path: &Path) -> String {
    let out = path.parent().unwrap_or(Path::new("."));
    format!("`tiltyard store check --out {}` gives details; nothing was changed", out.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: std::ffi::c_int) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
    }

    #[test]
    fn each_cause_has_its_own_remedy_and_only_damage_is_repaired() {
        use rusqlite::ffi;
        let path = Path::new("out/tiltyard.db");
        for (code, word) in [
            (ffi::SQLITE_BUSY, "another program"),
            (ffi::SQLITE_LOCKED, "another program"),
            (ffi::SQLITE_FULL, "disk is full"),
            (ffi::SQLITE_READONLY, "is not writable"),
            (ffi::SQLITE_CANTOPEN, "readable and writable"),
            (ffi::SQLITE_IOERR, "disk reports an error"),
            (ffi::SQLITE_CORRUPT, "store repair --out out`"),
            (ffi::SQLITE_NOTADB, "store repair --out out`"),
        ] {
            let help = of_database(path, &failure(code));
            assert!(help.contains(word), "{code}: {help}");
            assert!(!help.contains("move"), "{help}");
            assert!(code != ffi::SQLITE_IOERR || !help.contains("nothing was changed"), "{help}");
            let trials = of_trials(Path::new("out/s/trials.db"), &failure(code));
            let deletes = trials.contains("delete");
            assert_eq!(deletes, [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB].contains(&code), "{trials}");
        }
    }
}
