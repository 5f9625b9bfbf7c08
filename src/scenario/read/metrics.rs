//! The `[metrics]` table.

use super::table::TableReader;
use crate::scenario::MetricSpec;

/// Parses the table.
pub(super) fn read(table: &TableReader<'_>) -> Option<MetricSpec> {
    let risk_free_rate = table.value("risk_free_rate");
    let minimum_acceptable_return = table.value("minimum_acceptable_return");
    let periods_per_year = table.optional("periods_per_year");
    let profile = table.value("profile");
    table.finish();
    Some(MetricSpec {
        risk_free_rate: risk_free_rate?,
        minimum_acceptable_return: minimum_acceptable_return?,
        periods_per_year: periods_per_year?,
        profile: profile?,
    })
}
