//! What the formats look for in the first rows of a file.

use super::super::probe::Probe;
use super::super::{Format, ImportError};

/// The error for a file that is not of the given format.
pub(super) fn not(probe: &Probe, format: Format, detail: impl Into<String>) -> ImportError {
    ImportError::NotThisFormat { path: probe.path.clone(), format, detail: detail.into() }
}

/// Whether all fields are numbers.
pub(super) fn numeric(fields: &[&str]) -> bool {
    !fields.is_empty() && fields.iter().all(|field| field.parse::<f64>().is_ok())
}

/// Whether the rows are consistent with open, high, low and close at these indexes: no high below an open,
/// and so on.
pub(super) fn ordered(rows: &[Vec<&str>], [open, high, low, close]: [usize; 4]) -> bool {
    rows.iter().all(|row| {
        let value = |index: usize| row.get(index).and_then(|field| field.parse::<f64>().ok());
        match (value(open), value(high), value(low), value(close)) {
            (Some(open), Some(high), Some(low), Some(close)) => {
                high >= open.max(close) && low <= open.min(close)
            }
            _ => false,
        }
    })
}
