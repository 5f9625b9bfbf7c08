//! Why the ledger refuses a posting. A refused posting has changed nothing.

use crate::domain::{Cash, Qty};

/// A posting that the wallet cannot bear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// More quote currency than is there.
    #[error("needs `{need}`, has `{have}`")]
    CashShort {
        /// Asked for.
        need: Cash,
        /// Could be used.
        have: Cash,
    },
    /// More of the base asset than is there.
    #[error("needs quantity `{need}`, has `{have}`")]
    QtyShort {
        /// Asked for.
        need: Qty,
        /// Could be used.
        have: Qty,
    },
    /// A balance or a position would be larger than the ledger holds.
    #[error("would come to {what}, more than can be held")]
    TooLarge {
        /// What would: a quantity or a balance.
        what: &'static str,
    },
    /// Nothing, or less than nothing, was to be moved.
    #[error("an amount must be positive")]
    NotPositive,
}
