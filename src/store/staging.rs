//! A folder that appears whole or not at all.
//!
//! Owns the temporary folder that a run is written in, its lock, and how it is published. Layout under
//! `OUT/<scenario>/`: `<run-id>/` is a finished run; `.<run-id>.<pid>.tmp/` one being written, or a former run
//! of the same identity that has just been replaced; `.<run-id>.<pid>.old/` a former run for the instant
//! between two renames, on file systems that cannot exchange two names. Whoever makes, replaces or removes one
//! of them holds the scenario's folder; whoever writes one holds that folder, until the index has the run.
//!
//! Invariants: a folder without a leading dot is complete, and is never missing between two versions of it
//! where the file system can exchange names; elsewhere the next command brings the former one back. Only names
//! of exactly these forms are this program's. Locks are the operating system's: a dead process holds none.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::files::{FolderLock, replace_folder, sync_folder, sync_tree};

/// Characters of a run's id, all hexadecimal.
const RUN_ID: usize = 12;

/// A temporary folder; removed when dropped unless it was published.
#[derive(Debug)]
pub(super) struct Staging {
    /// Where to write.
    folder: PathBuf,
    /// Where it will be.
    target: PathBuf,
    /// Held while the writer lives; moves with the folder.
    lock: Option<FolderLock>,
}

/// A published run. What is published is its writer's until this is dropped.
#[derive(Debug)]
pub(super) struct Placed {
    /// Where it is.
    pub folder: PathBuf,
    /// Keeps other processes from removing it as a leftover.
    pub lock: Option<FolderLock>,
}

impl Staging {
    /// Makes `parent` where it is missing, repairs what dead processes left there, and makes an empty temporary
    /// folder for `name`.
    pub fn open(parent: &Path, name: &str) -> Result<Self, StoreError> {
        fs::create_dir_all(parent).map_err(StoreError::write(parent))?;
        let _section = section(parent)?;
        // What cannot be repaired now concerns other runs: `store check` names it.
        let _ = recover(parent);
        let folder = create_unique(parent, name)?;
        let lock = FolderLock::exclusive(&folder).map_err(StoreError::write(&folder))?;
        Ok(Self { folder, target: parent.join(name), lock: Some(lock) })
    }

    /// The same for a folder that will have this name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.target = self.target.with_file_name(name);
        self
    }

    /// Where to write.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes everything durable, moves it to its place, where a former folder is replaced, and has `verify` look
    /// at what is there now. Where anything fails, everything is as it was before.
    pub fn publish(
        mut self,
        verify: impl FnOnce(&Path) -> Result<(), StoreError>,
    ) -> Result<Placed, StoreError> {
        let parent = self.target.parent().unwrap_or(Path::new(".")).to_owned();
        let _section = section(&parent)?;
        sync_tree(&self.folder).map_err(|(path, source)| StoreError::Write { path, source })?;
        let aside = self.folder.with_extension("old");
        let replaced =
            replace_folder(&self.folder, &self.target, &aside).map_err(StoreError::write(&self.target))?;
        let check = self
            .is_in_place()
            .and_then(|()| verify(&self.target))
            .and_then(|()| sync_folder(&parent).map_err(StoreError::write(&parent)));
        if let Err(error) = check {
            replaced.undo(&self.folder, &self.target);
            return Err(error);
        }
        let folder = std::mem::take(&mut self.folder);
        if let Some(former) = replaced.previous(&folder) {
            // The new run stands; what cannot be removed now is swept at the next start.
            let _ = fs::remove_dir_all(former);
        }
        Ok(Placed { folder: std::mem::take(&mut self.target), lock: self.lock.take() })
    }

    /// Whether the published folder is the one that was written.
    fn is_in_place(&self) -> Result<(), StoreError> {
        match &self.lock {
            Some(lock) if !lock.is_at(&self.target) => Err(StoreError::NotAsWritten {
                path: self.target.clone(),
                problem: "another folder has replaced it".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

/// Removes what was not published. A published folder is no longer at this path.
impl Drop for Staging {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            // A folder that cannot be removed now is swept at the next start.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Waits for the right to change the entries of a scenario's folder.
pub(super) fn section(parent: &Path) -> Result<FolderLock, StoreError> {
    match fs::symlink_metadata(parent) {
        Ok(found) if !found.is_dir() => {
            let what = if found.is_symlink() { "a symbolic link" } else { "a file" };
            Err(StoreError::NotOurs { path: parent.to_owned(), what })
        }
        Err(error) => Err(StoreError::write(parent)(error)),
        Ok(_) => FolderLock::exclusive(parent).map_err(StoreError::write(parent)),
    }
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

/// What a hidden folder of this program's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Being written, or no longer needed.
    Temporary,
    /// A former run between two renames.
    Former,
}

/// Whether a name is one that [`Staging`] gives, and of which run: `.<run-id>.<pid>[-<turn>].(tmp|old)`.
pub(super) fn parse_hidden(name: &str) -> Option<(&str, Hidden)> {
    let (run, rest) = name.strip_prefix('.')?.split_once('.')?;
    let (process, kind) = rest.split_once('.')?;
    let kind = match kind {
        "tmp" => Hidden::Temporary,
        "old" => Hidden::Former,
        _ => return None,
    };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (process, turn) = process.split_once('-').map_or((process, None), |(id, turn)| (id, Some(turn)));
    (is_run_id(run) && number(process) && turn.is_none_or(number)).then_some((run, kind))
}

/// Whether a name is that of a run's folder.
pub(super) fn is_run_id(name: &str) -> bool {
    name.len() == RUN_ID && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The hidden folders of this program's in a scenario's folder, former runs first.
pub(super) fn hidden(parent: &Path) -> io::Result<Vec<(PathBuf, String, Hidden)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some((run, kind)) = name.to_str().and_then(parse_hidden)
            && entry.file_type()?.is_dir()
        {
            found.push((entry.path(), run.to_owned(), kind));
        }
    }
    found.sort_by_key(|(path, _, kind)| (*kind == Hidden::Temporary, path.clone()));
    Ok(found)
}

/// Ends interrupted replacements and removes temporary folders of dead writers. Gives what was done about what.
/// The caller holds the [`section`].
pub(super) fn recover(parent: &Path) -> Result<Vec<(PathBuf, Hidden)>, StoreError> {
    let mut done = Vec::new();
    for (path, run, kind) in hidden(parent).map_err(StoreError::read(parent))? {
        let changed = match kind {
            Hidden::Former => restore_or_remove(&path, &parent.join(run))?,
            Hidden::Temporary => remove_dead(&path)?,
        };
        if changed {
            done.push((path, kind));
        }
    }
    Ok(done)
}

/// Ends interrupted replacements alone. The caller holds the [`section`].
pub(super) fn bring_back(parent: &Path) -> Result<(), StoreError> {
    for (path, run, kind) in hidden(parent).map_err(StoreError::read(parent))? {
        if kind == Hidden::Former {
            restore_or_remove(&path, &parent.join(run))?;
        }
    }
    Ok(())
}

/// Whether no process holds a folder; false if that is unknown.
pub(super) fn is_dead(folder: &Path) -> bool {
    FolderLock::try_exclusive(folder).is_ok_and(|lock| lock.is_some())
}

/// Removes a temporary folder if no process holds it.
fn remove_dead(folder: &Path) -> Result<bool, StoreError> {
    let Ok(Some(_lock)) = FolderLock::try_exclusive(folder) else { return Ok(false) };
    fs::remove_dir_all(folder).map_err(StoreError::write(folder))?;
    Ok(true)
}

/// A former run without its successor comes back; with a whole one it goes.
fn restore_or_remove(aside: &Path, target: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::rename(aside, target).map_err(StoreError::write(target))?;
            Ok(true)
        }
        Ok(_) if target.join("run.json").is_file() => {
            fs::remove_dir_all(aside).map_err(StoreError::write(aside))?;
            Ok(true)
        }
        // The last copy of a run is never removed.
        _ => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "0123456789ab";

    fn entries(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn accept(_: &Path) -> Result<(), StoreError> {
        Ok(())
    }

    #[test]
    fn a_folder_appears_at_publishing_and_replaces_its_former_self() {
        let out = tempfile::tempdir().unwrap();
        for text in ["one", "two"] {
            let staging = Staging::open(out.path(), RUN).unwrap();
            fs::write(staging.folder().join("f"), text).unwrap();
            assert!(fs::read_to_string(out.path().join(RUN).join("f")).map_or(true, |old| old == "one"));
            let placed = staging.publish(accept).unwrap();
            assert_eq!(entries(&placed.folder), ["f"]);
            assert_eq!(fs::read_to_string(placed.folder.join("f")).unwrap(), text);
        }
        assert_eq!(entries(out.path()), [RUN]);
    }

    #[test]
    fn a_changed_run_does_not_replace_the_previous_one() {
        let out = tempfile::tempdir().unwrap();
        fs::create_dir(out.path().join(RUN)).unwrap();
        fs::write(out.path().join(RUN).join("f"), "one").unwrap();
        let staging = Staging::open(out.path(), RUN).unwrap();
        fs::write(staging.folder().join("f"), "two").unwrap();
        let refuse = |path: &Path| {
            assert_eq!(fs::read_to_string(path.join("f")).unwrap(), "two");
            Err(StoreError::NotAsWritten { path: path.to_owned(), problem: "x".to_owned() })
        };
        assert!(staging.publish(refuse).is_err());
        assert_eq!(fs::read_to_string(out.path().join(RUN).join("f")).unwrap(), "one");
        assert_eq!(entries(out.path()), [RUN]);
    }

    #[test]
    fn an_unpublished_run_leaves_no_files() {
        let out = tempfile::tempdir().unwrap();
        let staging = Staging::open(out.path(), RUN).unwrap();
        fs::write(staging.folder().join("f"), "x").unwrap();
        drop(staging);
        assert!(entries(out.path()).is_empty());
    }

    #[test]
    fn the_dead_are_swept_and_the_living_are_not() {
        let out = tempfile::tempdir().unwrap();
        let alive = Staging::open(out.path(), RUN).unwrap();
        let dead = out.path().join(format!(".{RUN}.999999.tmp"));
        fs::create_dir(&dead).unwrap();
        let second = Staging::open(out.path(), RUN).unwrap();
        assert!(!dead.exists());
        assert!(alive.folder().exists());
        assert_ne!(alive.folder(), second.folder());
        let placed = alive.publish(accept).unwrap();
        assert!(!is_dead(&placed.folder), "what is published is held until it is recorded");
        let Placed { folder, lock } = placed;
        drop(lock);
        assert!(is_dead(&folder));
    }

    #[test]
    fn an_interrupted_replacement_is_undone_or_ended() {
        let out = tempfile::tempdir().unwrap();
        let aside = out.path().join(format!(".{RUN}.999999.old"));
        fs::create_dir(&aside).unwrap();
        fs::write(aside.join("run.json"), "old").unwrap();
        drop(Staging::open(out.path(), RUN).unwrap());
        assert_eq!(entries(out.path()), [RUN], "the former run is back");
        fs::create_dir(&aside).unwrap();
        drop(Staging::open(out.path(), RUN).unwrap());
        assert_eq!(entries(out.path()), [RUN], "its successor stands, so it goes");
        fs::create_dir(&aside).unwrap();
        fs::remove_file(out.path().join(RUN).join("run.json")).unwrap();
        drop(Staging::open(out.path(), RUN).unwrap());
        assert_eq!(entries(out.path()).len(), 2, "the successor is no run: the former one stays");
    }

    #[test]
    fn only_names_of_our_own_form_are_ours() {
        for (name, kind) in [
            (".0123456789ab.17.tmp", Hidden::Temporary),
            (".0123456789ab.17-3.tmp", Hidden::Temporary),
            (".0123456789ab.17.old", Hidden::Former),
        ] {
            assert_eq!(parse_hidden(name), Some((RUN, kind)), "{name}");
        }
        for name in [
            ".mine.tmp",
            ".notes.old",
            "0123456789ab.17.tmp",
            ".0123456789ab.tmp",
            ".0123456789ab.17.bak",
            ".0123456789AB.17.tmp",
            ".0123456789ab.17-.tmp",
            ".0123456789ab.x.old",
            ".0123456789ab.17.tmp.gz",
        ] {
            assert_eq!(parse_hidden(name), None, "{name}");
        }
    }

    #[test]
    fn foreign_files_are_kept_and_block_nothing() {
        let out = tempfile::tempdir().unwrap();
        let mine = [".mine.tmp", ".notes.old", ".0123456789ab.17.old"];
        for name in &mine[..2] {
            fs::create_dir(out.path().join(name)).unwrap();
        }
        // A plain file is never ours, whatever its name.
        fs::write(out.path().join(mine[2]), "x").unwrap();
        std::os::unix::fs::symlink("/nowhere", out.path().join(".0123456789ab.18.tmp")).unwrap();
        for _ in 0..2 {
            Staging::open(out.path(), RUN).unwrap().publish(accept).unwrap();
        }
        assert_eq!(
            entries(out.path()),
            [".0123456789ab.17.old", ".0123456789ab.18.tmp", ".mine.tmp", ".notes.old", RUN]
        );
    }

    #[test]
    fn a_place_that_is_a_file_or_a_link_is_refused_at_once() {
        let out = tempfile::tempdir().unwrap();
        let (file, link) = (out.path().join("scenario"), out.path().join("link"));
        fs::write(&file, "").unwrap();
        assert!(matches!(Staging::open(&file, RUN), Err(StoreError::Write { .. })));
        fs::create_dir(out.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(out.path().join("elsewhere"), &link).unwrap();
        assert!(matches!(Staging::open(&link, RUN), Err(StoreError::NotOurs { .. })));
        assert!(entries(&out.path().join("elsewhere")).is_empty());
    }
}
