//! Fills in, balances, positions and realised PnL out: the only place where money moves.
//!
//! Owns one agent's wallet and its average-cost positions. Never sees a float, a bar or an order; whoever
//! calls it has decided price, quantity and fee. Invariants: no balance, locked part or position is ever
//! negative; a refused posting changes nothing; start cash + all postings = cash, to the last unit.
#![deny(clippy::float_arithmetic)]

mod book;
mod error;
mod position;

pub use book::{Ledger, Purchase, Sale};
pub use error::LedgerError;
pub use position::Position;

#[cfg(test)]
mod tests;
