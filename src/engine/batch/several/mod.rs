//! One strategy on several symbols that share a wallet, from signal to signal.
//!
//! Owns the order of signals in time and the account between them. Orders pass the risk checks of `risk`, fills are those
//! of the ledger. Between two fills the equity is `cash + quantity * close + ..`: blocks of bars whose bounds change
//! neither the peak nor the trough are passed over.

mod account;
mod columns;
mod follow;

pub(super) use account::Setting;
pub(super) use columns::SeveralColumns;
pub(super) use follow::follow;
