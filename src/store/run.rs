//! A run that is about to be written.

use super::table_file::TableOptions;
use super::{RunId, StoreError};
use crate::domain::check_name;
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

impl Run<'_> {
    /// What its tables have in common.
    pub(super) const fn table_options(&self) -> TableOptions {
        TableOptions { csv: self.csv, money: self.scenario.report.money }
    }
}

/// A scenario's name as one plain part of a path.
pub(super) fn folder_name(name: &str) -> Result<&str, StoreError> {
    check_name(name).map(|()| name).map_err(|error| StoreError::FolderName { reason: error.to_string() })
}
