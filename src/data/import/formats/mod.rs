//! One file per vendor: does this file look like theirs, and where is everything in it.
//!
//! Owns what vendors decided: names, orders of columns, units, zones. Never reads a row.

mod binance;
mod bitfinex;
mod cryptodatadownload;
mod detect;
mod freqtrade;
mod generic;
mod kraken;
mod lean;
mod signs;
mod yahoo;

pub use detect::{detect, plan};
