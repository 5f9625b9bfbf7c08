//! The one form of every JSON file: pretty-printed, keys in the order of the types, a final newline.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// The text of a value.
pub(super) fn pretty<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|source| StoreError::Json { what, source })?;
    text.push('\n');
    Ok(text)
}

/// Writes a value as a file, without its whole text in memory.
pub(super) fn write<T: Serialize>(path: &Path, what: &'static str, value: &T) -> Result<(), StoreError> {
    let mut file = BufWriter::new(File::create(path).map_err(StoreError::write(path))?);
    if let Err(source) = serde_json::to_writer_pretty(&mut file, value) {
        return Err(match source.io_error_kind() {
            Some(_) => StoreError::write(path)(source.into()),
            None => StoreError::Json { what, source },
        });
    }
    file.write_all(b"\n").and_then(|()| file.flush()).map_err(StoreError::write(path))
}

/// Writes a text as a new file of a folder that no process reads yet.
pub(super) fn write_text(path: &Path, text: &str) -> Result<(), StoreError> {
    fs::write(path, text).map_err(StoreError::write(path))
}

/// A path as JSON. Names that are no text are written with replacement characters, which only shows them.
pub(super) fn path<S: serde::Serializer>(path: &Path, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(&path.display())
}

/// Reads a value from a file that need not be there.
pub(super) fn read_where_there<T: DeserializeOwned>(
    path: &Path,
    what: &'static str,
) -> Result<Option<T>, StoreError> {
    if path.exists() { read(path, what).map(Some) } else { Ok(None) }
}

/// Reads a value from a file.
pub(super) fn read<T: DeserializeOwned>(path: &Path, what: &'static str) -> Result<T, StoreError> {
    parse(path, what, &fs::read_to_string(path).map_err(StoreError::read(path))?)
}

/// The value of a file's text.
pub(super) fn parse<T: DeserializeOwned>(
    path: &Path,
    what: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(StoreError::malformed(path, what))
}
