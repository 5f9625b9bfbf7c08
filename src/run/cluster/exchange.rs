//! The folder in which a run and its workers exchange files: `OUT/.tiltyard-workers-<random>/`.
//!
//! Goes with the run. One that a killed run has left is removed by the next that has workers.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use tempfile::TempDir;

use crate::files::FolderLock;
use crate::store::StoreError;

/// How its name begins.
const PREFIX: &str = ".tiltyard-workers-";

/// A folder of this process, locked while it lives.
#[derive(Debug)]
pub(super) struct Exchange {
    // Unlocked before it is removed.
    _lock: FolderLock,
    folder: TempDir,
}

impl Exchange {
    /// A new one in the output folder, which is made where it is missing.
    pub fn below(out: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Write { path: out.to_owned(), source };
        fs::create_dir_all(out).map_err(failed)?;
        sweep(out);
        loop {
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(out).map_err(failed)?;
            match FolderLock::exclusive(folder.path()) {
                Ok(lock) if lock.is_at(folder.path()) => return Ok(Self { _lock: lock, folder }),
                // Another process has taken it for one of a dead process before it was locked.
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes those of dead processes; what cannot be removed now is removed later.
fn sweep(out: &Path) {
    for entry in fs::read_dir(out).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_ours && is_folder && matches!(FolderLock::try_exclusive(&entry.path()), Ok(Some(_))) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_of_dead_processes_are_removed() {
        let out = tempfile::tempdir().unwrap();
        let dead = out.path().join(format!("{PREFIX}dead"));
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("job"), "x").unwrap();
        let one = Exchange::below(out.path()).unwrap();
        assert!(!dead.exists());
        let two = Exchange::below(out.path()).unwrap();
        assert!(one.folder().is_dir() && two.folder().is_dir() && one.folder() != two.folder());
        let place = one.folder().to_owned();
        drop(one);
        assert!(!place.exists());
    }
}
