//! Journals from outside: what one is, and whether a process writes it.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use super::journal::{EXTENSION, parse};
use crate::files::open_plain;

/// The folder of the journals in a store. No scenario's name begins with a dot.
pub const JOURNALS: &str = ".recordings";

/// Hexadecimal digits of a journal's name.
const DIGITS: usize = 64;

/// What a journal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JournalState {
    /// Its window came to its end.
    Complete {
        /// Of its answers, as [`WindowRecording::hash`] has it.
        ///
        /// [`WindowRecording::hash`]: super::WindowRecording::hash
        hash: [u8; 32],
    },
    /// The run was stopped in its window, and can go on from there.
    Unfinished,
    /// No journal.
    Damaged,
}

/// A journal that no process writes, as long as this exists.
#[derive(Debug)]
pub struct HeldJournal {
    /// What was found in it.
    pub state: JournalState,
    _lock: File,
}

impl HeldJournal {
    /// Reads a journal; `None` where a process writes it.
    ///
    /// # Errors
    /// Where the file cannot be read, or is a link.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let mut file = open_plain(OpenOptions::new().read(true), path)?;
        if file.try_lock().is_err() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let state = match parse(&bytes) {
            None => JournalState::Damaged,
            Some((found, _)) if found.complete => JournalState::Complete { hash: found.recording.hash() },
            Some(_) => JournalState::Unfinished,
        };
        Ok(Some(Self { state, _lock: file }))
    }
}

/// Whether a file name is that of a journal.
pub fn is_journal(name: &str) -> bool {
    let stem = name.strip_suffix(EXTENSION).and_then(|stem| stem.strip_suffix('.'));
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    stem.is_some_and(|stem| stem.len() == DIGITS && stem.bytes().all(is_digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::journal::Journal;
    use crate::process::recording::{ReplyKind, WindowRecording};

    #[test]
    fn a_journal_is_what_it_holds_and_one_that_is_written_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = Journal::path(folder.path(), "one");
        let state = || HeldJournal::read(&path).unwrap().map(|held| held.state);
        let (mut journal, _) = Journal::open(&path, false).unwrap();
        journal.push([1; 32], ReplyKind::Line, 7, b"ready").unwrap();
        assert_eq!(state(), None, "it is being written");
        drop(journal);
        assert_eq!(state(), Some(JournalState::Unfinished));
        let (mut journal, _) = Journal::open(&path, false).unwrap();
        journal.end("errors").unwrap();
        drop(journal);
        let mut window = WindowRecording::default();
        window.push([1; 32], ReplyKind::Line, 7, b"ready");
        window.errors = "errors".to_owned();
        assert_eq!(state(), Some(JournalState::Complete { hash: window.hash() }));
        std::fs::write(&path, "something else").unwrap();
        assert_eq!(state(), Some(JournalState::Damaged));
    }

    #[test]
    fn names_are_exact() {
        let hash = "0a".repeat(32);
        assert!(is_journal(&format!("{hash}.rec")));
        for name in [
            format!("{hash}.rec2"),
            format!("{hash}rec"),
            "one.rec".to_owned(),
            format!("{}.rec", hash.to_uppercase()),
        ] {
            assert!(!is_journal(&name), "{name}");
        }
    }
}
