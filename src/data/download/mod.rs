//! Fetching Binance's public archive: monthly and daily zip files, each with its SHA-256.
//!
//! Owns the archive's layout, what to ask for, and how to get it through a bad connection. Never keeps a file
//! whose checksum does not fit. Invariant: a file that has its name is whole and verified, so that a second run
//! continues where the first was stopped.

mod archive;
mod error;
mod fetch;
mod run;

pub use archive::{Item, Period, Venue, parse_day};
pub use error::DownloadError;
pub use fetch::{Client, Outcome, Policy};
pub use run::{Event, Fetched, Request, download};

/// Where Binance publishes its archive.
pub const BINANCE_ARCHIVE: &str = "https://data.binance.vision";
