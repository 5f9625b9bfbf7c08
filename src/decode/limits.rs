//! How much a file may claim, measured by its length.
//!
//! The limits lie far above what writers make: the tables of idle agents, the most compressible files we know, hold
//! some 60 rows a byte and unpack to some 100 times their length.

use super::DecodeError;

/// Longest line of a text, in bytes.
pub const MAX_LINE: usize = 1 << 20;
/// Largest text that is read whole as a table of numbers.
pub const MAX_TABLE_TEXT: u64 = 1 << 29;

/// Rows that any file may claim.
const FREE_ROWS: u64 = 1 << 20;
/// Rows for each further byte of a file.
const ROWS_PER_BYTE: u64 = 256;
/// Bytes that anything may unpack to.
const FREE_BYTES: u64 = 64 << 20;
/// Unpacked bytes for each further packed byte. Deflate cannot reach 1,033.
const UNPACKED_PER_BYTE: u64 = 1_000;

/// Characters of text for each further packed byte: recorded prices pack to a tenth, blank lines to a thousandth.
const TEXT_PER_BYTE: u64 = 250;

/// Most bytes of text that so many packed bytes may unpack to.
pub const fn most_text(packed: u64) -> u64 {
    packed.saturating_mul(TEXT_PER_BYTE).saturating_add(FREE_BYTES)
}

/// Refuses a number of rows that a file of this length cannot hold.
pub fn rows(claimed: u64, file_bytes: u64) -> Result<(), DecodeError> {
    let most = file_bytes.saturating_mul(ROWS_PER_BYTE).saturating_add(FREE_ROWS);
    if claimed <= most {
        return Ok(());
    }
    Err(DecodeError::Content(format!(
        "it claims {claimed} rows in {file_bytes} bytes, which is not plausible (at most {most})"
    )))
}

/// Most bytes that so many packed bytes may unpack to.
pub const fn most_unpacked(packed: u64) -> u64 {
    packed.saturating_mul(UNPACKED_PER_BYTE).saturating_add(FREE_BYTES)
}

/// Refuses a claim of unpacked bytes that so many packed bytes cannot give.
pub fn unpacked(claimed: u64, packed: u64) -> Result<(), DecodeError> {
    if claimed <= most_unpacked(packed) {
        return Ok(());
    }
    Err(DecodeError::Content(format!(
        "it claims that {packed} packed bytes become {claimed}, which is not plausible"
    )))
}
