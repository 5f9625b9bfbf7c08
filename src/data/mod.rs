//! Bars from elsewhere: vendors' files and their check, downloads, and a synthetic market.
//!
//! Owns reading foreign formats and writing them as the Parquet files that `market` loads. Never replays and never
//! changes a price: what a file holds that cannot be kept exactly is refused.

pub mod check;
pub mod download;
pub mod import;
pub mod synth;
