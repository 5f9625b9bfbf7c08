//! Errors of a file of signals, each with its row and a help.

use std::path::{Path, PathBuf};

use crate::tables::{RowNumber, TableError};

/// Why a file holds no signals.
#[derive(Debug, thiserror::Error)]
pub enum SignalFileError {
    /// The file is no table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A row is wrong.
    #[error("`{}`, {at}: {problem}", path.display())]
    Row {
        /// File the error is about.
        path: PathBuf,
        /// The line or row.
        at: RowNumber,
        /// What is wrong with it.
        problem: String,
        /// How to mend it.
        help: String,
    },
    /// The columns are wrong.
    #[error("`{}` {problem}", path.display())]
    Columns {
        /// File the error is about.
        path: PathBuf,
        /// What is wrong with them.
        problem: String,
        /// How to mend it.
        help: String,
    },
}

impl SignalFileError {
    /// The help, one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Table(error) => error.help(),
            Self::Row { help, .. } | Self::Columns { help, .. } => help.clone(),
        }
    }

    pub(super) fn columns(path: &Path, problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Columns { path: path.to_owned(), problem: problem.into(), help: help.into() }
    }
}
