//! The life cycle of a registered agent: create, change, copy, reset, archive, delete, renew its key.

use std::path::Path;

use rusqlite::{Transaction, TransactionBehavior, params};
use uuid::Uuid;

use super::key::{ApiKey, KeyHash};
use super::{AgentRow, AgentStatus, Registry, agent_lock, backup};
use crate::domain::{AgentName, Cash, Timestamp};
use crate::scenario::{AgentText, RiskText};
use crate::store::StoreError;
use crate::store::database::Database;

/// A new agent, with its key, which is shown only now.
#[derive(Debug)]
pub struct NewAgent {
    /// The agent as registered.
    pub agent: AgentRow,
    /// API key, shown once.
    pub key: ApiKey,
}

/// The key that an agent had before another was made, as the store keeps it.
#[derive(Debug)]
pub struct FormerKey {
    agent: String,
    hash: Vec<u8>,
    prefix: String,
}

/// What to change about an agent; what is not given stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Name shown in reports.
    pub name: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Labels, all of them.
    pub tags: Option<Vec<String>>,
    /// How it is drawn.
    pub color: Option<String>,
    /// As one would write it behind `strategy = `; checked before.
    pub strategy: Option<String>,
    /// Its risk profile.
    pub risk: Option<RiskText>,
}

impl Registry {
    /// Makes an agent in its first version and epoch.
    ///
    /// # Errors
    /// [`StoreError::BadName`], [`StoreError::NameTaken`], [`StoreError::NoRandom`], [`StoreError::Index`].
    pub fn create(&mut self, text: &AgentText, now: Timestamp) -> Result<NewAgent, StoreError> {
        let new = self.insert(std::slice::from_ref(text), "created", None, now)?;
        new.into_iter().next().ok_or(StoreError::NoAgent { text: text.name.clone(), known: Vec::new() })
    }

    /// Makes all of these agents, or none.
    ///
    /// # Errors
    /// As [`Registry::create`].
    pub fn import(&mut self, agents: &[AgentText], now: Timestamp) -> Result<Vec<NewAgent>, StoreError> {
        self.insert(agents, "imported", None, now)
    }

    /// Copies an agent's configuration into a new one: a fresh wallet, an empty history, a key of its own.
    /// Without a name it is called `Copy of X`, and a number more where that is taken.
    ///
    /// # Errors
    /// As [`Registry::create`] and [`Registry::agent`].
    pub fn duplicate(
        &mut self,
        text: &str,
        name: Option<&str>,
        now: Timestamp,
    ) -> Result<NewAgent, StoreError> {
        let parent = self.agent(text)?;
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.free_name(&format!("Copy of {}", parent.name))?,
        };
        let copy = AgentText { name, ..parent.text() };
        let changed = format!("copied from {} version {}", parent.name, parent.version);
        let new = self.insert(&[copy], &changed, Some((&parent.id, parent.version)), now)?;
        new.into_iter().next().ok_or(StoreError::NoAgent { text: text.to_owned(), known: Vec::new() })
    }

    pub(super) fn free_name(&self, wanted: &str) -> Result<String, StoreError> {
        let numbered = (2_u32..).map(|number| format!("{wanted} {number}"));
        for name in std::iter::once(wanted.to_owned()).chain(numbered) {
            if Self::bearer(&self.0.db, &name).map_err(StoreError::index(&self.0.path))?.is_none() {
                return Ok(name);
            }
        }
        Ok(wanted.to_owned())
    }

    fn insert(
        &mut self,
        agents: &[AgentText],
        changed: &str,
        parent: Option<(&str, u32)>,
        now: Timestamp,
    ) -> Result<Vec<NewAgent>, StoreError> {
        let mut made = Vec::with_capacity(agents.len());
        self.change(|entry, path| {
            for text in agents {
                made.push(enter(entry, path, text, (changed, parent), now)?);
            }
            Ok(())
        })?;
        made.into_iter().map(|(id, key)| Ok(NewAgent { agent: self.agent(&id)?, key })).collect()
    }

    /// Changes an agent: a new version, unless nothing would be new in it.
    ///
    /// # Errors
    /// As [`Registry::create`] and [`Registry::agent`].
    pub fn update(
        &mut self,
        text: &str,
        change: &Change,
        now: Timestamp,
    ) -> Result<Option<AgentRow>, StoreError> {
        let id = self.agent(text)?.id;
        let mut is_new = false;
        self.change(|entry, path| {
            let error = StoreError::index(path);
            let old: AgentText = text_of(entry, &id).map_err(&error)?;
            let (new, changed) = changed(&old, change);
            if changed.is_empty() {
                return Ok(());
            }
            is_new = true;
            check_name(entry, path, &new.name, Some(&id))?;
            let version = "UPDATE registry_agents SET version = version + 1, name_key = ?2 WHERE id = ?1";
            entry.execute(version, params![id, new.name.to_lowercase()]).map_err(&error)?;
            insert_version(entry, &id, &new, &changed.join(", "), now).map_err(&error)
        })?;
        if is_new { self.agent(&id).map(Some) } else { Ok(None) }
    }

    /// Begins a new epoch: the wallet is back at the start, the history before is kept under its epoch.
    ///
    /// # Errors
    /// [`StoreError::AgentInUse`] while a run is using the wallet, else as [`Registry::agent`].
    pub fn reset(
        &mut self,
        text: &str,
        starting_balance: Option<Cash>,
        now: Timestamp,
    ) -> Result<AgentRow, StoreError> {
        let agent = self.agent(text)?;
        let balance = starting_balance.unwrap_or(agent.starting_balance);
        let out = self.0.out.clone();
        self.change(|entry, path| {
            agent_lock::refuse_in_use(entry, path, &out, &agent, true)?;
            let write = || -> rusqlite::Result<()> {
                entry.execute("UPDATE registry_agents SET epoch = epoch + 1 WHERE id = ?1", [&agent.id])?;
                insert_epoch(entry, &agent.id, balance, now)
            };
            write().map_err(StoreError::index(path))
        })?;
        self.agent(&agent.id)
    }

    /// Puts an agent away, or takes it back.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`] where another agent bears its name by now, else as [`Registry::agent`].
    pub fn set_status(&mut self, text: &str, status: AgentStatus) -> Result<AgentRow, StoreError> {
        let agent = self.agent(text)?;
        self.change(|entry, path| {
            if status == AgentStatus::Active {
                check_name(entry, path, &agent.name, Some(&agent.id))?;
            }
            let sql = "UPDATE registry_agents SET status = ?2 WHERE id = ?1";
            entry.execute(sql, params![agent.id, status.as_str()]).map_err(StoreError::index(path))?;
            Ok(())
        })?;
        self.agent(&agent.id)
    }

    /// Deletes an agent for good, with its versions, wallet and history. Runs keep their results.
    ///
    /// # Errors
    /// [`StoreError::AgentInUse`] while a run uses it, else as [`Registry::agent`].
    pub fn delete(&mut self, text: &str) -> Result<AgentRow, StoreError> {
        let agent = self.agent(text)?;
        let out = self.0.out.clone();
        self.change(|entry, path| {
            agent_lock::refuse_in_use(entry, path, &out, &agent, false)?;
            entry
                .execute("DELETE FROM registry_agents WHERE id = ?1", [&agent.id])
                .map_err(StoreError::index(path))?;
            Ok(())
        })?;
        Ok(agent)
    }

    /// Gives an agent another key; the old one is dead at once, unless it is [restored](Registry::restore_key).
    ///
    /// # Errors
    /// [`StoreError::NoRandom`], else as [`Registry::agent`].
    pub fn regenerate_key(&mut self, text: &str) -> Result<(NewAgent, FormerKey), StoreError> {
        let id = self.agent(text)?.id;
        let former = "SELECT key_hash, key_prefix FROM registry_agents WHERE id = ?1";
        let former = self.0.db.query_row(former, [&id], |row| {
            Ok(FormerKey { agent: id.clone(), hash: row.get(0)?, prefix: row.get(1)? })
        });
        let former = former.map_err(StoreError::index(&self.0.path))?;
        let key = ApiKey::generate().map_err(|error| StoreError::NoRandom { reason: error.to_string() })?;
        self.change(|entry, path| {
            let sql = "UPDATE registry_agents SET key_hash = ?2, key_prefix = ?3 WHERE id = ?1";
            entry
                .execute(sql, params![id, key.hash().as_bytes(), key.prefix()])
                .map_err(StoreError::index(path))?;
            Ok(())
        })?;
        Ok((NewAgent { agent: self.agent(&id)?, key }, former))
    }

    /// Gives an agent the key back that it had before another was made, which nobody has seen.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn restore_key(&mut self, former: &FormerKey) -> Result<(), StoreError> {
        self.change(|entry, path| {
            let sql = "UPDATE registry_agents SET key_hash = ?2, key_prefix = ?3 WHERE id = ?1";
            let key = params![former.agent, former.hash, former.prefix];
            entry.execute(sql, key).map(drop).map_err(StoreError::index(path))
        })
    }

    /// The agent that a key belongs to.
    ///
    /// # Errors
    /// [`StoreError::UnknownKey`], [`StoreError::Index`].
    pub fn whoami(&self, key: &ApiKey) -> Result<AgentRow, StoreError> {
        let candidates = || -> rusqlite::Result<Vec<(String, [u8; 32])>> {
            let mut statement =
                self.0.db.prepare_cached("SELECT id, key_hash FROM registry_agents WHERE key_prefix = ?1")?;
            let rows = statement.query_map([key.prefix()], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let (shown, candidates) = (key.hash(), candidates().map_err(StoreError::index(&self.0.path))?);
        // Equality of hashes takes the same time wherever they differ.
        let owner = candidates.into_iter().find(|(_, hash)| KeyHash::from_bytes(*hash) == shown);
        match owner {
            Some((id, _)) => self.agent(&id),
            None => Err(StoreError::UnknownKey),
        }
    }

    /// One change of agents in one transaction, and of their copy after it.
    pub(super) fn change<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let value = self.transaction(work)?;
        backup::renew_backup(&self.0.out, &self.0.db);
        Ok(value)
    }

    /// One transaction; what fails leaves everything as it was.
    pub(super) fn transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Database { path, db, .. } = &mut self.0;
        let error = StoreError::index(path);
        let entry = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&error)?;
        let value = work(&entry, path)?;
        entry.commit().map_err(&error)?;
        Ok(value)
    }
}

/// One new agent: its id and its key.
pub(super) fn enter(
    entry: &Transaction<'_>,
    path: &Path,
    text: &AgentText,
    origin: (&str, Option<(&str, u32)>),
    now: Timestamp,
) -> Result<(String, ApiKey), StoreError> {
    check_name(entry, path, &text.name, None)?;
    let key = ApiKey::generate().map_err(|error| StoreError::NoRandom { reason: error.to_string() })?;
    let id = Uuid::now_v7().to_string();
    insert_agent(entry, &id, text, &key, origin, now).map_err(StoreError::index(path))?;
    Ok((id, key))
}

/// Refuses a name that is none, or that another active agent bears.
fn check_name(entry: &Transaction<'_>, path: &Path, name: &str, own: Option<&str>) -> Result<(), StoreError> {
    AgentName::new(name).map_err(|error| StoreError::BadName { reason: error.to_string() })?;
    // Agents are looked up by name first: one called as another's id would stand in for it.
    if Uuid::parse_str(name).is_ok() {
        return Err(StoreError::BadName { reason: format!("`{name}` is the form of an id") });
    }
    match Registry::bearer(entry, name).map_err(StoreError::index(path))? {
        Some(id) if own != Some(id.as_str()) => Err(StoreError::NameTaken { name: name.to_owned(), id }),
        _ => Ok(()),
    }
}

fn insert_agent(
    entry: &Transaction<'_>,
    id: &str,
    text: &AgentText,
    key: &ApiKey,
    (changed, parent): (&str, Option<(&str, u32)>),
    now: Timestamp,
) -> rusqlite::Result<()> {
    entry.execute(
        "INSERT INTO registry_agents (id, status, name_key, version, epoch, parent, parent_version, key_hash,
             key_prefix, created_at)
         VALUES (?1, 'active', ?2, 1, 1, ?3, ?4, ?5, ?6, ?7)",
        params![
            id,
            text.name.to_lowercase(),
            parent.map(|(id, _)| id),
            parent.map(|(_, version)| version),
            key.hash().as_bytes(),
            key.prefix(),
            now.to_string(),
        ],
    )?;
    insert_version(entry, id, text, changed, now)?;
    insert_epoch(entry, id, text.starting_balance, now)
}

/// The agent's current version.
fn insert_version(
    entry: &Transaction<'_>,
    id: &str,
    text: &AgentText,
    changed: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    entry.execute(
        "INSERT INTO registry_versions (agent, version, name, description, tags, color, strategy, risk,
             risk_limits, changed, created_at)
         SELECT id, version, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM registry_agents WHERE id = ?1",
        params![
            id,
            text.name,
            text.description,
            serde_json::json!(text.tags).to_string(),
            text.color,
            text.strategy,
            text.risk.name,
            text.risk.limits,
            changed,
            now.to_string(),
        ],
    )?;
    Ok(())
}

/// The agent's current epoch.
fn insert_epoch(entry: &Transaction<'_>, id: &str, balance: Cash, now: Timestamp) -> rusqlite::Result<()> {
    entry.execute(
        "INSERT INTO registry_epochs (agent, epoch, starting_balance, started_at, cash)
         SELECT id, epoch, ?2, ?3, ?2 FROM registry_agents WHERE id = ?1",
        params![id, balance.to_string(), now.to_string()],
    )?;
    Ok(())
}

/// What a version holds, for the next one to start from.
fn text_of(entry: &Transaction<'_>, id: &str) -> rusqlite::Result<AgentText> {
    entry.query_row(
        "SELECT name, description, tags, color, strategy, risk, risk_limits, starting_balance
         FROM registry_agents a
         JOIN registry_versions v ON v.agent = a.id AND v.version = a.version
         JOIN registry_epochs e ON e.agent = a.id AND e.epoch = a.epoch WHERE a.id = ?1",
        [id],
        |row| {
            Ok(AgentText {
                name: row.get(0)?,
                description: row.get(1)?,
                tags: super::open::list(row, 2)?,
                color: row.get(3)?,
                strategy: row.get(4)?,
                risk: RiskText { name: row.get(5)?, limits: row.get(6)? },
                starting_balance: super::open::amount(row, 7)?,
            })
        },
    )
}

/// The changed agent, and the names of what is new.
fn changed(old: &AgentText, change: &Change) -> (AgentText, Vec<&'static str>) {
    let mut new = old.clone();
    let mut names = Vec::new();
    let mut put = |name, differs: bool| {
        if differs {
            names.push(name);
        }
    };
    if let Some(name) = &change.name {
        put("name", *name != old.name);
        new.name.clone_from(name);
    }
    if let Some(description) = &change.description {
        put("description", *description != old.description);
        new.description.clone_from(description);
    }
    if let Some(tags) = &change.tags {
        put("tags", *tags != old.tags);
        new.tags.clone_from(tags);
    }
    if change.color.is_some() {
        put("color", change.color != old.color);
        new.color.clone_from(&change.color);
    }
    if let Some(strategy) = &change.strategy {
        put("strategy", *strategy != old.strategy);
        new.strategy.clone_from(strategy);
    }
    if let Some(risk) = &change.risk {
        put("risk", *risk != old.risk);
        new.risk.clone_from(risk);
    }
    (new, names)
}
