//! A line between the host and a program: how long it may be, how it is written, and why there is none.

use serde::Serialize;

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
