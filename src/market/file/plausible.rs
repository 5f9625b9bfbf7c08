//! The plausible range of bar times; a number read in the wrong unit is outside it.

use std::ops::Range;

use crate::domain::Timestamp;

/// Years in which a time is plausible if its unit was guessed.
pub const PLAUSIBLE_YEARS: Range<i64> = 1980..2100;

/// Whether a time is in those years.
pub fn plausible(at: Timestamp) -> bool {
    // Average years are exact enough at the edges and need no calendar.
    let year = 1970 + at.micros().div_euclid(31_556_952_000_000);
    PLAUSIBLE_YEARS.contains(&year)
}
