//! Reads the text inside a file: plain, gzip, or every member of a zip archive.
//!
//! Streams with the decoder's memory only. The archive's checksums are verified while reading.

use std::io::{BufReader, Read};
use std::path::Path;

use crate::data::import::ImportError;
use crate::decode::{Archive, gunzip, open_regular};

/// Compression of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// No compression.
    Plain,
    /// gzip compression.
    Gzip,
    /// zip; text members are read in the order of their names.
    Zip,
}

impl Compression {
    /// Detects it from a file's first bytes.
    pub fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            _ => Self::Plain,
        }
    }
}

/// Calls `take` with the text of each member; a plain or gzip file has one.
pub fn each_text(
    path: &Path,
    compression: Compression,
    take: &mut dyn FnMut(&mut dyn Read) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let io = |source| ImportError::io("read", path, source);
    let failed = |error| ImportError::undecoded(path, error);
    let file = open_regular(path).map_err(io)?;
    match compression {
        Compression::Plain => take(&mut BufReader::new(file)),
        Compression::Gzip => take(&mut gunzip(file).map_err(io)?),
        Compression::Zip => {
            let mut archive = Archive::open(file).map_err(failed)?;
            for index in members(path, &mut archive)? {
                take(&mut archive.read(index).map_err(failed)?)?;
            }
            Ok(())
        }
    }
}

/// Indexes of the text members, sorted by name.
fn members(path: &Path, archive: &mut Archive) -> Result<Vec<usize>, ImportError> {
    let mut found = archive.files().map_err(|error| ImportError::undecoded(path, error))?;
    for (name, _) in &mut found {
        name.make_ascii_lowercase();
    }
    found.retain(|(name, _)| [".csv", ".txt", ".json"].iter().any(|end| name.ends_with(end)));
    found.sort();
    if found.is_empty() {
        let detail = "the archive has no CSV, text or JSON file".to_owned();
        return Err(ImportError::UnknownFormat { path: path.to_owned(), detail });
    }
    Ok(found.into_iter().map(|(_, index)| index).collect())
}
