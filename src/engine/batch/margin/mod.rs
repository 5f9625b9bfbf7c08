//! One strategy of crosses, reversion or breakout on margin: long, short or turning, from signal to signal.
//!
//! Owns the account of one symbol between its fills: funding, borrow fee and interest where they fall, and the proof that
//! nothing was liquidated in between. Orders pass the risk checks of `risk`, fills are those of the ledger, amounts the
//! formulas of the replay loops. Invariant: a window in which a position could be liquidated, called or bankrupt is given
//! back with [`Ineligible::Liquidation`](super::Ineligible), and the general engine replays it.

mod account;
mod columns;
mod fills;
mod follow;

pub(super) use columns::MarginColumns;
pub(super) use follow::follow;
