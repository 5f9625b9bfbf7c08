//! Corporate actions as the rest of the program sees them.

use super::ratio::Ratio;
use crate::domain::{Price, Timestamp};

/// The corporate actions of a symbol in the range.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionSeries {
    /// In order of time.
    pub splits: Vec<Split>,
    /// In order of time.
    pub dividends: Vec<Dividend>,
}

/// A split, also a reverse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// Start of the ex-date's trading day.
    pub at: Timestamp,
    /// New units for each old one.
    pub ratio: Ratio,
}

/// A cash dividend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dividend {
    /// Start of the ex-date's trading day.
    pub at: Timestamp,
    /// For each unit held, quote currency, half up at eight places.
    pub amount: Price,
}
