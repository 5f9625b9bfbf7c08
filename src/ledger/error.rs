//! Why the ledger refuses a posting. A refused posting changes nothing.

use crate::domain::{Cash, Qty};

/// A posting that the wallet cannot cover or hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Not enough quote currency.
    #[error("needs `{need}`, has `{have}`")]
    CashShort {
        /// Amount the order needs.
        need: Cash,
        /// Amount that is free.
        have: Cash,
    },
    /// Not enough of the base asset.
    #[error("needs quantity `{need}`, has `{have}`")]
    QtyShort {
        /// Quantity the order needs.
        need: Qty,
        /// Quantity that is free.
        have: Qty,
    },
    /// The resulting balance or position would exceed the largest one.
    #[error("would come to {what}, more than can be held")]
    TooLarge {
        /// Which of them: a quantity or a balance.
        what: &'static str,
    },
    /// The amount or quantity is zero or negative.
    #[error("an amount must be positive")]
    NotPositive,
}
