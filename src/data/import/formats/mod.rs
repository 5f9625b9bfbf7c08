//! One file per vendor: detection of its files, and their layout.
//!
//! Owns the vendors' conventions: names, column orders, units, time zones. Never reads a row.

mod binance;
mod bitfinex;
mod cryptodatadownload;
mod dates;
mod detect;
mod freqtrade;
mod generic;
mod kraken;
mod lean;
mod signs;
mod yahoo;

pub use detect::{detect, plan};
