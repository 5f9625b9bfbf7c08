//! Replaces one folder by another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the folder was put in place; needed to undo it.
#[derive(Debug, PartialEq, Eq)]
pub enum Replacement {
    /// The target did not exist.
    Nothing,
    /// Both folders were exchanged atomically: the previous one is now at the new one's old path.
    Exchanged,
    /// In two renames, where the file system cannot exchange: the previous folder is at this path.
    Aside(PathBuf),
}

/// Moves the folder `from` to `to`. An existing folder at `to` is kept: exchanged with `from` atomically, or,
/// where the file system cannot do that, renamed to `aside` first.
///
/// # Errors
/// Where a rename fails, or `to` exists and is not a folder; the state before is restored.
pub fn replace_folder(from: &Path, to: &Path, aside: &Path) -> io::Result<Replacement> {
    match fs::symlink_metadata(to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return fs::rename(from, to).map(|()| Replacement::Nothing);
        }
        Err(error) => return Err(error),
        Ok(found) if !found.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the path is not a folder"));
        }
        Ok(_) => {}
    }
    if exchange(from, to)? {
        return Ok(Replacement::Exchanged);
    }
    by_two_renames(from, to, aside)
}

impl Replacement {
    /// Undoes the replacement, best effort.
    pub fn undo(&self, from: &Path, to: &Path) {
        // Whatever cannot be undone here is detected and repaired by the next command.
        let _ = match self {
            Self::Nothing => fs::rename(to, from),
            Self::Exchanged => exchange(from, to).map(drop),
            Self::Aside(aside) => fs::rename(to, from).and_then(|()| fs::rename(aside, to)),
        };
    }

    /// Path of the previous folder now.
    pub fn previous<'a>(&'a self, from: &'a Path) -> Option<&'a Path> {
        match self {
            Self::Nothing => None,
            Self::Exchanged => Some(from),
            Self::Aside(aside) => Some(aside),
        }
    }
}

fn by_two_renames(from: &Path, to: &Path, aside: &Path) -> io::Result<Replacement> {
    fs::rename(to, aside)?;
    if let Err(error) = fs::rename(from, to) {
        // Whatever cannot be undone here is undone by the next command.
        let _ = fs::rename(aside, to);
        return Err(error);
    }
    Ok(Replacement::Aside(aside.to_owned()))
}

/// Exchanges two paths atomically; `false` where the file system cannot.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> (tempfile::TempDir, PathBuf, PathBuf, PathBuf) {
        let out = tempfile::tempdir().unwrap();
        let at = |name: &str| out.path().join(name);
        let (new, old, aside) = (at("new"), at("old"), at("aside"));
        for folder in [&new, &old] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("f"), folder.file_name().unwrap().to_str().unwrap()).unwrap();
        }
        (out, new, old, aside)
    }

    fn text(folder: &Path) -> String {
        fs::read_to_string(folder.join("f")).unwrap_or_default()
    }

    #[test]
    fn both_methods_keep_the_previous_folder_and_can_be_undone() {
        for exchanged in [true, false] {
            let (_out, new, old, aside) = folders();
            let done = if exchanged {
                replace_folder(&new, &old, &aside).unwrap()
            } else {
                by_two_renames(&new, &old, &aside).unwrap()
            };
            assert_eq!(text(&old), "new");
            assert_eq!(text(done.previous(&new).unwrap()), "old");
            done.undo(&new, &old);
            assert_eq!((text(&new), text(&old)), ("new".to_owned(), "old".to_owned()));
        }
    }

    #[test]
    fn a_file_or_a_link_at_the_target_is_kept() {
        let (out, new, old, aside) = folders();
        let (file, link) = (out.path().join("file"), out.path().join("link"));
        fs::write(&file, "mine").unwrap();
        std::os::unix::fs::symlink(&old, &link).unwrap();
        for path in [&file, &link] {
            assert!(replace_folder(&new, path, &aside).is_err());
        }
        assert_eq!((text(&new), text(&old)), ("new".to_owned(), "old".to_owned()));
    }
}
