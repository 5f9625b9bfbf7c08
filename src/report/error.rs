//! Why a report could not be made. Owns the room's one error type.

use crate::store::StoreError;

/// A report that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// What is stored could not be read, or the report not written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A page's template does not fit its values.
    #[error("cannot fill in the template of the report: {0}")]
    Template(#[from] minijinja::Error),
    /// Sections of a page cannot be compressed.
    #[error("cannot compress the sections of the report: {0}")]
    Pack(#[from] std::io::Error),
    /// The values of the charts cannot be written as JSON.
    #[error("cannot write the values of the charts: {0}")]
    Values(#[from] serde_json::Error),
}

impl ReportError {
    /// What a user can do about it, as one sentence.
    pub fn help(&self) -> String {
        match self {
            Self::Store(error) => error.help(),
            Self::Template(_) | Self::Values(_) | Self::Pack(_) => {
                "this is a bug in tiltyard: please report it with the run's folder".to_owned()
            }
        }
    }
}
