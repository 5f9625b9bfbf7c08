//! Durability: waits until files and folders are on disk.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Files that are synced side by side: each waits for the disk, and a file system commits many at once.
const AT_ONCE: usize = 16;

/// Syncs every file and folder below `folder` to disk.
///
/// # Errors
/// The path that could not be synced, and why.
pub fn sync_tree(folder: &Path) -> Result<(), (PathBuf, io::Error)> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    list(folder, &mut files, &mut folders)?;
    std::thread::scope(|scope| {
        let part = |files: &[PathBuf]| files.iter().try_for_each(|path| sync_file(path).map_err(at(path)));
        let parts = files.chunks(files.len().div_ceil(AT_ONCE).max(1));
        let running: Vec<_> = parts.map(|files| scope.spawn(move || part(files))).collect();
        // A thread that panics is a bug, which is passed on.
        running
            .into_iter()
            .try_for_each(|one| one.join().unwrap_or_else(|bug| std::panic::resume_unwind(bug)))
    })?;
    folders.iter().try_for_each(|folder| sync_folder(folder).map_err(at(folder)))
}

/// The files and folders below a folder, itself last.
fn list(
    folder: &Path,
    files: &mut Vec<PathBuf>,
    folders: &mut Vec<PathBuf>,
) -> Result<(), (PathBuf, io::Error)> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(at(&path))?;
        if kind.is_dir() {
            list(&path, files, folders)?;
        } else if kind.is_file() {
            files.push(path);
        }
    }
    folders.push(folder.to_owned());
    Ok(())
}

fn sync_file(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// An error with the path that it is of.
fn at(path: &Path) -> impl FnOnce(io::Error) -> (PathBuf, io::Error) {
    let path = path.to_owned();
    move |error| (path, error)
}

/// Makes a folder's directory entries durable, on systems that support it.
///
/// # Errors
/// Where the sync fails.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
