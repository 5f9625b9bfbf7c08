//! Files that have a length: what is read from them can be measured against it.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a file; devices, pipes and folders have no length to measure claims by, and are refused.
///
/// # Errors
/// As the operating system says.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    if kind.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
}
