//! Decoding errors.

use std::fmt;
use std::io;

/// Why a file could not be decoded. The caller adds the file's name.
#[derive(Debug)]
pub enum DecodeError {
    /// An input/output error.
    Read(io::Error),
    /// The content is damaged, contradictory, or claims more data than the file's length allows.
    Content(String),
}

impl DecodeError {
    /// A content error with this message.
    pub fn content(problem: impl fmt::Display) -> Self {
        Self::Content(problem.to_string())
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Content(problem) => f.write_str(problem),
        }
    }
}

impl std::error::Error for DecodeError {}
