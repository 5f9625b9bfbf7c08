//! A line between the host and a program: how long it may be, how it is written, and why there is none.

use std::process::ExitStatus;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::tail::Tail;
use crate::strategy::StrategyError;

/// Bytes that a line may have, and that a program may write for a decision.
pub const LINE_BYTES: usize = 1 << 20;

/// Why there is no line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(unix), expect(dead_code, reason = "no program is started, so none falls silent"))]
pub enum Broken {
    /// The program closed its output or its input: it has ended, or cannot be talked to.
    Closed,
    /// Time is up.
    Silent,
    /// The program has written more than [`LINE_BYTES`] without a line's end.
    TooLong,
    /// The agent has given up.
    #[cfg(feature = "serve")]
    GaveUp,
    /// Nobody waits for the result any more: what is known stays as it is.
    #[cfg(feature = "serve")]
    Abandoned,
}

/// Lines to an agent in one window, and lines from it.
pub trait Channel: Send + std::fmt::Debug {
    /// Sends a line, its end included.
    ///
    /// # Errors
    /// [`Broken`].
    fn send(&mut self, line: &[u8], deadline: Instant) -> Result<(), Broken>;

    /// The next line, without its end.
    ///
    /// # Errors
    /// [`Broken`].
    fn line(&mut self, deadline: Instant) -> Result<&[u8], Broken>;

    /// It has answered a question, so long after it was asked.
    fn answered(&mut self, _latency: Duration) {}

    /// Ends it, and lets it finish by itself for so long. Whether it ended by itself: where there is no process, nothing is
    /// left of it.
    fn close(&mut self, _patience: Duration) -> bool {
        true
    }

    /// How many bytes were read and not asked for.
    fn unread(&self) -> usize {
        0
    }

    /// Kills its process; how that ended, where it had ended by itself within `patience`.
    fn kill(&mut self, _patience: Duration) -> Option<ExitStatus> {
        None
    }

    /// How its process ended after it closed its output.
    fn ended(&mut self) -> Option<ExitStatus> {
        None
    }

    /// What it wrote to stderr.
    fn log(&self) -> &Tail;
}

/// A message as a line.
pub fn write_line(line: &mut Vec<u8>, message: &impl Serialize) -> Result<(), StrategyError> {
    line.clear();
    serde_json::to_writer(&mut *line, message)?;
    line.push(b'\n');
    Ok(())
}

/// The beginning of a line, for an error message.
pub fn excerpt(line: &[u8]) -> String {
    const SHOWN: usize = 120;
    let text = String::from_utf8_lossy(line);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}..`", &text[..end]),
        None => format!("`{text}`"),
    }
}
