//! `files.json`: the length and the hash of every file of a run, so that damage is noticed.
//!
//! Owns that file. Written when all others are; never lists itself: a change in it shows as one of a file that
//! it lists. The bytes are the same for the same run.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ExtraFile, StoreError, json};
use crate::files::{Existing, write_atomic};

/// Its name in a run's folder.
pub(super) const FILE: &str = "files.json";
/// Version of its form.
const FORMAT: u32 = 1;

/// What it holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    format_version: u32,
    /// By path below the run's folder, with `/` between its parts.
    files: BTreeMap<String, Entry>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    bytes: u64,
    /// 64 hexadecimal characters.
    blake3: String,
}

/// What is wrong with a file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum FileProblem {
    /// It is not there.
    Missing,
    /// It has another length than it was written with.
    Length {
        /// Size when it was written.
        written: u64,
        /// Size found on disk.
        found: u64,
    },
    /// Its bytes are not those that were written.
    Content,
    /// It cannot be read.
    Unreadable {
        /// Reason, as a sentence.
        reason: String,
    },
}

impl std::fmt::Display for FileProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Length { written, found } => write!(f, "has {found} bytes instead of {written}"),
            Self::Content => f.write_str("has changed content (its hash differs)"),
            Self::Unreadable { reason } => write!(f, "cannot be read: {reason}"),
        }
    }
}

impl Manifest {
    /// The manifest of the files on disk.
    pub fn of(folder: &Path) -> Result<Self, StoreError> {
        let mut names = Vec::new();
        collect(folder, "", &mut names)?;
        names.retain(|name| name != FILE);
        let entry = |name: String| {
            let path = folder.join(&name);
            let entry = hash(&path).map_err(StoreError::read(&path))?;
            Ok((name, entry))
        };
        let files = names.into_par_iter().map(entry).collect::<Result<_, StoreError>>()?;
        Ok(Self { format_version: FORMAT, files })
    }

    /// As stored; none where the run has none.
    pub fn read(folder: &Path) -> Result<Option<Self>, StoreError> {
        json::read_where_there(&folder.join(FILE), "list of files")
    }

    /// Writes it into a folder that no process reads yet.
    pub fn write(&self, folder: &Path) -> Result<(), StoreError> {
        json::write(&folder.join(FILE), "the list of files", self)
    }

    /// Writes it into a finished run, whole or not at all.
    pub fn replace(&self, folder: &Path) -> Result<(), StoreError> {
        let path = folder.join(FILE);
        let text = json::pretty("the list of files", self)?;
        write_atomic(&path, &text, Existing::Replace).map_err(StoreError::write(&path))
    }

    /// Whether all files are there with their lengths: a quick look at what has just been written.
    pub fn verify_lengths(&self, folder: &Path) -> Result<(), StoreError> {
        for (name, entry) in &self.files {
            if let Some(problem) = length(&folder.join(name), entry) {
                return Err(StoreError::NotAsWritten {
                    path: folder.to_owned(),
                    problem: format!("`{name}` {problem}"),
                });
            }
        }
        Ok(())
    }

    /// The files that are not as they were written, each with what is wrong with it.
    pub fn problems(&self, folder: &Path) -> Vec<(String, FileProblem)> {
        let look = |(name, entry): (&String, &Entry)| {
            let path = folder.join(name);
            let problem = length(&path, entry).or_else(|| match hash(&path) {
                Ok(found) if found == *entry => None,
                Ok(_) => Some(FileProblem::Content),
                Err(error) => Some(FileProblem::Unreadable { reason: error.to_string() }),
            })?;
            Some((name.clone(), problem))
        };
        self.files.iter().filter_map(look).collect()
    }
}

/// Writes pages into a folder, each whole or not at all; those of a finished run are noted in its list of files.
///
/// # Errors
/// [`StoreError::Read`], [`StoreError::Write`].
pub fn write_pages(folder: &Path, pages: &[ExtraFile]) -> Result<Vec<PathBuf>, StoreError> {
    fs::create_dir_all(folder).map_err(StoreError::write(folder))?;
    let path = |page: &ExtraFile| {
        let path = folder.join(&page.name);
        write_atomic(&path, &page.text, Existing::Replace).map_err(StoreError::write(&path))?;
        Ok(path)
    };
    let paths: Vec<PathBuf> = pages.iter().map(path).collect::<Result<_, StoreError>>()?;
    if let Some(mut manifest) = Manifest::read(folder)? {
        for page in pages {
            let path = folder.join(&page.name);
            let entry = hash(&path).map_err(StoreError::read(&path))?;
            manifest.files.insert(page.name.clone(), entry);
        }
        manifest.replace(folder)?;
    }
    Ok(paths)
}

fn length(path: &Path, entry: &Entry) -> Option<FileProblem> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.is_file() => Some(FileProblem::Missing),
        Ok(found) if found.len() == entry.bytes => None,
        Ok(found) => Some(FileProblem::Length { written: entry.bytes, found: found.len() }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(FileProblem::Missing),
        Err(error) => Some(FileProblem::Unreadable { reason: error.to_string() }),
    }
}

fn hash(path: &Path) -> std::io::Result<Entry> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(Entry { bytes: hasher.count(), blake3: hasher.finalize().to_hex().to_string() })
}

/// The files below a folder, each with its path from there.
fn collect(folder: &Path, below: &str, files: &mut Vec<String>) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::read(folder))? {
        let entry = entry.map_err(StoreError::read(folder))?;
        let path: PathBuf = entry.path();
        let kind = entry.file_type().map_err(StoreError::read(&path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if kind.is_dir() {
            collect(&path, &format!("{below}{name}/"), files)?;
        } else if kind.is_file() {
            files.push(format!("{below}{name}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_damage_is_named_with_its_file() {
        let out = tempfile::tempdir().unwrap();
        let folder = out.path();
        fs::create_dir(folder.join("below")).unwrap();
        for name in ["whole", "cut", "flipped", "gone", "below/flipped"] {
            fs::write(folder.join(name), "0123456789").unwrap();
        }
        Manifest::of(folder).unwrap().write(folder).unwrap();
        let manifest = Manifest::read(folder).unwrap().unwrap();
        assert_eq!(manifest.problems(folder), []);
        manifest.verify_lengths(folder).unwrap();
        fs::write(folder.join("cut"), "01234").unwrap();
        fs::write(folder.join("flipped"), "0123456798").unwrap();
        fs::write(folder.join("below/flipped"), "0123456788").unwrap();
        fs::remove_file(folder.join("gone")).unwrap();
        fs::write(folder.join("notes of mine"), "x").unwrap();
        let problems = manifest.problems(folder);
        let found: Vec<(&str, FileProblem)> =
            problems.iter().map(|(name, problem)| (name.as_str(), problem.clone())).collect();
        assert_eq!(
            found,
            [
                ("below/flipped", FileProblem::Content),
                ("cut", FileProblem::Length { written: 10, found: 5 }),
                ("flipped", FileProblem::Content),
                ("gone", FileProblem::Missing),
            ]
        );
        assert!(matches!(manifest.verify_lengths(folder), Err(StoreError::NotAsWritten { .. })));
    }

    #[test]
    fn pages_that_are_written_again_are_noted() {
        let out = tempfile::tempdir().unwrap();
        fs::write(out.path().join("report.html"), "one").unwrap();
        Manifest::of(out.path()).unwrap().write(out.path()).unwrap();
        let page = ExtraFile { name: "report.html".to_owned(), text: "another".to_owned() };
        write_pages(out.path(), &[page]).unwrap();
        assert_eq!(Manifest::read(out.path()).unwrap().unwrap().problems(out.path()), []);
    }
}
