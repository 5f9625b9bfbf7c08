//! `[[context]]`: texts that programs are told once they are known.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::domain::{SymbolId, Timestamp};

/// A file of texts, and its rows once `run` has read them.
#[derive(Debug, Clone, Serialize)]
pub struct ContextSpec {
    /// The file as written; a relative path starts at the scenario's folder. A run's identity depends on the content,
    /// not on the path.
    #[serde(skip)]
    pub path: PathBuf,
    /// The rows; `None` until the file has been read.
    #[serde(rename = "content", serialize_with = "digest_of")]
    pub table: Option<Arc<ContextTable>>,
}

/// The rows of a file, in the order of time. Equal digests mean equal rows.
#[derive(Debug)]
pub struct ContextTable {
    /// BLAKE3 over the rows, in hexadecimal.
    pub digest: String,
    /// Texts of the scenario's symbols, and of none.
    pub rows: Vec<ContextRow>,
}

/// A text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextRow {
    /// When it was known.
    pub at: Timestamp,
    /// The symbol that it is about; `None` where it is about none in particular.
    pub symbol: Option<SymbolId>,
    /// Its headline; may be empty.
    pub title: String,
    /// The text itself; may be empty where there is a headline.
    pub body: String,
}

fn digest_of<S: Serializer>(table: &Option<Arc<ContextTable>>, s: S) -> Result<S::Ok, S::Error> {
    table.as_ref().map(|table| &table.digest).serialize(s)
}
