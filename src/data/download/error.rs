//! What can go wrong between an archive and a folder.

use std::path::{Path, PathBuf};

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The server could not be reached, or the connection broke, as often as it was tried.
    #[error("cannot download `{url}` after {attempts} attempts: {reason}")]
    Failed {
        /// What.
        url: String,
        /// How often it was tried.
        attempts: u32,
        /// What the last attempt said.
        reason: String,
    },
    /// The server refuses.
    #[error("`{url}` was refused with status {status}")]
    Refused {
        /// What.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The file is not what its checksum says, as often as it was fetched.
    #[error("`{url}` has SHA-256 `{found}`, but its checksum file says `{expected}`")]
    Checksum {
        /// What.
        url: String,
        /// Of the archive.
        expected: String,
        /// Of what came.
        found: String,
    },
    /// A checksum file that holds none.
    #[error("`{url}` is not a checksum file: `{text}`")]
    NoChecksum {
        /// What.
        url: String,
        /// Its first characters.
        text: String,
    },
    /// The operating system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// `read`, `write`, ...
        action: &'static str,
        /// What.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A word that names nothing in the archive, and could lead out of the folder.
    #[error("`{text}` is not a {what} of the archive: {problem}")]
    BadWord {
        /// As given.
        text: String,
        /// `symbol` or `interval`.
        what: &'static str,
        /// In words.
        problem: String,
    },
    /// A range of days that is empty.
    #[error("the range {from} to {to} is empty")]
    EmptyRange {
        /// First day.
        from: chrono::NaiveDate,
        /// Last day.
        to: chrono::NaiveDate,
    },
    /// The archive has nothing of a symbol in the range.
    #[error("the archive has no {interval} bars of `{symbol}` in the range")]
    Nothing {
        /// The symbol.
        symbol: String,
        /// As the archive writes it.
        interval: String,
    },
}

impl DownloadError {
    /// What to do about it, one sentence.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Failed { .. } => "check the connection and repeat the command: downloaded files are kept",
            Self::Refused { .. } => "check `--base-url`; a mirror may use other paths or refuse your address",
            Self::Checksum { .. } => "repeat the command later; a file with a wrong checksum is not kept",
            Self::NoChecksum { .. } => "check `--base-url`: it must be the root of the archive",
            Self::Io { .. } => "check that the folder exists and is writable",
            Self::BadWord { .. } => "write it as in the archive: BTCUSDT, and 1m, 1h or 1d",
            Self::EmptyRange { .. } => "set `--to` to a day at or after `--from`",
            Self::Nothing { .. } => "check the symbol, the market and its listing dates",
        }
    }

    pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}
