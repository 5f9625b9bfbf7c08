//! Opens the registry and finds agents in it.

use std::path::Path;
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{AgentRow, AgentStatus, VersionRow};
use crate::domain::{CarriedPosition, Wallet};
use crate::store::StoreError;
use crate::store::database::Database;

/// Characters of an id that are enough to mean it.
const SHORTEST_ID: usize = 6;
/// Agents that an error message names.
const SUGGESTED: i64 = 5;

/// The registered agents of one store.
#[derive(Debug)]
pub struct Registry(pub(super) Database);

/// The columns of an [`AgentRow`], without its positions.
const AGENT: &str = "SELECT a.id, v.name, a.status, a.version, a.epoch, v.description, v.tags, v.color,
        v.strategy, v.risk, v.risk_limits, a.key_prefix, a.parent, a.parent_version, a.created_at,
        e.started_at, e.starting_balance, e.cash, e.as_of, e.quote
    FROM registry_agents a
    JOIN registry_versions v ON v.agent = a.id AND v.version = a.version
    JOIN registry_epochs e ON e.agent = a.id AND e.epoch = a.epoch";

/// An active agent by its name.
const BY_NAME: &str = "a.status = 'active' AND a.name_key = ?1";
/// Agents by the beginning of their id, which is hexadecimal digits and hyphens: all come before `g`.
const BY_ID: &str = "a.id BETWEEN ?1 AND ?1 || 'g'";
/// Archived agents by their name.
const ARCHIVED: &str = "a.status = 'archived' AND a.name_key = ?1";

impl Registry {
    /// Opens the registry of an output folder, and makes it where it is missing.
    ///
    /// # Errors
    /// As [`crate::store::Index::open`].
    pub fn open(out: &Path) -> Result<Self, StoreError> {
        Database::open(out).map(Self)
    }

    /// Opens the registry of an output folder that has one, to be changed.
    ///
    /// # Errors
    /// [`StoreError::NoRegistry`] where it has none, else as [`Registry::open`].
    pub fn open_existing(out: &Path) -> Result<Self, StoreError> {
        Self::found(out, Database::open_existing(out)?)
    }

    /// Opens the registry of an output folder that has one, to be read.
    ///
    /// # Errors
    /// As [`Registry::open_existing`].
    pub fn read_existing(out: &Path) -> Result<Self, StoreError> {
        Self::found(out, Database::read_existing(out)?)
    }

    fn found(out: &Path, found: Option<Database>) -> Result<Self, StoreError> {
        found.map(Self).ok_or_else(|| StoreError::NoRegistry { out: out.to_owned() })
    }

    /// The names of the active agents, in their order.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn names(&self) -> Result<Vec<String>, StoreError> {
        self.first_names(-1)
    }

    /// SQLite takes a negative limit for none.
    fn first_names(&self, most: i64) -> Result<Vec<String>, StoreError> {
        let read = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.0.db.prepare_cached(
                "SELECT v.name FROM registry_agents a
                 JOIN registry_versions v ON v.agent = a.id AND v.version = a.version
                 WHERE a.status = 'active' ORDER BY a.name_key, a.id LIMIT ?1",
            )?;
            let rows = statement.query_map([most], |row| row.get(0))?;
            rows.collect()
        };
        read().map_err(StoreError::index(&self.0.path))
    }

    /// All agents by name; the archived ones only where they are asked for.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn agents(&self, archived: bool) -> Result<Vec<AgentRow>, StoreError> {
        let status = if archived { "1 = 1" } else { "a.status = 'active'" };
        self.select(&format!("{status} AND ?1 IS NOT NULL"), "")
    }

    /// The agent that a text means: the name of an active one, an id or its beginning, or the name of the
    /// only archived one that bears it.
    ///
    /// # Errors
    /// [`StoreError::NoAgent`], [`StoreError::AmbiguousAgent`], [`StoreError::Index`].
    pub fn agent(&self, text: &str) -> Result<AgentRow, StoreError> {
        let key = text.to_lowercase();
        let named = self.select(BY_NAME, &key)?;
        if let Some(agent) = named.into_iter().next() {
            return Ok(agent);
        }
        let mut found = if key.len() >= SHORTEST_ID { self.select(BY_ID, &key)? } else { Vec::new() };
        if found.is_empty() {
            found = self.select(ARCHIVED, &key)?;
        }
        match (found.pop(), found.len()) {
            (Some(agent), 0) => Ok(agent),
            (Some(last), _) => {
                found.push(last);
                let candidates = found.iter().map(|agent| format!("{} ({})", agent.id, agent.name)).collect();
                Err(StoreError::AmbiguousAgent { text: text.to_owned(), candidates })
            }
            (None, _) => {
                Err(StoreError::NoAgent { text: text.to_owned(), known: self.first_names(SUGGESTED)? })
            }
        }
    }

    /// All versions of an agent, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn versions(&self, agent: &str) -> Result<Vec<VersionRow>, StoreError> {
        let read = || -> rusqlite::Result<Vec<VersionRow>> {
            let mut statement = self.0.db.prepare_cached(
                "SELECT version, name, description, tags, color, strategy, risk, risk_limits, changed,
                     created_at, (SELECT count(*) FROM registry_runs r
                                  WHERE r.agent = v.agent AND r.version = v.version)
                 FROM registry_versions v WHERE agent = ?1 ORDER BY version",
            )?;
            let rows = statement.query_map([agent], version)?;
            rows.collect()
        };
        read().map_err(StoreError::index(&self.0.path))
    }

    fn select(&self, condition: &str, text: &str) -> Result<Vec<AgentRow>, StoreError> {
        let read = || -> rusqlite::Result<Vec<AgentRow>> {
            let sql = format!("{AGENT} WHERE {condition} ORDER BY a.name_key, a.id");
            let mut statement = self.0.db.prepare_cached(&sql)?;
            let rows = statement.query_map([text], agent)?;
            rows.map(|row| self.with_positions(row?)).collect()
        };
        read().map_err(StoreError::index(&self.0.path))
    }

    fn with_positions(&self, mut agent: AgentRow) -> rusqlite::Result<AgentRow> {
        let mut statement = self.0.db.prepare_cached(
            "SELECT symbol, quantity, cost, entry_fees, mark, trip FROM registry_positions
             WHERE agent = ?1 AND epoch = ?2 ORDER BY symbol",
        )?;
        let rows = statement.query_map(params![agent.id, agent.epoch], position)?;
        agent.wallet.positions = rows.collect::<rusqlite::Result<_>>()?;
        Ok(agent)
    }

    /// The name and id of the active agent that bears a name, whatever its case.
    pub(super) fn bearer(db: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
        db.query_row(
            "SELECT id FROM registry_agents WHERE status = 'active' AND name_key = ?1",
            [name.to_lowercase()],
            |row| row.get(0),
        )
        .optional()
    }
}

fn agent(row: &Row<'_>) -> rusqlite::Result<AgentRow> {
    let status: String = row.get(2)?;
    Ok(AgentRow {
        id: row.get(0)?,
        name: row.get(1)?,
        status: if status == "archived" { AgentStatus::Archived } else { AgentStatus::Active },
        version: row.get(3)?,
        epoch: row.get(4)?,
        description: row.get(5)?,
        tags: list(row, 6)?,
        color: row.get(7)?,
        strategy: row.get(8)?,
        risk: row.get(9)?,
        risk_limits: row.get(10)?,
        key_prefix: row.get(11)?,
        parent: row.get(12)?,
        parent_version: row.get(13)?,
        created_at: instant(row, 14)?,
        epoch_started_at: instant(row, 15)?,
        starting_balance: amount(row, 16)?,
        wallet: Wallet::of_cash(amount(row, 17)?),
        as_of: amount_or_none(row, 18)?,
        quote: row.get(19)?,
    })
}

fn version(row: &Row<'_>) -> rusqlite::Result<VersionRow> {
    Ok(VersionRow {
        version: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        tags: list(row, 3)?,
        color: row.get(4)?,
        strategy: row.get(5)?,
        risk: row.get(6)?,
        risk_limits: row.get(7)?,
        changed: row.get(8)?,
        created_at: instant(row, 9)?,
        runs: row.get(10)?,
    })
}

fn position(row: &Row<'_>) -> rusqlite::Result<(String, CarriedPosition)> {
    let trip: String = row.get(5)?;
    let position = CarriedPosition {
        quantity: amount(row, 1)?,
        cost: amount(row, 2)?,
        entry_fees: amount(row, 3)?,
        mark: amount(row, 4)?,
        trip: serde_json::from_str(&trip).map_err(unreadable(5))?,
    };
    Ok((row.get(0)?, position))
}

fn unreadable<E: std::error::Error + Send + Sync + 'static>(
    column: usize,
) -> impl FnOnce(E) -> rusqlite::Error {
    move |error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
}

/// A value that is stored as its text.
pub(super) fn amount<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    text.parse().map_err(unreadable(column))
}

/// The same, where there may be none.
pub(super) fn amount_or_none<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>>
where
    T: FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let text: Option<String> = row.get(column)?;
    text.map(|text| text.parse().map_err(unreadable(column))).transpose()
}

/// A count; SQLite's integers are signed.
pub(super) fn count<T: TryFrom<i64>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let value: i64 = row.get(column)?;
    T::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

/// Reads an RFC 3339 time from a column.
pub(super) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<crate::domain::Timestamp> {
    amount(row, column)
}

/// A list of words.
pub(super) fn list(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<String>> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(unreadable(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However many agents and runs there are: what is looked up is found by an index.
    #[test]
    fn nothing_is_looked_up_by_reading_all_agents_or_runs() {
        let out = tempfile::tempdir().unwrap();
        let registry = Registry::open(out.path()).unwrap();
        let of_agents = [BY_NAME, BY_ID, ARCHIVED].map(|condition| format!("{AGENT} WHERE {condition}"));
        let others = [
            "SELECT id, key_hash FROM registry_agents WHERE key_prefix = ?1",
            "SELECT 1 FROM registry_agents WHERE parent = ?1",
            "SELECT 1 FROM registry_runs r WHERE r.agent = ?1 AND r.version = 1",
            "SELECT 1 FROM runs WHERE run_id = ?1",
            "SELECT 1 FROM runs WHERE identity BETWEEN ?1 AND ?1 || 'g'",
            "SELECT 1 FROM runs WHERE scenario = ?1 ORDER BY finished_at DESC LIMIT 1",
        ];
        for sql in of_agents.iter().map(String::as_str).chain(others) {
            let mut statement = registry.0.db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let steps: Vec<String> =
                statement.query_map(["x"], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
            assert!(steps.iter().all(|step| !step.starts_with("SCAN")), "{sql}: {steps:?}");
        }
    }
}
