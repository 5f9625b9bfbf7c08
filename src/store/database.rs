//! `OUT/tiltyard.db`: how it is opened, to be changed or to be read.
//!
//! Never asks it anything. Invariants: an empty database is never made where a copy of the registry says that
//! there was one; nothing is opened through a link; whoever has it open keeps `store repair` away.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::connect::{connect, connect_to_read, is_closed, is_ours};
use super::migrations::{self, migrate};
use super::{StoreError, registry};
use crate::files::FolderLock;

/// Its file in the output folder.
pub(super) const FILE: &str = "tiltyard.db";
/// The folder whose lock says that the store is in use, and in which the runs' holds lie.
pub(super) const HOLDS: &str = ".holds";

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    /// The output folder.
    pub out: PathBuf,
    /// Path of the database file.
    pub path: PathBuf,
    /// Open connection to the database.
    pub db: Connection,
    /// Kept while it is open; none where the store cannot be written.
    _in_use: Option<FolderLock>,
}

impl Database {
    /// Opens the database of an output folder in the newest format, and makes both where they are missing.
    pub fn open(out: &Path) -> Result<Self, StoreError> {
        let holds = out.join(HOLDS);
        fs::create_dir_all(&holds).map_err(StoreError::write(&holds))?;
        let in_use = in_use(out)?;
        let path = out.join(FILE);
        is_ours(&path)?;
        let error = StoreError::index(&path);
        let gone = !path.exists();
        if gone && registry::has_backup(out) {
            return Err(StoreError::DatabaseGone { path: path.clone() });
        }
        let mut db = connect(&path).map_err(&error)?;
        let before = migrations::version(&db).map_err(&error)?;
        if before == 0 && registry::has_backup(out) {
            return Err(StoreError::DatabaseGone { path: path.clone() });
        }
        migrate(&path, &mut db)?;
        if before != 0 && before < migrations::known() {
            registry::save(out, &db)?;
        }
        Ok(Self { out: out.to_owned(), path: path.clone(), db, _in_use: in_use })
    }

    /// Opens the database of an output folder that has one, to be changed; none where it has none.
    pub fn open_existing(out: &Path) -> Result<Option<Self>, StoreError> {
        if exists(out)? { Self::open(out).map(Some) } else { Ok(None) }
    }

    /// Opens the database of an output folder that has one, to be read: that works where nothing may be written.
    pub fn read_existing(out: &Path) -> Result<Option<Self>, StoreError> {
        match Self::open_existing(out) {
            Err(StoreError::Write { source, .. }) if is_refusal(&source) => Self::read(out).map(Some),
            Err(StoreError::Index { source, .. }) if is_closed(&source) => Self::read(out).map(Some),
            other => other,
        }
    }

    /// Opens it without a single write.
    fn read(out: &Path) -> Result<Self, StoreError> {
        let path = out.join(FILE);
        let error = StoreError::index(&path);
        let in_use = in_use(out)?;
        let db = connect_to_read(&path).map_err(&error)?;
        let found = migrations::version(&db).map_err(&error)?;
        match found.cmp(&migrations::known()) {
            std::cmp::Ordering::Less => Err(StoreError::IndexTooOld { path: path.clone() }),
            std::cmp::Ordering::Greater => {
                Err(StoreError::IndexTooNew { path: path.clone(), found, known: migrations::known() })
            }
            std::cmp::Ordering::Equal => {
                Ok(Self { out: out.to_owned(), path: path.clone(), db, _in_use: in_use })
            }
        }
    }
}

/// Whether an output folder has a database.
///
/// # Errors
/// [`StoreError::DatabaseGone`] where it had one.
pub(super) fn exists(out: &Path) -> Result<bool, StoreError> {
    let path = out.join(FILE);
    is_ours(&path)?;
    match path.is_file() {
        false if registry::has_backup(out) => Err(StoreError::DatabaseGone { path }),
        found => Ok(found),
    }
}

/// Says that the store is in use. Where that cannot be said the store cannot be repaired either.
fn in_use(out: &Path) -> Result<Option<FolderLock>, StoreError> {
    match FolderLock::try_shared_named(&out.join(HOLDS)) {
        Ok(None) => Err(StoreError::BeingRepaired { out: out.to_owned() }),
        Ok(lock) => Ok(lock),
        Err(_) => Ok(None),
    }
}

/// Whether the file system refused writing.
fn is_refusal(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

#[cfg(test)]
mod tests {
    use rusqlite::OpenFlags;

    use super::super::connect::{escaped, has_log};
    use super::*;

    #[test]
    fn a_database_that_nobody_may_write_is_read() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().join("a % of ?#");
        let path = Database::open(&folder).unwrap().path;
        assert!(!has_log(&path), "the last one to close it leaves no log");
        let uri = format!("file:{}?immutable=1", escaped(&path));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let db = Connection::open_with_flags(uri, flags).unwrap();
        assert_eq!(migrations::version(&db).unwrap(), migrations::known());
        assert!(db.execute_batch("CREATE TABLE t (x)").is_err());
        assert_eq!(Database::read(&folder).unwrap().path, path);
    }

    #[test]
    fn a_link_or_a_folder_in_its_place_is_refused() {
        let out = tempfile::tempdir().unwrap();
        let victim = out.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, out.path().join(FILE)).unwrap();
        assert!(matches!(Database::open(out.path()), Err(StoreError::NotOurs { .. })));
        fs::remove_file(out.path().join(FILE)).unwrap();
        fs::create_dir(out.path().join(FILE)).unwrap();
        assert!(matches!(Database::open_existing(out.path()), Err(StoreError::NotOurs { .. })));
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
    }
}
