//! Packs in an object store, each fetched once by a process.

use std::fs;
use std::io;
use std::path::PathBuf;

use tempfile::TempDir;

use super::pack::is_pack;
use crate::cloud::{ObjectFile, ObjectFolder};

/// The packs below a URL.
#[derive(Debug)]
pub(super) struct PackObjects {
    objects: ObjectFolder,
    /// Those that were fetched; goes with the process.
    fetched: TempDir,
}

impl PackObjects {
    /// The packs below a URL; nothing is read yet.
    pub fn open(url: &str) -> io::Result<Self> {
        let fetched = tempfile::Builder::new().prefix("tiltyard-packs-").tempdir()?;
        Ok(Self { objects: ObjectFolder::open(url)?, fetched })
    }

    /// All packs by name, as files of this machine.
    pub fn files(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let listed = self.objects.list()?;
        listed.iter().filter(|file| is_pack(&file.name)).map(|file| self.file(file)).collect()
    }

    fn file(&self, file: &ObjectFile) -> io::Result<(String, PathBuf)> {
        let path = self.fetched.path().join(&file.name);
        if !path.is_file() {
            // A pack never changes: what was fetched is what is there.
            let part = path.with_extension("part");
            fs::write(&part, self.objects.get(file)?)?;
            fs::rename(&part, &path)?;
        }
        Ok((file.name.clone(), path))
    }

    /// Makes a pack; one of the same name has the same bytes.
    pub fn write(&self, name: &str, bytes: Vec<u8>) -> io::Result<()> {
        self.objects.put_new(name, bytes).map(|_| ())
    }
}
