//! An import of several symbols that was interrupted: which files it has already made, and of what.
//!
//! Owns `OUT/.tiltyard-import.json`, which is there while such an import is unfinished. Invariant: a file counts as made
//! only if its bytes and its sources are those that were noted.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::{BadRows, ImportError, ImportGroup};
use crate::files::{Existing, FileLock, write_atomic};

/// The file's name, in the output folder.
const FILE: &str = ".tiltyard-import.json";

/// What an unfinished import has made so far.
#[derive(Debug)]
pub struct ImportProgress {
    path: PathBuf,
    bad: BadRows,
    made: BTreeMap<String, Made>,
}

/// What an earlier import has made of a group's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EarlierImport {
    /// Nothing that is known: a file that is there is somebody else's.
    Nothing,
    /// It was at work on it, so that a file which is there may be its own.
    Begun,
    /// All of it, of the same sources in the same way.
    Made,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Made {
    /// Hash of what it was made of, see [`sources`].
    sources: String,
    /// BLAKE3 of its bytes; none while it is being made.
    content: Option<String>,
}

impl ImportProgress {
    /// What an earlier import into a folder has made; nothing where none is unfinished.
    pub fn open(out: &Path, bad: BadRows) -> Self {
        let path = out.join(FILE);
        let text = crate::decode::read_text(&path).unwrap_or_default();
        // A note that cannot be read notes nothing: existing files are then refused, as without it.
        Self { path, bad, made: serde_json::from_str(&text).unwrap_or_default() }
    }

    /// What an earlier import has made of the group's file.
    pub fn of(&self, group: &ImportGroup) -> EarlierImport {
        let made = self.made.get(&name(group));
        let made = made.filter(|made| sources(group, self.bad).is_ok_and(|sources| sources == made.sources));
        match made.map(|made| &made.content) {
            None => EarlierImport::Nothing,
            Some(None) => EarlierImport::Begun,
            Some(Some(written)) if content(&group.output).is_ok_and(|found| found == *written) => {
                EarlierImport::Made
            }
            Some(Some(_)) => EarlierImport::Nothing,
        }
    }

    /// Notes that the group's file is going to be made, unless a file is there.
    ///
    /// # Errors
    /// [`ImportError::Io`].
    pub fn begin(&mut self, group: &ImportGroup) -> Result<(), ImportError> {
        if group.output.exists() { Ok(()) } else { self.note(group, None) }
    }

    /// Notes that the group's file has been made.
    ///
    /// # Errors
    /// [`ImportError::Io`].
    pub fn made(&mut self, group: &ImportGroup) -> Result<(), ImportError> {
        let content =
            content(&group.output).map_err(|source| ImportError::io("read", &group.output, source))?;
        self.note(group, Some(content))
    }

    fn note(&mut self, group: &ImportGroup, content: Option<String>) -> Result<(), ImportError> {
        let io = |source| ImportError::io("write", &self.path, source);
        let made = Made { sources: sources(group, self.bad).map_err(io)?, content };
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(io)?;
        let _lock = FileLock::for_writing(&self.path).map_err(io)?;
        self.made.insert(name(group), made);
        let text = serde_json::to_string(&self.made).map_err(|error| io(error.into()))?;
        write_atomic(&self.path, &text, Existing::Replace).map_err(io)
    }

    /// The import is finished: nothing is left to go on with.
    pub fn end(self) {
        // What stays does no harm: its files are refused or replaced as any other.
        let _ = fs::remove_file(&self.path);
    }
}

fn name(group: &ImportGroup) -> String {
    group.output.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn content(file: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(file)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// A hash of the sources by path, length, time of change and how they are read.
fn sources(group: &ImportGroup, bad: BadRows) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("{} {} {} {bad:?}", group.symbol, group.unit, group.interval).as_bytes());
    for source in &group.sources {
        let found = fs::metadata(&source.path)?;
        let changed = found.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let path = fs::canonicalize(&source.path)?;
        hasher.update(format!("\n{path:?} {} {changed} {:?}", found.len(), source.plan).as_bytes());
    }
    Ok(hasher.finalize().to_hex().to_string())
}
