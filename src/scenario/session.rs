//! The scenario of a session: that of a file with one agent, which answers over HTTP, and one window.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

use super::EditError;
use crate::domain::Timestamp;

/// The agent of a session.
#[derive(Debug, Clone, Copy)]
pub struct SessionAgent<'a> {
    /// Its name; in the registry, where it has a version.
    pub name: &'a str,
    /// As written after `strategy = `.
    pub strategy: &'a str,
    /// Its version in the registry; `None` for an agent of no registry.
    pub version: Option<u32>,
}

/// Tables that are about other agents, other windows or reports.
const DROPPED: [&str; 4] = ["agents", "tournament", "sweep", "report"];

/// The scenario's text with this agent alone, in one window of its range where a range is given.
///
/// # Errors
/// [`EditError::NotToml`].
pub fn session_text(
    source: &str,
    agent: &SessionAgent<'_>,
    range: Option<(Timestamp, Timestamp)>,
) -> Result<String, EditError> {
    let not_toml = |error: toml_edit::TomlError| EditError::NotToml { problem: error.message().to_owned() };
    let mut document: DocumentMut = source.parse().map_err(not_toml)?;
    for key in DROPPED {
        document.remove(key);
    }
    if let Some(battle) = document.get_mut("battle").and_then(Item::as_table_like_mut) {
        battle.remove("repeats");
        if range.is_some() {
            battle.remove("windows");
            battle.remove("embargo");
        }
    }
    if let (Some((start, end)), Some(market)) =
        (range, document.get_mut("market").and_then(Item::as_table_like_mut))
    {
        market.insert("start", time(start));
        market.insert("end", time(end));
    }
    let mut table = Table::new();
    match agent.version {
        Some(version) => {
            table.insert("registered", value(agent.name));
            table.insert("version", value(i64::from(version)));
        }
        None => {
            table.insert("name", value(agent.name));
        }
    }
    let strategy = agent.strategy.parse::<Value>();
    table.insert("strategy", Item::Value(strategy.map_err(not_toml)?));
    let mut agents = ArrayOfTables::new();
    agents.push(table);
    document.insert("agents", Item::ArrayOfTables(agents));
    Ok(document.to_string())
}

/// A time as TOML has it.
fn time(at: Timestamp) -> Item {
    at.to_string().parse::<Value>().map_or_else(|_| value(at.to_string()), Item::Value)
}
