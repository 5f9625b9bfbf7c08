//! Which vendor a file is from, and how a file of each is read.

use super::super::plan::{ImportPlan, ReadOptions};
use super::super::probe::Probe;
use super::super::{Format, ImportError};
use super::{binance, bitfinex, cryptodatadownload, freqtrade, generic, kraken, lean, yahoo};

/// Detects a file's format; `None` where none matches.
pub fn detect(probe: &Probe, reading: &ReadOptions) -> Option<Format> {
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
pub fn plan(probe: &Probe, format: Format, reading: &ReadOptions) -> Result<ImportPlan, ImportError> {
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
