//! The texts that an agent is told: each once, at the first decision at which it is known.

use std::sync::Arc;

use super::message::ContextMessage;
use crate::domain::{SymbolId, Timestamp};
use crate::scenario::{ContextRow, ContextTable, Scenario};

/// The texts of a scenario that concern an agent, in the order of time.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    rows: Arc<Vec<(ContextRow, Option<String>)>>,
}

impl Texts {
    /// Those about the agent's symbols, and about none in particular. Files follow each other where times are equal.
    pub fn new(scenario: &Scenario, symbols: &[SymbolId]) -> Self {
        let tables = scenario.context.iter().filter_map(|context| context.table.as_deref());
        let rows = tables.flat_map(|ContextTable { rows, .. }| rows);
        let own = rows.filter(|row| row.symbol.is_none_or(|symbol| symbols.contains(&symbol)));
        let name = |row: &ContextRow| {
            row.symbol.map(|symbol| scenario.market.instrument(symbol).symbol.as_str().to_owned())
        };
        let mut rows: Vec<_> = own.map(|row| (row.clone(), name(row))).collect();
        rows.sort_by_key(|(row, _)| row.at);
        Self { rows: Arc::new(rows) }
    }

    /// The texts that became known after `since` (at it too, where `with_start`) and up to `now`.
    pub fn between(&self, since: Timestamp, with_start: bool, now: Timestamp) -> Vec<ContextMessage> {
        let first =
            self.rows.partition_point(|(row, _)| if with_start { row.at < since } else { row.at <= since });
        let known = self.rows[first..].iter().take_while(|(row, _)| row.at <= now);
        known
            .map(|(row, symbol)| ContextMessage {
                time: row.at.into(),
                symbol: symbol.clone(),
                title: row.title.clone(),
                body: row.body.clone(),
            })
            .collect()
    }
}
