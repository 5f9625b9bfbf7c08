//! Posts fills to balances, positions and realised PnL: the only place where money moves.
//!
//! Owns one agent's wallet and its positions at average cost. Never sees a float, a bar or an order; the
//! caller has decided price, quantity and fee. Invariants: no balance, locked part or position of a spot asset is ever
//! negative; a refused posting changes nothing; starting cash plus all postings equals cash, exactly.
#![deny(clippy::float_arithmetic)]

mod book;
mod error;
mod margin;
mod position;

pub use book::{Ledger, Purchase, Sale};
pub use error::LedgerError;
pub use margin::MarginTrade;
pub use position::Position;

#[cfg(test)]
mod tests;
