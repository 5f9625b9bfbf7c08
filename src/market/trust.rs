//! Data that a run refuses unless its scenario accepts it.

use super::error::MarketError;
use super::quality::{Finding, Severity};
use crate::domain::Symbol;
use crate::scenario::Acceptable;

/// Refuses bars with an error-level finding that the scenario does not accept.
pub(super) fn trusted(
    symbol: &Symbol,
    findings: &[Finding],
    accept: &[Acceptable],
) -> Result<(), MarketError> {
    // Other errors (overlapping or invalid bars) are refused elsewhere, with their own messages.
    let may_be = |finding: &Finding, kinds: &[Acceptable]| {
        kinds.iter().any(|kind| kind.as_str() == finding.kind.as_str())
    };
    let severe = findings.iter().filter(|one| {
        one.severity == Severity::Error && may_be(one, &Acceptable::ALL) && !may_be(one, accept)
    });
    let problems: Vec<MarketError> = severe
        .map(|one| MarketError::Untrusted { symbol: symbol.clone(), finding: Box::new(one.clone()) })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(MarketError::all(problems)) }
}
