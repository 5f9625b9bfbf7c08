//! One file per vendor: detection of its files, and their layout.
//!
//! Owns the vendors' conventions: names, column orders, units, time zones. Never reads a row.

mod binance;
mod bitfinex;
mod cryptodatadownload;
mod freqtrade;
mod generic;
mod kraken;
mod lean;
mod yahoo;

use super::plan::{Plan, Reading};
use super::probe::Probe;
use super::{Format, ImportError};

/// Detects a file's format; `None` where none matches.
pub fn detect(probe: &Probe, reading: &Reading) -> Option<Format> {
    if reading.map.is_some() {
        return Some(Format::Csv);
    }
    Format::ALL.into_iter().find(|format| match format {
        Format::Binance => binance::fits(probe),
        Format::Freqtrade => freqtrade::fits(probe),
        Format::Kraken => kraken::fits(probe),
        Format::Lean => lean::fits(probe),
        Format::Bitfinex => bitfinex::fits(probe),
        Format::CryptoDataDownload => cryptodatadownload::fits(probe),
        Format::Yahoo => yahoo::fits(probe),
        Format::Csv => generic::fits(probe, reading),
        Format::Parquet => generic::is_table(probe),
    })
}

/// The import plan of a file in a given format.
///
/// # Errors
/// Where it is not of that format, or holds nothing that bars can be made of.
pub fn plan(probe: &Probe, format: Format, reading: &Reading) -> Result<Plan, ImportError> {
    match format {
        Format::Binance => binance::plan(probe),
        Format::Freqtrade => freqtrade::plan(probe),
        Format::Kraken => kraken::plan(probe),
        Format::Lean => lean::plan(probe, reading),
        Format::Bitfinex => bitfinex::plan(probe),
        Format::CryptoDataDownload => cryptodatadownload::plan(probe, reading),
        Format::Yahoo => yahoo::plan(probe, reading),
        Format::Csv => generic::plan(probe, reading),
        Format::Parquet => generic::table(probe),
    }
}

/// The error for a file that is not of the given format.
fn not(probe: &Probe, format: Format, detail: impl Into<String>) -> ImportError {
    ImportError::NotThisFormat { path: probe.path.clone(), format, detail: detail.into() }
}

/// Whether all fields are numbers.
fn numeric(fields: &[&str]) -> bool {
    !fields.is_empty() && fields.iter().all(|field| field.parse::<f64>().is_ok())
}

/// Whether the rows are consistent with open, high, low and close at these indexes: no high below an open,
/// and so on.
fn ordered(rows: &[Vec<&str>], [open, high, low, close]: [usize; 4]) -> bool {
    rows.iter().all(|row| {
        let value = |place: usize| row.get(place).and_then(|field| field.parse::<f64>().ok());
        match (value(open), value(high), value(low), value(close)) {
            (Some(open), Some(high), Some(low), Some(close)) => {
                high >= open.max(close) && low <= open.min(close)
            }
            _ => false,
        }
    })
}
