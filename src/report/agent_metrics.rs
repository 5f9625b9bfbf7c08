//! An agent's metrics as rows, once for the terminal and for pages.

use std::collections::BTreeSet;

use super::{names, wording};
use crate::metrics::Score;
use crate::store::AgentRecord;

/// One metric of an agent.
#[derive(Debug, Clone, Copy)]
pub(super) struct MetricRow<'a> {
    pub key: &'a str,
    /// Of the whole record; of the window where there is one.
    pub record: Score,
    /// Of the windows that have it.
    pub lowest: Score,
    /// Of the windows that have it.
    pub highest: Score,
}

/// The metrics that the agent has, in the order of all tables; what is not known comes after them, sorted.
pub(super) fn rows(agent: &AgentRecord) -> Vec<MetricRow<'_>> {
    let row = |key| {
        // Nothing that comes from returns where the agent held cash all along.
        let blank = wording::is_blank_of(agent, key);
        let windows = agent.windows.iter().map(|job| job.known_value(key));
        let known = windows.filter(|score| !blank && !score.is_absent());
        MetricRow {
            key,
            record: wording::agent_value(agent, key),
            lowest: known.clone().reduce(Score::min).unwrap_or(Score::Absent),
            highest: known.reduce(Score::max).unwrap_or(Score::Absent),
        }
    };
    keys(agent).into_iter().map(row).collect()
}

/// The names of these metrics.
pub(super) fn keys(agent: &AgentRecord) -> Vec<&str> {
    let keys: BTreeSet<&str> = agent.windows.iter().flat_map(|job| job.metrics.keys()).collect();
    let mut keys: Vec<&str> = keys.into_iter().collect();
    keys.sort_by_cached_key(|key| names::order(key));
    keys
}
