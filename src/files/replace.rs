//! A folder takes the place of another.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How a folder came to its place, so that it can be undone.
#[derive(Debug, PartialEq, Eq)]
pub enum Replaced {
    /// Nothing was there.
    Nothing,
    /// Both changed places in one step: what was there is where the new one was.
    Exchanged,
    /// In two steps, where the file system cannot exchange: what was there lies here.
    Aside(PathBuf),
}

/// Puts the folder `from` at `to`. What is there is kept: it changes places with `from` in one step, or, where
/// the file system cannot do that, is renamed to `aside` first.
///
/// # Errors
/// Where a rename fails, or something that is no folder lies at `to`; everything is as it was then.
pub fn replace_folder(from: &Path, to: &Path, aside: &Path) -> io::Result<Replaced> {
    match fs::symlink_metadata(to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return fs::rename(from, to).map(|()| Replaced::Nothing);
        }
        Err(error) => return Err(error),
        Ok(found) if !found.is_dir() => {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "something that is no folder lies there",
            ));
        }
        Ok(_) => {}
    }
    if exchange(from, to)? {
        return Ok(Replaced::Exchanged);
    }
    by_two_renames(from, to, aside)
}

impl Replaced {
    /// Undoes it, as well as it can be.
    pub fn undo(&self, from: &Path, to: &Path) {
        // Best effort: what stays undone, the next command sees and repairs.
        let _ = match self {
            Self::Nothing => fs::rename(to, from),
            Self::Exchanged => exchange(from, to).map(drop),
            Self::Aside(aside) => fs::rename(to, from).and_then(|()| fs::rename(aside, to)),
        };
    }

    /// Where that which was there before lies now.
    pub fn former<'a>(&'a self, from: &'a Path) -> Option<&'a Path> {
        match self {
            Self::Nothing => None,
            Self::Exchanged => Some(from),
            Self::Aside(aside) => Some(aside),
        }
    }
}

fn by_two_renames(from: &Path, to: &Path, aside: &Path) -> io::Result<Replaced> {
    fs::rename(to, aside)?;
    if let Err(error) = fs::rename(from, to) {
        // What cannot be taken back now, the next command takes back.
        let _ = fs::rename(aside, to);
        return Err(error);
    }
    Ok(Replaced::Aside(aside.to_owned()))
}

/// Exchanges two names in one step; `false` where the file system cannot.
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
    fn both_ways_keep_the_former_and_can_be_undone() {
        for exchanged in [true, false] {
            let (_out, new, old, aside) = folders();
            let done = if exchanged {
                replace_folder(&new, &old, &aside).unwrap()
            } else {
                by_two_renames(&new, &old, &aside).unwrap()
            };
            assert_eq!(text(&old), "new");
            assert_eq!(text(done.former(&new).unwrap()), "old");
            done.undo(&new, &old);
            assert_eq!((text(&new), text(&old)), ("new".to_owned(), "old".to_owned()));
        }
    }

    #[test]
    fn a_file_or_a_link_in_the_place_is_left_alone() {
        let (out, new, old, aside) = folders();
        let (file, link) = (out.path().join("file"), out.path().join("link"));
        fs::write(&file, "mine").unwrap();
        std::os::unix::fs::symlink(&old, &link).unwrap();
        for place in [&file, &link] {
            assert!(replace_folder(&new, place, &aside).is_err());
        }
        assert_eq!((text(&new), text(&old)), ("new".to_owned(), "old".to_owned()));
    }
}
