//! Which times a market may have been recorded at: a number read with the wrong unit lands outside.

use std::ops::Range;

use crate::domain::Timestamp;

/// Years in which a time is plausible where its unit was guessed.
pub const PLAUSIBLE_YEARS: Range<i64> = 1980..2100;

/// Whether a time lies in those years.
pub fn plausible(at: Timestamp) -> bool {
    // Whole years are near enough for the edges, and need no calendar.
    let year = 1970 + at.micros().div_euclid(31_556_952_000_000);
    PLAUSIBLE_YEARS.contains(&year)
}
