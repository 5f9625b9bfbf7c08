//! Files of this process that go when it is interrupted.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Files of this process that are not finished.
pub(super) struct Pending {
    /// Set once the process is about to end: no new ones.
    pub(super) closed: bool,
    pub(super) paths: BTreeSet<PathBuf>,
}

static PENDING: Mutex<Pending> = Mutex::new(Pending { closed: false, paths: BTreeSet::new() });

pub(super) fn pending() -> MutexGuard<'static, Pending> {
    PENDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes a file that goes when the process is interrupted.
pub(super) fn remember(path: &Path) {
    pending().paths.insert(path.to_owned());
}

/// Forgets a file that is finished, or gone.
pub(super) fn forget(path: &Path) {
    pending().paths.remove(path);
}

/// Removes the unfinished files of this process, which must end now: no new ones can be made.
pub fn remove_temporaries() {
    let mut pending = pending();
    pending.closed = true;
    for path in &pending.paths {
        // Nobody is left to tell; what stays is swept by the next writer.
        let _ = fs::remove_file(path);
    }
}

/// A path that goes when the process is interrupted, until dropped.
#[derive(Debug)]
pub(super) struct Remembered(pub(super) PathBuf);

impl Drop for Remembered {
    fn drop(&mut self) {
        forget(&self.0);
    }
}
