//! Input/output errors by their cause: what a user can do about each.

use std::error::Error;
use std::io::{self, ErrorKind};

use rustix::io::Errno;

/// What to do about an error whose cause lies outside the file: the disk, a right, a limit of the system. `None` where
/// the cause says nothing more.
pub fn help_for(error: &io::Error) -> Option<&'static str> {
    if let Some(help) = error.raw_os_error().and_then(of_code) {
        return Some(help);
    }
    Some(match error.kind() {
        ErrorKind::StorageFull => "the disk is full: free some space, then repeat the command",
        ErrorKind::QuotaExceeded => {
            "your quota of disk space is used up: free some space, then repeat the command"
        }
        ErrorKind::ReadOnlyFilesystem => {
            "the file system is read-only: give another folder, or mount it so that it can be written"
        }
        ErrorKind::PermissionDenied => {
            "you may not do that: change the permissions of the file and its folder, or use another one"
        }
        ErrorKind::NotFound => "it does not exist: check the path",
        ErrorKind::InvalidFilename => "a name is too long for the file system: shorten it",
        ErrorKind::IsADirectory => "it is a folder: give a file in it",
        ErrorKind::NotADirectory => "a part of the path is a file, not a folder: check the path",
        ErrorKind::FileTooLarge => {
            "the file system or a limit of the shell (`ulimit -f`) allows no file of this size"
        }
        ErrorKind::OutOfMemory => "there is not enough memory: close other programs, then try again",
        ErrorKind::InvalidInput => "give a regular file: write what a pipe or device gives to a file first",
        ErrorKind::StaleNetworkFileHandle | ErrorKind::TimedOut => {
            "the network file system does not answer: try again, or use a local disk"
        }
        _ => return None,
    })
}

/// Causes that the standard library has no kind for.
fn of_code(code: i32) -> Option<&'static str> {
    let is = |errno: Errno| errno.raw_os_error() == code;
    if is(Errno::MFILE) || is(Errno::NFILE) {
        Some(
            "too many files are open: raise the limit, such as with `ulimit -n 4096`, then repeat the command",
        )
    } else if is(Errno::IO) {
        Some("the disk reports an error: check it, and use another one")
    } else if is(Errno::LOOP) {
        Some("symbolic links lead in a circle: check the path")
    } else {
        None
    }
}

/// Whether the same may well succeed later: a disk or network that failed, not a wrong name, place or right.
pub fn may_pass(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
            | ErrorKind::Unsupported
    )
}

/// The input/output error that caused an error of a reader or writer, unless it says that the content is wrong.
pub fn io_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        let found = error.downcast_ref::<io::Error>();
        if let Some(found) = found.filter(|found| !is_about_content(found)) {
            return Some(found);
        }
        // Of an input/output error that wraps another, the source is the source of the other.
        let inner = found.and_then(io::Error::get_ref).map(|inner| inner as &(dyn Error + 'static));
        next = inner.or_else(|| error.source());
    }
    None
}

fn is_about_content(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof)
        || error.raw_os_error().is_none()
            && matches!(error.kind(), ErrorKind::Other | ErrorKind::InvalidInput)
}

/// The same error again: by its code where the system gave it one.
pub fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_its_own_help() {
        for (code, word) in [
            (Errno::NOSPC, "disk is full"),
            (Errno::MFILE, "too many files"),
            (Errno::NFILE, "too many files"),
            (Errno::ROFS, "read-only"),
            (Errno::ACCESS, "permissions"),
            (Errno::IO, "disk reports an error"),
            (Errno::NOENT, "does not exist"),
            (Errno::NAMETOOLONG, "too long"),
            (Errno::ISDIR, "folder"),
        ] {
            let help = help_for(&code.into()).unwrap_or_default();
            assert!(help.contains(word), "{code}: {help}");
        }
        assert_eq!(help_for(&io::Error::other("x")), None);
    }

    #[test]
    fn the_cause_inside_a_writers_error_is_found_and_wrong_content_is_none() {
        let full = || io::Error::from(Errno::NOSPC);
        let parquet = parquet::errors::ParquetError::External(Box::new(full()));
        assert_eq!(io_cause(&parquet).map(io::Error::kind), Some(ErrorKind::StorageFull));
        let wrapped = io::Error::other(parquet::errors::ParquetError::External(Box::new(full())));
        assert_eq!(io_cause(&wrapped).map(io::Error::kind), Some(ErrorKind::StorageFull));
        assert!(io_cause(&io::Error::new(ErrorKind::InvalidData, "x")).is_none());
        assert_eq!(again(&full()).kind(), ErrorKind::StorageFull);
    }
}
