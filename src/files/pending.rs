//! Files of this process that go when it is interrupted.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Unfinished files of this process.
pub(super) struct Pending {
    /// Set when the process is about to end; no file may be created after that.
    pub(super) closed: bool,
    pub(super) paths: BTreeSet<PathBuf>,
}

static PENDING: Mutex<Pending> = Mutex::new(Pending { closed: false, paths: BTreeSet::new() });

pub(super) fn pending() -> MutexGuard<'static, Pending> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers a file to be removed when the process is interrupted.
pub(super) fn remember(path: &Path) {
    pending().paths.insert(path.to_owned());
}

/// Unregisters a file that is finished or removed.
pub(super) fn forget(path: &Path) {
    pending().paths.remove(path);
}

/// Removes the unfinished files of this process. The process must end after that: no new ones can be created.
pub fn remove_temporaries() {
    let mut pending = pending();
    pending.closed = true;
    for path in &pending.paths {
        // An error has no one to report to; the next writer removes the file.
        let _ = fs::remove_file(path);
    }
}

/// A path that is removed when the process is interrupted; unregistered on drop.
#[derive(Debug)]
pub(super) struct Remembered(pub(super) PathBuf);

impl Drop for Remembered {
    fn drop(&mut self) {
        forget(&self.0);
    }
}
