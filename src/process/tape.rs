//! The answers of one window: those that are known, and those that are added.

use std::io;

use super::answer::Answer;
use super::journal::{Found, Journal};
use super::recording::{ReplyKind, WindowRecording};

/// What a question meets.
#[derive(Debug)]
pub enum Next {
    /// It was asked before, and this came back.
    Known(Answer),
    /// It was not: the program is to be asked.
    Unknown,
    /// A replay was asked something else than its recording.
    Differs(String),
}

/// Reads what is known of a window and writes what is added.
#[derive(Debug, Default)]
pub struct Tape {
    /// What is known from the start.
    known: WindowRecording,
    /// Whether nothing may be added: a replay.
    strict: bool,
    journal: Option<Journal>,
    /// Whether the journal must be kept, and never cut: what failed, where it was not.
    #[cfg(feature = "serve")]
    session: Option<Result<(), String>>,
    /// What the window has come to so far.
    kept: WindowRecording,
    /// The observation of the last question.
    last: [u8; 32],
}

impl Tape {
    /// Of a replay: asks no program.
    pub fn replaying(known: WindowRecording) -> Self {
        Self { known, strict: true, ..Self::default() }
    }

    /// With a journal on disk, and what it held. A fault is not kept: whatever was wrong may have been mended.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    pub fn journalled(mut journal: Journal, found: Found) -> io::Result<Self> {
        let Found { recording: mut known, complete } = found;
        let rows = known.row_count();
        if let Some((fault, _)) = rows.checked_sub(1).and_then(|last| known.get(last))
            && fault.kind == ReplyKind::Fault
        {
            let same =
                |row: usize| known.get(row).is_some_and(|(row, _)| row.observation == fault.observation);
            let from = rows.checked_sub(2).filter(|&row| same(row)).unwrap_or(rows - 1);
            known.truncate(from);
        }
        if complete || known.row_count() < rows {
            journal.cut(&known)?;
        }
        Ok(Self { known, journal: Some(journal), ..Self::default() })
    }

    /// With the journal of a session: what it holds was acknowledged, and is never dropped but for a last fault.
    ///
    /// # Errors
    /// Where the journal cannot be written.
    #[cfg(feature = "serve")]
    pub fn session(journal: Journal, found: Found) -> io::Result<Self> {
        Self::journalled(journal, found).map(|tape| Self { session: Some(Ok(())), ..tape })
    }

    /// Why the journal of a session could not be kept.
    #[cfg(feature = "serve")]
    pub fn not_kept(&self) -> Option<&str> {
        self.session.as_ref()?.as_ref().err().map(String::as_str)
    }

    /// The last answer so far.
    #[cfg(feature = "serve")]
    pub fn last(&self) -> Option<&[u8]> {
        self.kept.row_count().checked_sub(1).and_then(|row| self.kept.get(row)).map(|(_, reply)| reply)
    }

    /// Whether the next question must be the known one: a replay, or a session that was answered further.
    const fn is_sealed(&self) -> bool {
        #[cfg(feature = "serve")]
        if self.session.is_some() {
            return self.knows_more();
        }
        self.strict
    }

    /// Whether all answers come from a recording.
    pub const fn is_strict(&self) -> bool {
        self.strict
    }

    /// Whether more answers are known.
    pub const fn knows_more(&self) -> bool {
        self.kept.row_count() < self.known.row_count()
    }

    /// The next question, by the hash of its line. `what` names it.
    pub fn next(&mut self, observation: [u8; 32], what: &str) -> Next {
        self.last = observation;
        let known = self.known.get(self.kept.row_count()).filter(|(row, _)| row.observation == observation);
        let Some((row, reply)) = known else { return self.unknown(what) };
        let answer = match row.kind {
            ReplyKind::Line => Answer::Line(reply.to_vec()),
            ReplyKind::Late => Answer::Late,
            ReplyKind::Fault => Answer::Fault(String::from_utf8_lossy(reply).into_owned()),
        };
        let reply = reply.to_vec();
        self.kept.push(observation, row.kind, row.latency_us, &reply);
        Next::Known(answer)
    }

    fn unknown(&mut self, what: &str) -> Next {
        if !self.is_sealed() {
            self.forget();
            return Next::Unknown;
        }
        Next::Differs(match self.knows_more() {
            true => format!("{what} differs from the recorded one"),
            false => format!("{what} is not in the recording"),
        })
    }

    /// What is known from here on is of no use: something else was asked.
    fn forget(&mut self) {
        if self.knows_more() {
            self.known.truncate(self.kept.row_count());
            if let Some(journal) = &mut self.journal
                && journal.cut(&self.known).is_err()
            {
                self.journal = None;
            }
        }
    }

    /// An answer of the program.
    pub fn add(&mut self, answer: &Answer, latency_us: u32) {
        match answer {
            Answer::Line(line) => self.push(ReplyKind::Line, latency_us, line),
            Answer::Late => self.push(ReplyKind::Late, latency_us, &[]),
            Answer::Fault(fault) => self.push(ReplyKind::Fault, latency_us, fault.as_bytes()),
        }
    }

    /// A fault that follows from the last line: the recorded one, or this.
    pub fn fault(&mut self, make: impl FnOnce() -> String) -> String {
        if let Some((row, text)) = self.known.get(self.kept.row_count())
            && row.kind == ReplyKind::Fault
        {
            let text = String::from_utf8_lossy(text).into_owned();
            self.kept.push(row.observation, row.kind, row.latency_us, text.as_bytes());
            return text;
        }
        let text = make();
        if !self.strict {
            self.push(ReplyKind::Fault, 0, text.as_bytes());
        }
        text
    }

    fn push(&mut self, kind: ReplyKind, latency_us: u32, reply: &[u8]) {
        self.kept.push(self.last, kind, latency_us, reply);
        // A journal that cannot be written any more is given up: the run itself goes on.
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.push(self.last, kind, latency_us, reply)
        {
            self.journal = None;
            self.failed(&error);
        }
    }

    /// Remembers that the journal of a session could not be kept.
    #[cfg(feature = "serve")]
    fn failed(&mut self, error: &io::Error) {
        if let Some(session) = &mut self.session {
            *session = Err(format!("its answers cannot be kept: {error}"));
        }
    }

    #[cfg(not(feature = "serve"))]
    const fn failed(&self, _: &io::Error) {}

    /// The window is over: all that was answered.
    pub fn finish(&mut self, errors: String) -> WindowRecording {
        // A program that was not started has written nothing new.
        let errors = if errors.is_empty() { std::mem::take(&mut self.known.errors) } else { errors };
        if let Some(mut journal) = self.journal.take() {
            // Without its end the next run finds the rows all the same.
            let _ = journal.end(&errors);
        }
        let mut kept = std::mem::take(&mut self.kept);
        kept.errors = errors;
        kept
    }

    /// The latency of all answers so far, in microseconds.
    pub fn spent_us(&self) -> u64 {
        self.kept.iter().skip(1).map(|(row, _)| u64::from(row.latency_us)).sum()
    }

    /// The answer to the handshake.
    pub fn ready(&self) -> Option<&[u8]> {
        self.kept.get(0).map(|(_, reply)| reply)
    }
}
