//! What to do about a failure, by its cause: a full disk, a missing right, another process, damage.

use std::io::{self, ErrorKind};
use std::path::Path;

use rusqlite::ErrorCode;

/// The command that repairs the store of a database.
pub(super) fn repair(database: &Path) -> String {
    let out = database.parent().filter(|out| !out.as_os_str().is_empty()).unwrap_or(Path::new("."));
    format!("`tiltyard store repair --out {}`", out.display())
}

/// A file or folder could not be written.
pub(super) fn of_writing(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "the disk is full: make room, then give the same command again"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "the folder may not be written: change its rights, or give another folder with --out"
        }
        ErrorKind::InvalidFilename => "a name is too long for the file system: shorten it",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            "something else lies in that place: move it away, or give another folder with --out"
        }
        _ => {
            "check that the disk is sound and has room and that the folder may be written, or give another folder \
             with --out"
        }
    }
    .to_owned()
}

/// A file or folder could not be read.
pub(super) fn of_reading(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it is not there: `tiltyard store check` says what else is missing",
        ErrorKind::PermissionDenied => "it may not be read: change its rights",
        _ => "check that the file exists and may be read",
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
        || {
            format!(
                "delete `{}`: its trials are then computed anew, and give the same results",
                path.display()
            )
        },
        str::to_owned,
    )
}

/// Causes that are not the file's own fault: nothing of it must be moved or deleted.
fn of_code(code: ErrorCode) -> Option<&'static str> {
    Some(match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            "another program holds it: wait until that has ended, then give the same command again"
        }
        ErrorCode::DiskFull => {
            "the disk is full: make room, then give the same command again; nothing was changed"
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied => {
            "it may not be written: change the rights of the file and its folder, or give another folder with --out"
        }
        ErrorCode::CannotOpen => {
            "check that its folder exists and the rights to read and write it, or give another folder with --out"
        }
        ErrorCode::SystemIoFailure => {
            "the disk reports a fault: check that it is sound and has room, then give the same command again; \
             nothing was changed"
        }
        ErrorCode::OutOfMemory => "there is not enough memory: end other programs, then try again",
        _ => return None,
    })
}

fn damaged(path: &Path) -> String {
    format!(
        "it is damaged: {} lists the runs again from their folders and brings the agents back from their copy; \
         the damaged file is kept",
        repair(path)
    )
}

fn other(path: &Path) -> String {
    let out = path.parent().unwrap_or(Path::new("."));
    format!("`tiltyard store check --out {}` looks closer; nothing was changed", out.display())
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
            (ffi::SQLITE_READONLY, "may not be written"),
            (ffi::SQLITE_CANTOPEN, "rights to read and write"),
            (ffi::SQLITE_IOERR, "disk reports a fault"),
            (ffi::SQLITE_CORRUPT, "store repair --out out`"),
            (ffi::SQLITE_NOTADB, "store repair --out out`"),
        ] {
            let help = of_database(path, &failure(code));
            assert!(help.contains(word), "{code}: {help}");
            assert!(!help.contains("move"), "{help}");
            let trials = of_trials(Path::new("out/s/trials.db"), &failure(code));
            let deletes = trials.contains("delete");
            assert_eq!(deletes, [ffi::SQLITE_CORRUPT, ffi::SQLITE_NOTADB].contains(&code), "{trials}");
        }
    }
}
