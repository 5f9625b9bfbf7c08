//! Decoding errors.

use std::fmt;
use std::io;

use crate::files::{again, io_cause};

/// Why a file could not be decoded. The caller adds the file's name.
#[derive(Debug)]
pub enum DecodeError {
    /// An input/output error.
    Read(io::Error),
    /// The content is damaged, contradictory, or claims more data than the file's length allows.
    Content(String),
}

impl DecodeError {
    /// The error of a decoder: of reading where its cause is an input/output error, such as too many open files, else
    /// of the content.
    pub fn of(error: impl std::error::Error + 'static) -> Self {
        match io_cause(&error) {
            Some(cause) => Self::Read(again(cause)),
            None => Self::content(error),
        }
    }

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
