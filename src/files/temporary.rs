//! Temporary files: written under a hidden name beside the target, locked while their writer lives.
//!
//! Files left by a killed process are recognised by their exact name pattern and missing lock, and removed by
//! the next writer in the folder. On Ctrl-C they are removed at once, see
//! [`remove_temporaries`](super::remove_temporaries).

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::pending::{Remembered, pending};
use super::{FolderLock, sync_folder};

const PREFIX: &str = ".tiltyard-";
const SUFFIX: &str = ".tmp";
/// Number of random characters between prefix and suffix.
const RANDOM: usize = 6;

/// What to do where the target file exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Keep it and fail.
    Keep,
    /// Replace the existing file.
    Replace,
}

/// A file without its final name; removed on drop.
#[derive(Debug)]
pub struct Temporary {
    file: NamedTempFile,
    remembered: Remembered,
}

impl Temporary {
    /// Creates a file in a folder, which is created where missing.
    ///
    /// # Errors
    /// Where the folder or the file cannot be created.
    pub fn create_in(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        // [`sweep_temporaries`] takes this lock too, so it cannot see the new file before it is locked.
        let _folder = FolderLock::exclusive_named(folder)?;
        let mut pending = pending();
        if pending.closed {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let file = builder().tempfile_in(folder)?;
        // On a file system without locks nothing is swept either.
        let _ = file.as_file().try_lock();
        let path = file.path().to_owned();
        pending.paths.insert(path.clone());
        Ok(Self { file, remembered: Remembered(path) })
    }

    /// The open file.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Its temporary path.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// A second handle to the file, positioned at the start.
    ///
    /// # Errors
    /// Where it no longer exists.
    pub fn reopen(&self) -> io::Result<File> {
        self.file.reopen()
    }

    /// Syncs the file to disk and renames it to `path`.
    ///
    /// # Errors
    /// Where the disk fails, or the name is taken and [`Existing::Keep`] was given; the temporary file is
    /// removed then.
    pub fn persist(self, path: &Path, existing: Existing) -> io::Result<()> {
        let Self { file, remembered } = self;
        file.as_file().sync_all()?;
        let named = match existing {
            Existing::Keep => file.persist_noclobber(path),
            Existing::Replace => file.persist(path),
        };
        named.map_err(|error| error.error)?;
        drop(remembered);
        sync_folder(parent(path))
    }
}

/// Writes a file atomically: it appears complete or not at all.
///
/// # Errors
/// As for writing any file; an existing file is unchanged then.
pub fn write_atomic(path: &Path, text: &str, existing: Existing) -> io::Result<()> {
    let file = Temporary::create_in(parent(path))?;
    file.file().write_all(text.as_bytes())?;
    file.persist(path, existing)
}

/// Removes the temporary files of dead writers in a folder.
///
/// # Errors
/// Where the folder cannot be read.
pub fn sweep_temporaries(folder: &Path) -> io::Result<()> {
    let _folder = FolderLock::exclusive_named(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let ours = entry.file_name().to_str().is_some_and(is_ours) && entry.file_type()?.is_file();
        // If the lock can be taken, the writer is dead.
        if ours && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Whether a name matches the pattern that [`builder`] creates.
fn is_ours(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Temporary files get the permissions of a normal file, so that others can read the result.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_replaces_only_where_it_may() {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join("f");
        write_atomic(&path, "one", Existing::Keep).unwrap();
        assert!(write_atomic(&path, "two", Existing::Keep).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        write_atomic(&path, "two", Existing::Replace).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(names(out.path()), ["f"]);
    }

    #[test]
    fn a_link_at_the_target_is_replaced_and_not_followed() {
        let out = tempfile::tempdir().unwrap();
        let (victim, link) = (out.path().join("victim"), out.path().join("link"));
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        write_atomic(&link, "new", Existing::Replace).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(fs::read_to_string(&link).unwrap(), "new");
    }

    #[test]
    fn only_files_of_dead_writers_are_swept() {
        let out = tempfile::tempdir().unwrap();
        let alive = Temporary::create_in(out.path()).unwrap();
        let mine = [".mine.tmp", ".tiltyard-notes.tmp", ".tiltyard-abcdef.tmp.gz", "tiltyard-abcdef.tmp"];
        for name in mine.iter().chain(&[".tiltyard-abcdef.tmp"]) {
            fs::write(out.path().join(name), "x").unwrap();
        }
        fs::create_dir(out.path().join(".tiltyard-folder.tmp")).unwrap();
        sweep_temporaries(out.path()).unwrap();
        let left = names(out.path());
        assert!(mine.iter().all(|name| left.iter().any(|left| left == name)), "{left:?}");
        assert!(!left.iter().any(|name| name == ".tiltyard-abcdef.tmp"), "{left:?}");
        assert!(alive.path().exists());
    }
}
