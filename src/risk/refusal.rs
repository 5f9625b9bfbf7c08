//! A refusal: its code and its numbers.

use crate::domain::RefusalCode;

/// Why an order was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// Which check.
    pub code: RefusalCode,
    /// Its numbers.
    pub detail: String,
}

impl Refusal {
    /// A refusal with its numbers.
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}
