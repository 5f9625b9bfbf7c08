//! Where packs lie: a folder that all machines see, or a prefix of an object store.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::StoreError;
use super::pack::{Pack, PackInfo, PackRow, encode, is_pack};
#[cfg(feature = "cloud")]
use super::pack_objects::PackObjects;
use crate::files::{Existing, Temporary, is_object_url, sweep_temporaries};

/// The place of a run's packs.
#[derive(Debug)]
pub struct PackStore {
    /// As the user wrote it.
    title: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    #[cfg(feature = "cloud")]
    Objects(PackObjects),
}

impl PackStore {
    /// The place that `dest` names: a folder, or a URL of an object store; `create` makes a folder that is missing.
    ///
    /// # Errors
    /// [`StoreError::NoPacks`] for a folder that is missing, [`StoreError::Write`] where it cannot be made or reached.
    pub fn open(dest: &str, create: bool) -> Result<Self, StoreError> {
        let place = if is_object_url(dest) { objects(dest)? } else { folder(dest, create)? };
        Ok(Self { title: dest.to_owned(), place })
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
        let title = |name: &str| Path::new(&self.title).join(name).display().to_string();
        let open = |(name, path): (String, PathBuf)| Pack::open(&path, title(&name));
        self.files().map_err(StoreError::read(Path::new(&self.title)))?.into_iter().map(open).collect()
    }

    /// The packs as files of this machine, by name.
    fn files(&self) -> io::Result<Vec<(String, PathBuf)>> {
        match &self.place {
            Place::Folder(folder) => {
                let mut files = Vec::new();
                for entry in fs::read_dir(folder)? {
                    let entry = entry?;
                    let name = entry.file_name().into_string().ok().filter(|name| is_pack(name));
                    files.extend(name.map(|name| (name, entry.path())));
                }
                files.sort_unstable();
                Ok(files)
            }
            #[cfg(feature = "cloud")]
            Place::Objects(objects) => objects.files(),
        }
    }

    /// Publishes outcomes as one pack: it appears whole or not at all, and is never changed. The rows are sorted.
    ///
    /// # Errors
    /// Where it cannot be written; nothing is left behind then.
    pub fn publish(&self, info: &PackInfo, rows: &mut Vec<PackRow>) -> Result<String, StoreError> {
        let (name, bytes) = encode(info, rows)?;
        let path = Path::new(&self.title).join(&name);
        let written = match &self.place {
            Place::Folder(folder) => write(folder, &name, &bytes),
            #[cfg(feature = "cloud")]
            Place::Objects(objects) => objects.write(&name, bytes),
        };
        written.map(|()| name).map_err(StoreError::write(&path))
    }
}

fn folder(dest: &str, create: bool) -> Result<Place, StoreError> {
    let folder = PathBuf::from(dest);
    if create {
        fs::create_dir_all(&folder).map_err(StoreError::write(&folder))?;
        // What cannot be removed now is removed by a later shard.
        let _ = sweep_temporaries(&folder);
    } else if !folder.is_dir() {
        return Err(StoreError::NoPacks { dest: dest.to_owned() });
    }
    Ok(Place::Folder(folder))
}

#[cfg(feature = "cloud")]
fn objects(dest: &str) -> Result<Place, StoreError> {
    PackObjects::open(dest).map(Place::Objects).map_err(StoreError::write(Path::new(dest)))
}

#[cfg(not(feature = "cloud"))]
fn objects(dest: &str) -> Result<Place, StoreError> {
    Err(StoreError::write(Path::new(dest))(crate::files::no_object_stores()))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let file = Temporary::create_in(folder)?;
    file.file().write_all(bytes)?;
    match file.persist(&folder.join(name), Existing::Keep) {
        // The same bytes, by their name.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
