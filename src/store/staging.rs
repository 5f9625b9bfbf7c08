//! A folder that appears whole or not at all.
//!
//! Owns the temporary folder that a run is written in, its lock, and the rename that publishes it. Layout
//! under `OUT/<scenario>/`: `<run-id>/` is a finished run; `.<run-id>.<pid>.tmp/` one being written, its
//! `.lock` held by the writer for as long as it lives; `.<run-id>.<pid>.old/` a former run of the same
//! identity for the instant between two renames; `.lock` is held while folders are made, swept or renamed.
//!
//! Invariant: a folder without a leading dot is complete. Locks are the operating system's, so a dead
//! process holds none, and what it left is swept by the next writer.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;

const LOCK: &str = ".lock";

/// A temporary folder; removed when dropped unless it was published.
#[derive(Debug)]
pub(super) struct Staging {
    /// Where to write.
    folder: PathBuf,
    /// Where it will be.
    target: PathBuf,
    /// Held while the writer lives.
    lock: Option<File>,
}

impl Staging {
    /// Makes `parent` where it is missing, sweeps what dead processes left there, and makes an empty
    /// temporary folder for `name`.
    pub fn open(parent: &Path, name: &str) -> Result<Self, StoreError> {
        fs::create_dir_all(parent).map_err(StoreError::write(parent))?;
        let _section = section(parent)?;
        sweep(parent)?;
        let folder = create_unique(parent, name)?;
        let lock = take_lock(&folder.join(LOCK))?;
        Ok(Self { folder, target: parent.join(name), lock: Some(lock) })
    }

    /// Where to write.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes everything durable and moves it to its place; a former folder there is replaced.
    pub fn publish(mut self) -> Result<PathBuf, StoreError> {
        let parent = self.target.parent().unwrap_or(Path::new(".")).to_owned();
        let _section = section(&parent)?;
        let lock = self.folder.join(LOCK);
        self.lock = None;
        fs::remove_file(&lock).map_err(StoreError::write(&lock))?;
        sync_tree(&self.folder)?;
        replace(&self.folder, &self.target)?;
        // From here on the name may belong to another writer of this process.
        self.folder = PathBuf::new();
        sync_folder(&parent)?;
        Ok(std::mem::take(&mut self.target))
    }
}

/// What was not published leaves no trace. A published folder is no longer at this place.
impl Drop for Staging {
    fn drop(&mut self) {
        self.lock = None;
        if !self.folder.as_os_str().is_empty() {
            // A folder that cannot be removed now is swept at the next start.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Waits for the right to change the folder's entries.
fn section(parent: &Path) -> Result<File, StoreError> {
    let path = parent.join(LOCK);
    let file = File::create(&path).map_err(StoreError::write(&path))?;
    match file.lock() {
        // Some network file systems know no locks: then two runs of one identity at once are on their own.
        Err(e) if e.kind() != io::ErrorKind::Unsupported => Err(StoreError::Write { path, source: e }),
        _ => Ok(file),
    }
}

fn take_lock(path: &Path) -> Result<File, StoreError> {
    let file = File::create(path).map_err(StoreError::write(path))?;
    // Nobody else looks at a fresh folder while the section is held; without locks there is no sweep.
    let _ = file.try_lock();
    Ok(file)
}

fn create_unique(parent: &Path, name: &str) -> Result<PathBuf, StoreError> {
    let process = std::process::id();
    let mut folder = parent.join(format!(".{name}.{process}.tmp"));
    for turn in 1_u32.. {
        match fs::create_dir(&folder) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                folder = parent.join(format!(".{name}.{process}-{turn}.tmp"));
            }
            other => {
                other.map_err(StoreError::write(&folder))?;
                break;
            }
        }
    }
    Ok(folder)
}

/// Removes temporary folders of dead writers and ends an interrupted replacement.
fn sweep(parent: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(parent).map_err(StoreError::read(parent))? {
        let path = entry.map_err(StoreError::read(parent))?.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()).filter(|n| n.starts_with('.')) else {
            continue;
        };
        if name.ends_with(".tmp") && is_dead(&path) {
            fs::remove_dir_all(&path).map_err(StoreError::write(&path))?;
        } else if name.ends_with(".old") {
            restore_or_remove(parent, &path, name)?;
        }
    }
    Ok(())
}

/// Whether nobody holds the folder's lock. Where that cannot be told it counts as alive.
pub(super) fn is_dead(folder: &Path) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(file) => match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        },
        // Its writer died between removing the lock and the rename, or before it made the lock.
        Err(e) => e.kind() == io::ErrorKind::NotFound,
    }
}

/// `.<run-id>.<pid>.old`: the former run. Without its successor it comes back.
fn restore_or_remove(parent: &Path, aside: &Path, name: &str) -> Result<(), StoreError> {
    let run = name.trim_start_matches('.').split('.').next().unwrap_or_default();
    let target = parent.join(run);
    if target.exists() {
        fs::remove_dir_all(aside).map_err(StoreError::write(aside))
    } else {
        fs::rename(aside, &target).map_err(StoreError::write(&target))
    }
}

fn replace(from: &Path, target: &Path) -> Result<(), StoreError> {
    if !target.exists() {
        return fs::rename(from, target).map_err(StoreError::write(target));
    }
    let aside = from.with_extension("old");
    fs::rename(target, &aside).map_err(StoreError::write(&aside))?;
    if let Err(source) = fs::rename(from, target) {
        // Best effort: the sweep of the next start does the same.
        let _ = fs::rename(&aside, target);
        return Err(StoreError::Write { path: target.to_owned(), source });
    }
    // The new run stands; what cannot be removed now is swept at the next start.
    let _ = fs::remove_dir_all(&aside);
    Ok(())
}

/// Waits until every file and folder below is on the disk.
fn sync_tree(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::read(folder))? {
        let path = entry.map_err(StoreError::read(folder))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            File::open(&path).and_then(|file| file.sync_all()).map_err(StoreError::write(&path))?;
        }
    }
    sync_folder(folder)
}

/// Makes a folder's list of entries durable, where the system can.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        File::open(folder).and_then(|dir| dir.sync_all()).map_err(StoreError::write(folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .filter(|n| n != LOCK)
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_appears_at_publishing_and_replaces_its_former_self() {
        let out = tempfile::tempdir().unwrap();
        for text in ["one", "two"] {
            let staging = Staging::open(out.path(), "abc").unwrap();
            fs::write(staging.folder().join("f"), text).unwrap();
            assert!(fs::read_to_string(out.path().join("abc/f")).map_or(true, |old| old == "one"));
            let target = staging.publish().unwrap();
            assert_eq!(entries(&target), ["f"]);
            assert_eq!(fs::read_to_string(target.join("f")).unwrap(), text);
        }
        assert_eq!(entries(out.path()), ["abc"]);
    }

    #[test]
    fn what_is_not_published_leaves_nothing() {
        let out = tempfile::tempdir().unwrap();
        let staging = Staging::open(out.path(), "abc").unwrap();
        fs::write(staging.folder().join("f"), "x").unwrap();
        drop(staging);
        assert!(entries(out.path()).is_empty());
    }

    #[test]
    fn the_dead_are_swept_and_the_living_are_not() {
        let out = tempfile::tempdir().unwrap();
        let alive = Staging::open(out.path(), "abc").unwrap();
        let dead = out.path().join(".abc.999999.tmp");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join(LOCK), "").unwrap();
        let second = Staging::open(out.path(), "abc").unwrap();
        assert!(!dead.exists());
        assert!(alive.folder().exists());
        assert_ne!(alive.folder(), second.folder());
    }

    #[test]
    fn an_interrupted_replacement_is_undone_or_ended() {
        let out = tempfile::tempdir().unwrap();
        let aside = out.path().join(".abc.999999.old");
        fs::create_dir(&aside).unwrap();
        drop(Staging::open(out.path(), "xyz").unwrap());
        assert_eq!(entries(out.path()), ["abc"], "the former run is back");
        fs::create_dir(&aside).unwrap();
        drop(Staging::open(out.path(), "xyz").unwrap());
        assert_eq!(entries(out.path()), ["abc"], "its successor stands, so it goes");
    }

    #[test]
    fn a_place_that_is_a_file_is_refused_at_once() {
        let out = tempfile::tempdir().unwrap();
        let file = out.path().join("scenario");
        fs::write(&file, "").unwrap();
        assert!(matches!(Staging::open(&file, "abc"), Err(StoreError::Write { .. })));
    }
}
