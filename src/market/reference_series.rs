//! The bars of a benchmark that nobody trades.

use super::bars::Bars;
use super::quality::Finding;
use crate::domain::Instrument;

/// A symbol that is loaded to be compared with, and not traded.
#[derive(Debug, Clone)]
pub struct ReferenceSeries {
    /// Its name, as the data and the scenario name it.
    pub instrument: Instrument,
    /// Its bars at the market's interval, or coarser ones where there are no others; one closes before the range where
    /// the data has it.
    pub bars: Bars,
    /// Findings of the data check.
    pub findings: Vec<Finding>,
}
