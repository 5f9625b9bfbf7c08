//! The text inside a file: plain, gzip, or each member of a zip archive.
//!
//! Streams: nothing is held but what the decoder needs. The archive's checksums are verified on the way.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::market::import::ImportError;

/// How a text is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gzip,
    /// zip; members that are text are read in the order of their names.
    Zip,
}

impl Packing {
    /// By a file's first bytes.
    pub fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            _ => Self::Plain,
        }
    }
}

/// Hands the text of each member to `take`; a plain or gzip file has one.
pub fn each_text(
    path: &Path,
    packing: Packing,
    take: &mut dyn FnMut(&mut dyn Read) -> Result<(), ImportError>,
) -> Result<(), ImportError> {
    let file = File::open(path).map_err(|source| ImportError::io("read", path, source))?;
    match packing {
        Packing::Plain => take(&mut BufReader::new(file)),
        Packing::Gzip => take(&mut flate2::read::MultiGzDecoder::new(BufReader::new(file))),
        Packing::Zip => {
            let damaged = |error: zip::result::ZipError| ImportError::damaged(path, error);
            let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(damaged)?;
            for index in members(path, &mut archive)? {
                take(&mut archive.by_index(index).map_err(damaged)?)?;
            }
            Ok(())
        }
    }
}

/// Places of the members that are text, by name.
fn members(path: &Path, archive: &mut zip::ZipArchive<BufReader<File>>) -> Result<Vec<usize>, ImportError> {
    let damaged = |error: zip::result::ZipError| ImportError::damaged(path, error);
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let member = archive.by_index_raw(index).map_err(damaged)?;
        let name = member.name().map_err(damaged)?.to_ascii_lowercase();
        if member.is_file() && [".csv", ".txt", ".json"].iter().any(|end| name.ends_with(end)) {
            found.push((name, index));
        }
    }
    found.sort();
    if found.is_empty() {
        let detail = "the archive holds no CSV, text or JSON file".to_owned();
        return Err(ImportError::UnknownFormat { path: path.to_owned(), detail });
    }
    Ok(found.into_iter().map(|(_, index)| index).collect())
}
