//! Sources of bars: vendors' files and their check, downloads, and a synthetic market.
//!
//! Owns reading other formats and writing them as the Parquet files that `market` loads. Never replays and
//! never changes a price: whatever cannot be kept exactly is refused.

pub mod check;
pub mod download;
pub mod import;
pub mod synth;
