//! Why a method has no answer. Owns the room's one error type.

use crate::metrics::Missing;

/// Input that a method of evidence cannot work with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum EvidenceError {
    /// Fewer rows, columns, trials or values than the method needs.
    #[error("`{found}` {what}, at least `{least}` are needed")]
    TooFew {
        /// What there is too little of, in the plural.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many the method needs.
        least: usize,
    },
    /// Two series that belong together differ in length.
    #[error("series `{series}` has `{found}` values where `{expected}` are expected")]
    Lengths {
        /// Index of the series, from 0.
        series: usize,
        /// Number of values it has.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
    /// An infinity or a NaN.
    #[error("the value in row `{row}` of column `{column}` is not finite")]
    NotFinite {
        /// Index of the column, from 0.
        column: usize,
        /// Index of the row, from 0.
        row: usize,
    },
    /// A parameter outside its range.
    #[error("`{value}` is not a {what}")]
    OutOfRange {
        /// What the parameter should be, with its range.
        what: &'static str,
        /// The value that was given.
        value: f64,
    },
    /// A column is better than the benchmark by exactly the same amount in every row: nothing to studentise
    /// by.
    #[error("column `{column}` beats the benchmark by the same amount in every row")]
    ConstantDifference {
        /// Index of the column, from 0.
        column: usize,
    },
    /// A record's score is infinite or does not exist, so that no difference can be taken.
    #[error("the score of column `{column}` is not a finite number in every part of the record")]
    NoNumber {
        /// Index of the column, from 0.
        column: usize,
    },
    /// The statistic under the test does not exist.
    #[error("{0}")]
    NoStatistic(#[from] Missing),
}

/// Refuses a count under `least`.
pub(super) fn at_least(what: &'static str, found: usize, least: usize) -> Result<(), EvidenceError> {
    if found < least { Err(EvidenceError::TooFew { what, found, least }) } else { Ok(()) }
}

/// Refuses a second series of another length.
pub(super) fn same_length(a: &[f64], b: &[f64]) -> Result<(), EvidenceError> {
    if a.len() == b.len() {
        return Ok(());
    }
    Err(EvidenceError::Lengths { series: 1, found: b.len(), expected: a.len() })
}

/// Refuses a value that is not strictly between 0 and 1.
pub(super) fn probability(value: f64) -> Result<(), EvidenceError> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(EvidenceError::OutOfRange { what: "probability between 0 and 1", value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_where_they_are_said_to_be() {
        assert_eq!(at_least("windows", 2, 2), Ok(()));
        let short = at_least("windows", 1, 2).unwrap_err();
        assert_eq!(short.to_string(), "`1` windows, at least `2` are needed");
        assert!(probability(0.0).is_err() && probability(1.0).is_err() && probability(f64::NAN).is_err());
        assert_eq!(probability(0.05), Ok(()));
        assert!(same_length(&[1.0], &[]).is_err());
    }
}
