//! Regular files: they have a length that claims can be checked against.

use std::fs::File;
use std::io;
use std::path::Path;

/// Opens a regular file. Devices, pipes and folders are refused: they have no length to check claims against.
///
/// # Errors
/// As the operating system reports.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    if kind.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
}
