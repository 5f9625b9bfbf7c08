//! Accounts: who logs in to `tiltyard serve`, and which agents are theirs.
//!
//! An account has a key and a secret, both made and shown once and kept as hashes. An agent belongs to the account that made
//! it; agents that were registered on the command line belong to none.

use std::path::Path;

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use uuid::Uuid;

use super::key::{ApiKey, ApiSecret, KeyHash};
use super::lifecycle::{NewAgent, enter};
use super::open::instant;
use super::{AgentRow, Registry};
use crate::domain::Timestamp;
use crate::scenario::AgentText;
use crate::store::StoreError;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountRow {
    /// Id of the account.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The first characters of its key.
    pub key_prefix: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A new account with its key and secret, which are shown only now.
#[derive(Debug)]
pub struct NewAccount {
    /// The account as kept.
    pub account: AccountRow,
    /// Names the account at a log-in.
    pub key: ApiKey,
    /// Proves it.
    pub secret: ApiSecret,
}

/// A request that is carried out once, however often it is sent: its name, and a hash of what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// As the client names it, unique within its account.
    pub name: String,
    /// Of all that the request says.
    pub digest: [u8; 32],
}

/// What became of a request for a new agent.
#[derive(Debug)]
pub enum Created {
    /// The agent is new, and its key is shown only now.
    New(Box<NewAgent>),
    /// The same request was carried out before; its agent, whose key was shown then.
    Before(Box<AgentRow>),
    /// Another request of the same name was carried out before.
    OtherRequest,
}

const ACCOUNT: &str = "SELECT id, name, key_prefix, created_at FROM registry_accounts";
/// The ids of an account's agents after one of them.
const OWNED: &str =
    "SELECT agent FROM registry_owners WHERE account = ?1 AND agent > ?2 ORDER BY agent LIMIT ?3";

impl Registry {
    /// Makes an account.
    ///
    /// # Errors
    /// [`StoreError::NoRandom`], [`StoreError::Index`].
    pub fn create_account(&mut self, name: &str, now: Timestamp) -> Result<NewAccount, StoreError> {
        let no_random = |error: rand::rngs::SysError| StoreError::NoRandom { reason: error.to_string() };
        let (key, secret) =
            (ApiKey::generate().map_err(no_random)?, ApiSecret::generate().map_err(no_random)?);
        let account = AccountRow {
            id: Uuid::now_v7().to_string(),
            name: name.to_owned(),
            key_prefix: key.prefix().to_owned(),
            created_at: now,
        };
        self.change(|entry, path| {
            entry
                .execute(
                    "INSERT INTO registry_accounts (id, name, key_hash, key_prefix, secret_hash, created_at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![
                        account.id,
                        account.name,
                        key.account_hash().as_bytes(),
                        account.key_prefix,
                        secret.hash().as_bytes(),
                        now.to_string(),
                    ],
                )
                .map_err(StoreError::index(path))
        })?;
        Ok(NewAccount { account, key, secret })
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StoreError> {
        let read = || -> rusqlite::Result<Vec<AccountRow>> {
            let mut statement = self.0.db.prepare_cached(&format!("{ACCOUNT} ORDER BY id"))?;
            let rows = statement.query_map([], account)?;
            rows.collect()
        };
        read().map_err(StoreError::index(&self.0.path))
    }

    /// The account with this id; `None` where there is none any more.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError> {
        let sql = format!("{ACCOUNT} WHERE id = ?1");
        let found =
            self.0.db.prepare_cached(&sql).and_then(|mut one| one.query_row([id], account).optional());
        found.map_err(StoreError::index(&self.0.path))
    }

    /// Removes an account; its agents stay and belong to nobody. Whether there was one.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn delete_account(&mut self, id: &str) -> Result<bool, StoreError> {
        self.change(|entry, path| {
            let removed = entry.execute("DELETE FROM registry_accounts WHERE id = ?1", [id]);
            removed.map(|removed| removed > 0).map_err(StoreError::index(path))
        })
    }

    /// The account that a key and its secret belong to; `None` where they belong to none.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn log_in(&self, key: &ApiKey, secret: &ApiSecret) -> Result<Option<AccountRow>, StoreError> {
        let read = || -> rusqlite::Result<Option<(AccountRow, [u8; 32])>> {
            let mut statement = self.0.db.prepare_cached(
                "SELECT id, name, key_prefix, created_at, secret_hash FROM registry_accounts WHERE key_hash = ?1",
            )?;
            let hash = key.account_hash();
            statement.query_row([hash.as_bytes()], |row| Ok((account(row)?, row.get(4)?))).optional()
        };
        let found = read().map_err(StoreError::index(&self.0.path))?;
        // Equality of hashes takes the same time wherever they differ.
        Ok(found.filter(|(_, kept)| KeyHash::from_bytes(*kept) == secret.hash()).map(|(account, _)| account))
    }

    /// Makes an agent that belongs to an account. A request is carried out once.
    ///
    /// # Errors
    /// As [`Registry::create`].
    pub fn create_owned(
        &mut self,
        account: &str,
        text: &AgentText,
        request: Option<&RequestKey>,
        now: Timestamp,
    ) -> Result<Created, StoreError> {
        self.enter_owned(account, text, ("created", None), request, now)
    }

    /// [`Registry::duplicate`] of an agent, for an account. A request is carried out once.
    ///
    /// # Errors
    /// As [`Registry::duplicate`].
    pub fn duplicate_owned(
        &mut self,
        account: &str,
        parent: &AgentRow,
        name: Option<&str>,
        request: Option<&RequestKey>,
        now: Timestamp,
    ) -> Result<Created, StoreError> {
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.free_name(&format!("Copy of {}", parent.name))?,
        };
        let changed = format!("copied from {} version {}", parent.name, parent.version);
        let copy = AgentText { name, ..parent.text() };
        self.enter_owned(account, &copy, (&changed, Some((&parent.id, parent.version))), request, now)
    }

    fn enter_owned(
        &mut self,
        account: &str,
        text: &AgentText,
        origin: (&str, Option<(&str, u32)>),
        request: Option<&RequestKey>,
        now: Timestamp,
    ) -> Result<Created, StoreError> {
        let made = self.change(|entry, path| {
            let known = request.map(|request| known(entry, path, account, request)).transpose()?;
            if let Some(found) = known.flatten() {
                return Ok(Err(found));
            }
            let (id, key) = enter(entry, path, text, origin, now)?;
            let own = "INSERT INTO registry_owners (agent, account, owned_since) VALUES (?1, ?2, ?3)";
            entry.execute(own, params![id, account, now.to_string()]).map_err(StoreError::index(path))?;
            if let Some(request) = request {
                let sql =
                    "INSERT INTO registry_requests (account, request, digest, agent) VALUES (?1, ?2, ?3, ?4)";
                let values = params![account, request.name, request.digest, id];
                entry.execute(sql, values).map_err(StoreError::index(path))?;
            }
            Ok(Ok((id, key)))
        })?;
        match made {
            Ok((id, key)) => Ok(Created::New(Box::new(NewAgent { agent: self.agent(&id)?, key }))),
            Err(Some(id)) => Ok(Created::Before(Box::new(self.agent(&id)?))),
            Err(None) => Ok(Created::OtherRequest),
        }
    }

    /// An agent of an account, by its whole id; `None` where the account has none of that id.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn owned_agent(&self, account: &str, id: &str) -> Result<Option<AgentRow>, StoreError> {
        let sql = "SELECT 1 FROM registry_owners WHERE agent = ?1 AND account = ?2";
        let found = self.0.db.prepare_cached(sql).and_then(|mut one| one.exists([id, account]));
        if found.map_err(StoreError::index(&self.0.path))? { self.agent(id).map(Some) } else { Ok(None) }
    }

    /// The agents of an account after one of them, by id, at most so many.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn owned_agents(&self, account: &str, after: &str, most: u32) -> Result<Vec<AgentRow>, StoreError> {
        let ids = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.0.db.prepare_cached(OWNED)?;
            let rows = statement.query_map(params![account, after, most], |row| row.get(0))?;
            rows.collect()
        };
        let ids = ids().map_err(StoreError::index(&self.0.path))?;
        ids.iter().map(|id| self.agent(id)).collect()
    }
}

/// The agent of a request that was carried out before; the inner `None` where that was another request of the same name.
fn known(
    entry: &Transaction<'_>,
    path: &Path,
    account: &str,
    request: &RequestKey,
) -> Result<Option<Option<String>>, StoreError> {
    let sql = "SELECT digest, agent FROM registry_requests WHERE account = ?1 AND request = ?2";
    let row = |row: &Row<'_>| Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, String>(1)?));
    let found = entry.query_row(sql, [account, &request.name], row).optional();
    let found = found.map_err(StoreError::index(path))?;
    Ok(found.map(|(digest, agent)| (digest == request.digest).then_some(agent)))
}

fn account(row: &Row<'_>) -> rusqlite::Result<AccountRow> {
    Ok(AccountRow {
        id: row.get(0)?,
        name: row.get(1)?,
        key_prefix: row.get(2)?,
        created_at: instant(row, 3)?,
    })
}
