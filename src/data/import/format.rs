//! The importable formats.

use std::fmt;
use std::str::FromStr;

/// The origin of a file, which determines the meaning of its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Binance public archive: klines, trades and aggregated trades; CSV or zip.
    Binance,
    /// freqtrade candles and trades: feather, Parquet, JSON, JSON.gz.
    Freqtrade,
    /// Kraken OHLCVT CSV, trades CSV and the OHLC response of its API.
    Kraken,
    /// QuantConnect LEAN zips.
    Lean,
    /// Bitfinex candles: JSON, or CSV with the same column order.
    Bitfinex,
    /// CryptoDataDownload CSV.
    CryptoDataDownload,
    /// Yahoo Finance CSV.
    Yahoo,
    /// Any CSV with a header, or with `--map`.
    Csv,
    /// Any Parquet file with recognisable columns.
    Parquet,
}

impl Format {
    /// All formats, in detection order.
    pub const ALL: [Self; 9] = [
        Self::Lean,
        Self::Binance,
        Self::Freqtrade,
        Self::Kraken,
        Self::Bitfinex,
        Self::CryptoDataDownload,
        Self::Yahoo,
        Self::Csv,
        Self::Parquet,
    ];

    /// As written on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binance => "binance",
            Self::Freqtrade => "freqtrade",
            Self::Kraken => "kraken",
            Self::Lean => "lean",
            Self::Bitfinex => "bitfinex",
            Self::CryptoDataDownload => "cryptodatadownload",
            Self::Yahoo => "yahoo",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = String;

    /// Parses a name, case-insensitive; `cdd` is CryptoDataDownload.
    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.to_ascii_lowercase();
        let name = if name == "cdd" { "cryptodatadownload" } else { &name };
        Self::ALL.into_iter().find(|format| format.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|format| format.as_str()).collect();
            format!("`{text}` is not a format; known: auto, {}", known.join(", "))
        })
    }
}
