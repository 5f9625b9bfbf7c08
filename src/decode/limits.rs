//! Limits on what a file may claim to contain, relative to its length.
//!
//! The limits are far above what real writers produce. The most compressible files we know, tables of idle
//! agents, hold about 60 rows a byte and decompress to about 100 times their length.

use super::DecodeError;

/// Maximum length of a text line, in bytes.
pub const MAX_LINE: usize = 1 << 20;
/// Maximum size of a text file that is read whole as a table of numbers, in bytes.
pub const MAX_TABLE_TEXT: u64 = 1 << 29;

/// Number of rows that a file of any length may claim.
const FREE_ROWS: u64 = 1 << 20;
/// Additional rows per byte of the file.
const ROWS_PER_BYTE: u64 = 256;
/// Bytes that a file of any length may decompress to.
const FREE_BYTES: u64 = 64 << 20;
/// Additional decompressed bytes per compressed byte. Deflate cannot exceed 1,032.
const UNPACKED_PER_BYTE: u64 = 1_000;

/// Additional bytes of text per compressed byte. Recorded prices compress tenfold, blank lines a thousandfold.
const TEXT_PER_BYTE: u64 = 250;

/// The maximum size of a text that `packed` bytes decompress to.
pub const fn max_text(packed: u64) -> u64 {
    packed.saturating_mul(TEXT_PER_BYTE).saturating_add(FREE_BYTES)
}

/// Refuses a row count that a file of this length cannot hold.
pub fn rows(claimed: u64, file_bytes: u64) -> Result<(), DecodeError> {
    let most = file_bytes.saturating_mul(ROWS_PER_BYTE).saturating_add(FREE_ROWS);
    if claimed <= most {
        return Ok(());
    }
    Err(DecodeError::Content(format!(
        "it claims {claimed} rows in {file_bytes} bytes, which is not plausible (at most {most})"
    )))
}

/// The maximum decompressed size of `packed` bytes.
pub const fn max_unpacked(packed: u64) -> u64 {
    packed.saturating_mul(UNPACKED_PER_BYTE).saturating_add(FREE_BYTES)
}

/// Refuses a claimed decompressed size that `packed` bytes cannot give.
pub fn unpacked(claimed: u64, packed: u64) -> Result<(), DecodeError> {
    if claimed <= max_unpacked(packed) {
        return Ok(());
    }
    Err(DecodeError::Content(format!(
        "it claims that {packed} packed bytes become {claimed}, which is not plausible"
    )))
}
