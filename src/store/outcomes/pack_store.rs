//! Where packs lie: a folder that all machines see, or a prefix of an object store.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::super::StoreError;
use super::pack::{Pack, PackInfo, PackRow, encode, is_pack};
use crate::files::{Existing, Temporary, sweep_temporaries};

/// The place of a run's packs.
#[derive(Debug)]
pub struct PackStore {
    /// As the user wrote it.
    title: String,
    folder: PathBuf,
}

impl PackStore {
    /// The place that `dest` names; `create` makes a folder that is missing.
    ///
    /// # Errors
    /// [`StoreError::NoPacks`] for a folder that is missing, [`StoreError::Write`] where it cannot be made.
    pub fn open(dest: &str, create: bool) -> Result<Self, StoreError> {
        let folder = PathBuf::from(dest);
        if create {
            fs::create_dir_all(&folder).map_err(StoreError::write(&folder))?;
            // What cannot be removed now is removed by a later shard.
            let _ = sweep_temporaries(&folder);
        } else if !folder.is_dir() {
            return Err(StoreError::NoPacks { dest: dest.to_owned() });
        }
        Ok(Self { title: dest.to_owned(), folder })
    }

    /// The place as the user wrote it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// All packs that are there, by name.
    ///
    /// # Errors
    /// Where they cannot be listed, or one of them is no pack of this version.
    pub fn packs(&self) -> Result<Vec<Pack>, StoreError> {
        self.names()?.iter().map(|name| self.pack(name)).collect()
    }

    fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = || StoreError::read(&self.folder);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(failed())? {
            let name = entry.map_err(failed())?.file_name();
            names.extend(name.to_str().filter(|name| is_pack(name)).map(str::to_owned));
        }
        names.sort_unstable();
        Ok(names)
    }

    fn pack(&self, name: &str) -> Result<Pack, StoreError> {
        let title = Path::new(&self.title).join(name).display().to_string();
        Pack::open(&self.folder.join(name), title)
    }

    /// Publishes outcomes as one pack: it appears whole or not at all, and is never changed. The rows are sorted.
    ///
    /// # Errors
    /// Where it cannot be written; nothing is left behind then.
    pub fn publish(&self, info: &PackInfo, rows: &mut Vec<PackRow>) -> Result<String, StoreError> {
        let (name, bytes) = encode(info, rows)?;
        let path = self.folder.join(&name);
        let failed = || StoreError::write(&path);
        let file = Temporary::create_in(&self.folder).map_err(failed())?;
        file.file().write_all(&bytes).map_err(failed())?;
        match file.persist(&path, Existing::Keep) {
            // The same bytes, by their name.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(name),
            other => other.map(|()| name).map_err(failed()),
        }
    }
}
