//! Download errors.

use std::path::{Path, PathBuf};

use crate::files;

/// Why a file could not be downloaded.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// The server could not be reached, or the connection broke, in every attempt.
    #[error("cannot download `{url}` after {attempts} attempts: {reason}")]
    Failed {
        /// URL that was requested.
        url: String,
        /// Number of attempts.
        attempts: u32,
        /// Error of the last attempt.
        reason: String,
    },
    /// The server refused the request.
    #[error("`{url}` was refused with status {status}")]
    Refused {
        /// URL that was requested.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server sends the client somewhere that it may not go.
    #[error("`{url}` redirects to `{to}`, {problem}")]
    Redirected {
        /// URL that was requested.
        url: String,
        /// Where it redirects to.
        to: String,
        /// Why that is not followed.
        problem: &'static str,
    },
    /// The file is larger than the limit.
    #[error("`{url}` is larger than {} MB", most / 1_000_000)]
    TooLarge {
        /// URL that was requested.
        url: String,
        /// The limit in bytes.
        most: u64,
    },
    /// The file does not match its checksum, in every attempt.
    #[error("`{url}` has SHA-256 `{found}`, but its checksum file says `{expected}`")]
    Checksum {
        /// URL that was requested.
        url: String,
        /// SHA-256 published by the archive.
        expected: String,
        /// SHA-256 of the received file.
        found: String,
    },
    /// A checksum file without a checksum.
    #[error("`{url}` is not a checksum file: `{text}`")]
    NoChecksum {
        /// URL that was requested.
        url: String,
        /// Its first characters.
        text: String,
    },
    /// An input/output error.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// The failed action: `read`, `write`, ...
        action: &'static str,
        /// The path concerned.
        path: PathBuf,
        /// Underlying error.
        source: std::io::Error,
    },
    /// A symbol or interval with characters that could lead out of the download folder.
    #[error("`{text}` is not a {what} of the archive: {problem}")]
    BadWord {
        /// The text as given.
        text: String,
        /// `symbol` or `interval`.
        what: &'static str,
        /// Description of the problem.
        problem: String,
    },
    /// The range of days is empty.
    #[error("the range {from} to {to} is empty")]
    EmptyRange {
        /// First day (inclusive).
        from: chrono::NaiveDate,
        /// Last day (inclusive).
        to: chrono::NaiveDate,
    },
    /// The archive has no file of a symbol in the range.
    #[error("the archive has no {interval} bars of `{symbol}` in the range")]
    Nothing {
        /// Symbol concerned.
        symbol: String,
        /// The interval in the archive's notation.
        interval: String,
    },
}

impl DownloadError {
    /// The help, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Io { source, .. } => {
                files::help_for(source).unwrap_or("check that the folder exists and is writable")
            }
            Self::Redirected { .. } => "if you trust that host, list it with `--redirect-hosts HOST`",
            Self::TooLarge { .. } => {
                "if the file is right, allow more with `--max-size`, such as `--max-size 8GB`"
            }
            Self::Failed { .. } => "check the connection and repeat the command: downloaded files are kept",
            Self::Refused { .. } => "check `--base-url`; a mirror may use other paths or refuse your address",
            Self::Checksum { .. } => "repeat the command later; a file with a wrong checksum is not kept",
            Self::NoChecksum { .. } => "check `--base-url`: it must be the root of the archive",
            Self::BadWord { .. } => "write it as in the archive: BTCUSDT, and 1m, 1h or 1d",
            Self::EmptyRange { .. } => "set `--to` to a day at or after `--from`",
            Self::Nothing { .. } => "check the symbol, the market and its listing dates",
        }
        .to_owned()
    }

    pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}
