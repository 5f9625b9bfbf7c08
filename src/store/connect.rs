//! Connections to this program's SQLite files.
//!
//! Never asks them anything but their format. Invariant: nothing is opened through a link.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{StoreError, migrations};

/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// Refuses a link or a folder where one of our files should be.
pub(super) fn is_ours(path: &Path) -> Result<(), StoreError> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            Err(StoreError::NotOurs { path: path.to_owned(), what: "a symbolic link" })
        }
        Ok(found) if !found.is_file() => Err(StoreError::NotOurs { path: path.to_owned(), what: "no file" }),
        _ => Ok(()),
    }
}

/// Opens a file as this program's databases are opened.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "foreign_keys", true)?;
    let mode: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        db.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    }
    Ok(db)
}

/// Opens a file to be read. Where not even the shared memory of the write-ahead log can be made, the file is taken
/// as immutable; where a log must be undone first, that is done.
pub(super) fn connect_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let plain = Connection::open_with_flags(path, flags)?;
    plain.busy_timeout(PATIENCE)?;
    match migrations::version(&plain) {
        Err(error) if is_closed(&error) && !has_log(path) => {
            let uri = format!("file:{}?immutable=1", escaped(path));
            Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
        }
        // What a process that died has left unfinished must be undone before anything can be read.
        Err(error) if is_closed(&error) => {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let db = Connection::open_with_flags(path, flags)?;
            db.busy_timeout(PATIENCE)?;
            migrations::version(&db).map(|_| db)
        }
        Err(error) => Err(error),
        Ok(_) => Ok(plain),
    }
}

/// Whether changes wait in a log, without which the file is not the whole database.
pub(super) fn has_log(path: &Path) -> bool {
    ["-wal", "-journal"].iter().any(|ending| {
        let mut log = path.as_os_str().to_owned();
        log.push(ending);
        fs::metadata(log).is_ok_and(|log| log.len() > 0)
    })
}

/// A path in a URI: everything but plain characters as its bytes.
pub(super) fn escaped(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    bytes
        .iter()
        .map(|&byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") })
        .collect()
}

/// Whether a database could not be opened for want of a right.
pub(super) fn is_closed(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied)
    )
}
