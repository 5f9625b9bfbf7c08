//! One strategy on several symbols that share a wallet, from signal to signal.
//!
//! Owns the order of signals in time, the wallet and its curve. Orders that a limit could refuse or cut pass the checks of
//! `risk`. Money is 64-bit integers of 1e-8, as for one symbol.

mod account;
mod columns;
mod curve;
mod follow;

pub(super) use account::Setting;
pub(super) use columns::SeveralColumns;
pub(super) use follow::run;
