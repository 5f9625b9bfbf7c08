//! A refused order: code and details.

use crate::domain::RefusalCode;

/// Why an order was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// The check that failed.
    pub code: RefusalCode,
    /// The numbers of the check, as text.
    pub detail: String,
}

impl Refusal {
    /// A refusal with this code and details.
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}
