//! A run that is about to be written.

use super::RunId;
use crate::market::Market;
use crate::scenario::Scenario;

/// What a run is made of.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Its identity, see [`super::identify`].
    pub id: RunId,
    /// The checked scenario.
    pub scenario: &'a Scenario,
    /// The scenario's text as the user wrote it.
    pub source: &'a str,
    /// Market data of the run.
    pub market: &'a Market,
    /// Whether every Parquet file gets a CSV twin.
    pub csv: bool,
}
