//! What programs have answered: the same run tomorrow.
//!
//! Owns the rows of a window, their hash, and what all windows of a run together are. Invariant: a replay of a recording
//! gives what the run gave that it was made of.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::{AgentName, UsageTotals};

/// What came back to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplyKind {
    /// The program answered with a line.
    Line,
    /// Nothing in time, which was allowed.
    Late,
    /// A fault: the last row of its window. The reply is its text.
    Fault,
}

impl ReplyKind {
    /// All, by their number in a journal.
    pub const ALL: [Self; 3] = [Self::Line, Self::Late, Self::Fault];

    /// As written in results.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Late => "late",
            Self::Fault => "fault",
        }
    }
}

/// A question and what came back. The first row of a window is the handshake; a fault that follows from a line has a
/// row of its own after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// BLAKE3 of the line that asked.
    pub observation: [u8; 32],
    /// Kind of the answer.
    pub kind: ReplyKind,
    /// How long it took, in microseconds.
    pub latency_us: u32,
    /// Where its reply ends in [`WindowRecording::replies`].
    end: usize,
}

/// All answers of one agent in one window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WindowRecording {
    rows: Vec<Row>,
    replies: Vec<u8>,
    /// What it wrote to stderr, as far as it is kept.
    pub errors: String,
}

impl WindowRecording {
    /// Appends an answer.
    pub fn push(&mut self, observation: [u8; 32], kind: ReplyKind, latency_us: u32, reply: &[u8]) {
        self.replies.extend(reply);
        self.rows.push(Row { observation, kind, latency_us, end: self.replies.len() });
    }

    /// A row with its reply.
    pub fn get(&self, index: usize) -> Option<(Row, &[u8])> {
        let row = *self.rows.get(index)?;
        let from = index.checked_sub(1).map_or(0, |before| self.rows[before].end);
        Some((row, &self.replies[from..row.end]))
    }

    /// How many rows there are.
    pub const fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Keeps the first rows only.
    pub fn truncate(&mut self, rows: usize) {
        self.rows.truncate(rows);
        self.replies.truncate(self.rows.last().map_or(0, |row| row.end));
    }

    /// All rows with their replies.
    pub fn iter(&self) -> impl Iterator<Item = (Row, &[u8])> {
        (0..self.row_count()).filter_map(|index| self.get(index))
    }

    /// The hash of its answers.
    pub fn hash(&self) -> [u8; 32] {
        let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 answers of a window");
        self.hash_into(&mut hash);
        *hash.finalize().as_bytes()
    }

    fn hash_into(&self, hash: &mut blake3::Hasher) {
        hash.update(&(self.rows.len() as u64).to_le_bytes());
        for (row, reply) in self.iter() {
            hash.update(&row.observation);
            hash.update(&[row.kind as u8]);
            hash.update(&row.latency_us.to_le_bytes());
            hash.update(&(reply.len() as u64).to_le_bytes());
            hash.update(reply);
        }
        hash.update(self.errors.as_bytes());
    }
}

/// The windows of a run's programs, by agent and window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording(pub BTreeMap<(AgentName, u32), WindowRecording>);

impl Recording {
    /// Whether there is none: no agent is a program.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the answers of each agent used in each window.
    pub fn usage(&self) -> BTreeMap<(AgentName, u32), UsageTotals> {
        self.0.iter().map(|(key, window)| (key.clone(), window.usage())).collect()
    }

    /// The hash that stands for it in a run's identity.
    pub fn hash(&self) -> String {
        let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 recording of agents");
        for ((agent, window), recording) in &self.0 {
            hash.update(&(agent.as_str().len() as u64).to_le_bytes());
            hash.update(agent.as_str().as_bytes());
            hash.update(&window.to_le_bytes());
            recording.hash_into(&mut hash);
        }
        hash.finalize().to_hex().to_string()
    }
}

/// Takes what windows leave behind, from any thread.
#[derive(Debug, Default)]
pub struct Collector {
    windows: Mutex<Recording>,
    /// The first decision that differs from its recording, in the order of agents and windows.
    differences: Mutex<BTreeMap<(AgentName, u32), String>>,
    /// What modules have logged.
    logs: Mutex<Logs>,
    /// Set once nobody waits for the run's result, with the reason where something has failed.
    #[cfg(feature = "serve")]
    abandoned: std::sync::OnceLock<Option<String>>,
}

/// What modules have logged, by agent and window.
pub type Logs = BTreeMap<(AgentName, u32), String>;

impl Collector {
    /// The run is to end without a result, because of a failure or because nobody waits for it.
    #[cfg(feature = "serve")]
    pub fn abandon(&self, failure: Option<String>) {
        let _ = self.abandoned.set(failure);
    }

    /// Whether the run ends without a result, and the failure that is the reason.
    #[cfg(feature = "serve")]
    pub fn abandoned(&self) -> Option<Option<String>> {
        self.abandoned.get().cloned()
    }

    /// Whether the run ends without a result.
    #[cfg(not(feature = "serve"))]
    pub const fn abandoned(&self) -> Option<Option<String>> {
        None
    }

    /// A window is over.
    pub fn keep(&self, agent: AgentName, window: u32, recording: WindowRecording) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.0.insert((agent, window), recording);
    }

    /// A window of a module is over.
    pub fn keep_log(&self, agent: AgentName, window: u32, log: String) {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).insert((agent, window), log);
    }

    /// The log of one window of a module; takes it out.
    pub fn take_log(&self, agent: &AgentName, window: u32) -> Option<String> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).remove(&(agent.clone(), window))
    }

    /// The logs of all windows so far; takes them out.
    pub fn take_logs(&self) -> Logs {
        std::mem::take(&mut *self.logs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A replay saw something else than was recorded.
    pub fn differs(&self, agent: AgentName, window: u32, difference: String) {
        let mut all = self.differences.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry((agent, window)).or_insert(difference);
    }

    /// All windows so far; takes them out.
    pub fn take(&self) -> Recording {
        std::mem::take(&mut *self.windows.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What programs used so far, by agent and window.
    pub fn usage(&self) -> BTreeMap<(AgentName, u32), UsageTotals> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner).usage()
    }

    /// The first difference from the recording, by agent and window.
    pub fn difference(&self) -> Option<String> {
        let all = self.differences.lock().unwrap_or_else(PoisonError::into_inner);
        all.first_key_value()
            .map(|((agent, window), text)| format!("agent `{agent}` in window {window}: {text}"))
    }
}
