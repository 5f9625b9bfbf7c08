//! Downloads Binance's public archive: monthly and daily zip files, each with its SHA-256.
//!
//! Owns the archive's layout, the list of files for a request, and retries. Never keeps a file with a wrong
//! checksum. Invariant: a file under its final name is complete and verified, so a second run continues where
//! the first one stopped.

mod archive;
mod error;
mod fetch;
mod redirect;
mod run;

pub use archive::{Item, Period, Venue, parse_day};
pub use error::DownloadError;
pub use fetch::{Client, Outcome, Policy};
pub use run::{Event, Fetched, Request, download};

/// Root URL of Binance's archive.
pub const BINANCE_ARCHIVE: &str = "https://data.binance.vision";
