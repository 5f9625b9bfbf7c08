//! Durability: waits until files and folders are on disk.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Syncs every file and folder below `folder` to disk.
///
/// # Errors
/// The path that could not be synced, and why.
pub fn sync_tree(folder: &Path) -> Result<(), (PathBuf, io::Error)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| (path, error)
    };
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(at(&path))?;
        if kind.is_dir() {
            sync_tree(&path)?;
        } else if kind.is_file() {
            File::open(&path).and_then(|file| file.sync_all()).map_err(at(&path))?;
        }
    }
    sync_folder(folder).map_err(at(folder))
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
