//! The answers of a window on disk as they come, so that a run that was stopped asks nothing twice.
//!
//! One file a window, named by a hash of all that the answers depend on: program, files, settings, scenario. A row is
//! written whole before the next question; a row cut off by a crash is dropped when the file is read.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::recording::{ReplyKind, WindowRecording};
use crate::files::open_plain;

/// The first bytes of a journal.
const MAGIC: &[u8] = b"tiltyard recording 1\n";
/// What a journal's name ends with.
pub const EXTENSION: &str = "rec";
/// The number of the row that ends a window.
const END: u8 = 255;
/// Bytes of a row before its reply: number, observation, latency, length.
const HEAD: usize = 1 + 32 + 4 + 4;

/// A journal, open for more rows.
#[derive(Debug)]
pub struct Journal {
    file: File,
    row: Vec<u8>,
}

/// What a journal held.
#[derive(Debug, Default)]
pub struct Found {
    /// Answers that were written completely.
    pub recording: WindowRecording,
    /// Whether the window came to its end.
    pub complete: bool,
}

impl Journal {
    /// The journal of a window.
    pub fn path(folder: &Path, key: &str) -> PathBuf {
        folder.join(format!("{key}.{EXTENSION}"))
    }

    /// Opens a journal; `fresh` empties it. What it held is handed back, and rows go on after it.
    ///
    /// # Errors
    /// Where the file cannot be read or written, or another run writes it.
    pub fn open(path: &Path, fresh: bool) -> io::Result<(Self, Found)> {
        let mut file = open_plain(OpenOptions::new().read(true).write(true).create(true), path)?;
        file.try_lock().map_err(io::Error::other)?;
        if !path.exists() {
            // `store prune` has removed it between these two steps.
            return Self::open(path, fresh);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let (found, whole) = if fresh { None } else { parse(&bytes) }.unwrap_or_default();
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        if whole == 0 {
            file.write_all(MAGIC)?;
        }
        Ok((Self { file, row: Vec::new() }, found))
    }

    /// [`Self::open`] of a journal that a replay which is about to end may still hold.
    ///
    /// # Errors
    /// As [`Self::open`], after two seconds.
    #[cfg(feature = "serve")]
    pub fn open_patiently(path: &Path) -> io::Result<(Self, Found)> {
        for _ in 0..100 {
            match Self::open(path, false) {
                Err(_) => std::thread::sleep(std::time::Duration::from_millis(20)),
                opened => return opened,
            }
        }
        Self::open(path, false)
    }

    /// Drops all rows after the first ones of `kept`.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn cut(&mut self, kept: &WindowRecording) -> io::Result<()> {
        let replies: u64 = kept.iter().map(|(_, reply)| (HEAD + reply.len()) as u64).sum();
        self.file.set_len(MAGIC.len() as u64 + replies)?;
        self.file.seek(SeekFrom::End(0)).map(|_| ())
    }

    /// Appends an answer.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn push(
        &mut self,
        observation: [u8; 32],
        kind: ReplyKind,
        latency_us: u32,
        reply: &[u8],
    ) -> io::Result<()> {
        self.write(kind as u8, observation, latency_us, reply)
    }

    /// The window is over.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn end(&mut self, errors: &str) -> io::Result<()> {
        self.write(END, [0; 32], 0, errors.as_bytes())
    }

    fn write(&mut self, number: u8, observation: [u8; 32], latency_us: u32, reply: &[u8]) -> io::Result<()> {
        let length = u32::try_from(reply.len()).map_err(io::Error::other)?;
        self.row.clear();
        self.row.push(number);
        self.row.extend(observation);
        self.row.extend(latency_us.to_le_bytes());
        self.row.extend(length.to_le_bytes());
        self.row.extend(reply);
        self.file.write_all(&self.row)
    }
}

/// The answers in a journal that nobody writes.
///
/// # Errors
/// Where the file cannot be read, or is no journal.
#[cfg(feature = "serve")]
pub fn read_answers(path: &Path) -> io::Result<WindowRecording> {
    let mut bytes = Vec::new();
    open_plain(OpenOptions::new().read(true), path)?.read_to_end(&mut bytes)?;
    let found = parse(&bytes).ok_or_else(|| io::Error::other("it is no journal"))?;
    Ok(found.0.recording)
}

/// The rows that are whole, and their bytes; `None` where it is no journal.
pub fn parse(bytes: &[u8]) -> Option<(Found, usize)> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let mut found = Found::default();
    let number = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).unwrap_or(0);
    while let Some((head, after)) = rest.split_at_checked(HEAD) {
        let (latency, length) = (number(&head[33..37]), number(&head[37..41]) as usize);
        let Some((reply, after)) = after.split_at_checked(length) else { break };
        let mut observation = [0; 32];
        observation.copy_from_slice(&head[1..33]);
        match ReplyKind::ALL.get(usize::from(head[0])) {
            Some(&kind) => found.recording.push(observation, kind, latency, reply),
            None if head[0] == END => {
                found.complete = true;
                found.recording.errors = String::from_utf8_lossy(reply).into_owned();
            }
            None => break,
        }
        rest = after;
        if found.complete {
            break;
        }
    }
    Some((found, bytes.len() - rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(path: &Path) -> WindowRecording {
        let (mut journal, found) = Journal::open(path, false).unwrap();
        assert_eq!(found.recording.row_count(), 0);
        let mut kept = WindowRecording::default();
        for (index, reply) in ["ready", "", "{\"decision\": 2}"].into_iter().enumerate() {
            let (hash, kind) = ([index as u8; 32], ReplyKind::ALL[index % 2]);
            journal.push(hash, kind, 7, reply.as_bytes()).unwrap();
            kept.push(hash, kind, 7, reply.as_bytes());
        }
        kept
    }

    #[test]
    fn rows_come_back_and_a_cut_row_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = Journal::path(folder.path(), "one");
        let kept = filled(&path);
        let whole = std::fs::read(&path).unwrap();
        for cut in [0, 1, 20, HEAD] {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let (mut journal, found) = Journal::open(&path, false).unwrap();
            assert!(!found.complete);
            let rows = if cut == 0 { 3 } else { 2 };
            assert_eq!(found.recording.row_count(), rows, "{cut}");
            assert_eq!(found.recording.get(1), kept.get(1));
            // What follows is read back too.
            journal.push([9; 32], ReplyKind::Fault, 1, b"ended").unwrap();
            journal.end("errors").unwrap();
            drop(journal);
            let (_, found) = Journal::open(&path, false).unwrap();
            assert!(found.complete);
            assert_eq!(found.recording.row_count(), rows + 1);
            assert_eq!(found.recording.errors, "errors");
        }
    }

    #[test]
    fn rows_after_a_difference_are_cut_and_a_fresh_journal_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = Journal::path(folder.path(), "one");
        let mut kept = filled(&path);
        let (mut journal, _) = Journal::open(&path, false).unwrap();
        kept.truncate(2);
        journal.cut(&kept).unwrap();
        drop(journal);
        assert_eq!(Journal::open(&path, false).unwrap().1.recording, kept);
        assert_eq!(Journal::open(&path, true).unwrap().1.recording.row_count(), 0);
    }

    #[test]
    fn what_is_no_journal_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = Journal::path(folder.path(), "one");
        std::fs::write(&path, "something else").unwrap();
        let (_, found) = Journal::open(&path, false).unwrap();
        assert_eq!((found.recording.row_count(), found.complete), (0, false));
    }
}
