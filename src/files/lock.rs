//! Operating-system file locks, released when the holding process ends for any reason.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::pending;

/// A lock on a folder itself. It needs no lock file and stays with the folder when that is renamed.
#[derive(Debug)]
pub struct FolderLock(File);

impl FolderLock {
    /// Waits for the exclusive lock. On a file system without locks it returns a lock without effect.
    ///
    /// # Errors
    /// Where the folder cannot be opened, or is a symbolic link.
    pub fn exclusive(folder: &Path) -> io::Result<Self> {
        Self::wait(open_folder(folder, false)?)
    }

    /// As [`Self::exclusive`], for a folder that the user named, which may be a symbolic link.
    ///
    /// # Errors
    /// Where the folder cannot be opened.
    pub fn exclusive_named(folder: &Path) -> io::Result<Self> {
        Self::wait(open_folder(folder, true)?)
    }

    fn wait(file: File) -> io::Result<Self> {
        match file.lock() {
            Err(error) if !locks_unsupported(&error) => Err(error),
            _ => Ok(Self(file)),
        }
    }

    /// The exclusive lock, or `None` where another process holds one.
    ///
    /// # Errors
    /// Where the folder cannot be opened, is a symbolic link, or is on a file system without locks.
    pub fn try_exclusive(folder: &Path) -> io::Result<Option<Self>> {
        let file = open_folder(folder, false)?;
        let locked = file.try_lock();
        held(file, locked)
    }

    /// As [`Self::try_exclusive`], for a folder that the user named, which may be a symbolic link.
    ///
    /// # Errors
    /// As [`FolderLock::try_exclusive`].
    pub fn try_exclusive_named(folder: &Path) -> io::Result<Option<Self>> {
        let file = open_folder(folder, true)?;
        let locked = file.try_lock();
        held(file, locked)
    }

    /// A shared lock on a folder that the user named, or `None` while another process holds the exclusive
    /// lock.
    ///
    /// # Errors
    /// As [`FolderLock::try_exclusive`].
    pub fn try_shared_named(folder: &Path) -> io::Result<Option<Self>> {
        let file = open_folder(folder, true)?;
        let locked = file.try_lock_shared();
        held(file, locked)
    }

    /// Whether the locked folder is still the one at `path`.
    pub fn is_at(&self, path: &Path) -> bool {
        let own = self.0.metadata();
        let found = fs::symlink_metadata(path);
        matches!((own, found), (Ok(own), Ok(found)) if is_same(&own, &found))
    }
}

fn held(file: File, locked: Result<(), TryLockError>) -> io::Result<Option<FolderLock>> {
    match locked {
        Ok(()) => Ok(Some(FolderLock(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether locking failed because the file system does not support it (some network file systems).
fn locks_unsupported(error: &io::Error) -> bool {
    // NFS emulates locks with byte-range locks, which a folder opened for reading cannot have (EBADF).
    error.kind() == io::ErrorKind::Unsupported || matches!(error.raw_os_error(), Some(9 | 37 | 38 | 95))
}

/// A lock on a small lock file beside the protected file, held until dropped; dropping removes the lock file.
#[derive(Debug)]
pub struct FileLock {
    path: PathBuf,
    /// Open and locked.
    _file: File,
}

impl FileLock {
    /// Waits for the exclusive right to write `path`; the lock file is hidden beside it.
    ///
    /// # Errors
    /// As [`FileLock::exclusive`].
    pub fn for_writing(path: &Path) -> io::Result<Self> {
        let mut name = std::ffi::OsString::from(".tiltyard-");
        name.push(path.file_name().unwrap_or_default());
        name.push(".lock");
        Self::exclusive(&path.with_file_name(name))
    }

    /// Waits for the exclusive lock on a lock file, which is created where missing.
    ///
    /// # Errors
    /// Where it cannot be opened, or is not a regular file.
    pub fn exclusive(path: &Path) -> io::Result<Self> {
        loop {
            let file = open_lock_file(path)?;
            match file.lock() {
                Err(error) if !locks_unsupported(&error) => return Err(error),
                _ => {}
            }
            // The previous holder may have removed the file meanwhile; then this lock is on an unlinked file,
            // and is taken again.
            let (own, found) = (file.metadata()?, fs::symlink_metadata(path));
            if found.is_ok_and(|found| is_same(&own, &found)) {
                pending::remember(path);
                return Ok(Self { path: path.to_owned(), _file: file });
            }
        }
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // Removed while still locked: a waiting process notices and tries again.
        let _ = fs::remove_file(&self.path);
        pending::forget(&self.path);
    }
}

#[cfg(unix)]
fn is_same(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_: &fs::Metadata, _: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn open_folder(folder: &Path, through_link: bool) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let link = if through_link { rustix::fs::OFlags::empty() } else { rustix::fs::OFlags::NOFOLLOW };
    let flags = rustix::fs::OFlags::DIRECTORY | link;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(folder)
}

#[cfg(not(unix))]
fn open_folder(folder: &Path, _: bool) -> io::Result<File> {
    File::open(folder)
}

/// Opens or creates a lock file. Its content is neither read nor changed.
fn open_lock_file(path: &Path) -> io::Result<File> {
    open_plain(OpenOptions::new().read(true).write(true).create(true).truncate(false), path)
}

/// Opens a file with the given options if it is a regular file; does not follow links or block on devices.
///
/// # Errors
/// Where it cannot be opened, or is not a regular file.
pub fn open_plain(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits().cast_signed(),
    );
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        return Ok(file);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "the path is not a regular file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_and_shared_by_many() {
        let out = tempfile::tempdir().unwrap();
        let held = FolderLock::exclusive(out.path()).unwrap();
        assert!(FolderLock::try_exclusive(out.path()).unwrap().is_none());
        assert!(FolderLock::try_shared_named(out.path()).unwrap().is_none());
        drop(held);
        let one = FolderLock::try_shared_named(out.path()).unwrap();
        assert!(one.is_some() && FolderLock::try_shared_named(out.path()).unwrap().is_some());
        assert!(FolderLock::try_exclusive_named(out.path()).unwrap().is_none());
    }

    #[test]
    fn a_lock_follows_its_folder() {
        let out = tempfile::tempdir().unwrap();
        let (before, after) = (out.path().join("before"), out.path().join("after"));
        fs::create_dir(&before).unwrap();
        let held = FolderLock::exclusive(&before).unwrap();
        fs::rename(&before, &after).unwrap();
        assert!(held.is_at(&after) && !held.is_at(&before));
        assert!(FolderLock::try_exclusive(&after).unwrap().is_none());
    }

    #[test]
    fn nothing_is_opened_through_a_link() {
        let out = tempfile::tempdir().unwrap();
        let (victim, link) = (out.path().join("victim"), out.path().join("link"));
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        assert!(FileLock::exclusive(&link).is_err());
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        drop(FileLock::exclusive(&victim));
        let (folder, link) = (out.path().join("folder"), out.path().join("to-folder"));
        fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(FolderLock::exclusive(&link).is_err());
        assert!(FolderLock::try_shared_named(&link).unwrap().is_some());
    }

    #[test]
    fn a_file_has_one_holder_at_a_time_and_is_gone_afterwards() {
        let out = tempfile::tempdir().unwrap();
        let path = out.path().join(".lock");
        let inside = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _lock = FileLock::exclusive(&path).unwrap();
                        assert_eq!(inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                        inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(!path.exists());
    }
}
