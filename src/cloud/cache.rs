//! Market data of an object store on this machine: fetched once in each version, then read as files.
//!
//! ```text
//! CACHE/objects/<hash>               one version of one object
//! CACHE/folders/<hash>/<name>        the objects below a URL as they were once, as links to their versions
//! ```
//!
//! CACHE is `TILTYARD_CACHE`, else `tiltyard` in `XDG_CACHE_HOME` or `~/.cache`. It can be deleted at any time.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::objects::{ObjectFile, ObjectFolder};
use crate::files::{Existing, Temporary};

/// A folder on this machine with the Parquet files below a URL as they are now.
///
/// # Errors
/// Where the store cannot be reached, has no Parquet file there, or the cache cannot be written.
pub fn fetched(url: &str) -> io::Result<PathBuf> {
    let (base, one) = match url.rsplit_once('/') {
        Some((base, name)) if name.ends_with(".parquet") => (base, Some(name)),
        _ => (url, None),
    };
    let objects = ObjectFolder::open(base)?;
    let mut files = objects.list()?;
    files.retain(|file| {
        file.name.ends_with(".parquet") && one.is_none_or(|one| one == file.name) && is_plain(&file.name)
    });
    if files.is_empty() {
        return Err(io::Error::new(ErrorKind::NotFound, "there are no Parquet files"));
    }
    folder(&cache()?, &objects, &files)
}

/// A name that stays below the folder it is put in.
fn is_plain(name: &str) -> bool {
    name.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\\'))
}

fn cache() -> io::Result<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let found = set("TILTYARD_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("tiltyard")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/tiltyard")));
    found
        .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "set TILTYARD_CACHE to a folder for fetched data"))
}

/// The folder of these versions; made where it is missing.
fn folder(cache: &Path, objects: &ObjectFolder, files: &[ObjectFile]) -> io::Result<PathBuf> {
    let mut hash = blake3::Hasher::new();
    for file in files {
        hash.update(version(objects, file).as_bytes());
    }
    let folders = cache.join("folders");
    let folder = folders.join(&hash.finalize().to_hex()[..32]);
    if folder.is_dir() {
        return Ok(folder);
    }
    fs::create_dir_all(&folders)?;
    let making = tempfile::Builder::new().prefix(".tiltyard-").tempdir_in(&folders)?;
    for file in files {
        let object = object(cache, objects, file)?;
        let link = making.path().join(&file.name);
        fs::create_dir_all(link.parent().unwrap_or(making.path()))?;
        fs::hard_link(&object, &link).or_else(|_| fs::copy(&object, &link).map(drop))?;
    }
    match fs::rename(making.path(), &folder) {
        // Another process was first.
        Err(_) if folder.is_dir() => Ok(folder),
        other => other.map(|()| folder),
    }
}

/// What changes with the content of an object: its URL, name, size and entity tag.
fn version(objects: &ObjectFolder, file: &ObjectFile) -> String {
    let ObjectFile { name, size, tag, changed } = file;
    let tag = tag.clone().unwrap_or_else(|| changed.to_string());
    let text = format!("{}\n{name}\n{size}\n{tag}", objects.url());
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The file of one version; fetched where it is missing.
fn object(cache: &Path, objects: &ObjectFolder, file: &ObjectFile) -> io::Result<PathBuf> {
    let folder = cache.join("objects");
    let path = folder.join(version(objects, file));
    if path.is_file() {
        return Ok(path);
    }
    let bytes = objects.get(file)?;
    let temporary = Temporary::create_in(&folder)?;
    temporary.file().write_all(&bytes)?;
    temporary.persist(&path, Existing::Replace)?;
    Ok(path)
}
