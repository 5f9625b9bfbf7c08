//! Why a file could not be decoded.

use std::fmt;
use std::io;

/// Why a file could not be decoded. The caller knows its name.
#[derive(Debug)]
pub enum DecodeError {
    /// The operating system refused.
    Read(io::Error),
    /// The content is damaged, contradicts itself, or claims more than its length can back.
    Content(String),
}

impl DecodeError {
    /// What is wrong with the content, in words.
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
