//! Runs that use agents right now.
//!
//! A run holds its agents from before its first bar until its results are recorded. A lock is a row of
//! `registry_uses` and a file under `OUT/.holds/` whose lock the run's process keeps. The lock is the
//! operating system's: a dead process holds none, and what it left is swept by the next one.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::{AgentRow, Registry};
use crate::scenario::{Registered, WalletChoice};
use crate::store::StoreError;
use crate::store::database::HOLDS;

/// A run's lock on its agents; released when dropped.
#[derive(Debug)]
pub struct AgentLock {
    name: String,
    path: PathBuf,
    /// Locked for as long as this lives.
    file: Option<File>,
}

impl AgentLock {
    /// Its name in the store.
    pub(in crate::store) fn name(&self) -> &str {
        &self.name
    }

    fn take(out: &Path) -> Result<Self, StoreError> {
        let folder = out.join(HOLDS);
        fs::create_dir_all(&folder).map_err(StoreError::write(&folder))?;
        let name = Uuid::now_v7().to_string();
        let path = folder.join(&name);
        let file = File::create_new(&path).map_err(StoreError::write(&path))?;
        // On a file system without locks it ends with its file.
        let _ = file.try_lock();
        Ok(Self { name, path, file: Some(file) })
    }
}

impl Drop for AgentLock {
    fn drop(&mut self) {
        self.file = None;
        // A file that stays has no lock, and is swept.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the process of a lock is alive; true if that is unknown.
fn is_alive(out: &Path, holder: &str) -> bool {
    let Ok(file) = File::open(out.join(HOLDS).join(holder)) else { return false };
    match file.try_lock() {
        Ok(()) => false,
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
    }
}

/// Removes the holds of dead processes.
pub(super) fn sweep(entry: &Transaction<'_>, out: &Path) -> rusqlite::Result<usize> {
    let mut statement = entry.prepare("SELECT DISTINCT holder FROM registry_uses")?;
    let holders: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut swept = 0;
    for holder in holders.iter().filter(|holder| !is_alive(out, holder)) {
        swept += entry.execute("DELETE FROM registry_uses WHERE holder = ?1", [holder])?;
        // The file may be gone already. Only a name of our own form is one of our files.
        if Uuid::parse_str(holder).is_ok() {
            let _ = fs::remove_file(out.join(HOLDS).join(holder));
        }
    }
    Ok(swept)
}

/// Refuses what may not happen while a run uses the agent; with `wallet_only`, while one continues with its
/// wallet.
pub(super) fn refuse_in_use(
    entry: &Transaction<'_>,
    path: &Path,
    out: &Path,
    agent: &AgentRow,
    wallet_only: bool,
) -> Result<(), StoreError> {
    let in_use = || -> rusqlite::Result<bool> {
        sweep(entry, out)?;
        entry.query_row(
            "SELECT EXISTS (SELECT 1 FROM registry_uses WHERE agent = ?1 AND (NOT ?2 OR wallet = 'existing'))",
            params![agent.id, wallet_only],
            |row| row.get(0),
        )
    };
    if in_use().map_err(StoreError::index(path))? {
        return Err(StoreError::AgentInUse { agent: agent.name.clone() });
    }
    Ok(())
}

impl Registry {
    /// Holds the agents of a run. A wallet that the run continues with is locked until then.
    ///
    /// # Errors
    /// [`StoreError::AgentGone`] and [`StoreError::WalletMoved`] where an agent is not as the scenario found
    /// it, [`StoreError::AgentInUse`] where another run continues with the same wallet.
    pub fn lock(&mut self, agents: &[&Registered]) -> Result<AgentLock, StoreError> {
        let lock = AgentLock::take(&self.0.out)?;
        let out = self.0.out.clone();
        let mut wanted: BTreeMap<&str, &Registered> = BTreeMap::new();
        for agent in agents {
            match wanted.get(agent.id.as_str()) {
                Some(other) if other.existing().is_some() && agent.existing().is_some() => {
                    return Err(StoreError::WalletTwice { agent: agent.name.clone() });
                }
                Some(other) if other.existing().is_some() => {}
                _ => drop(wanted.insert(&agent.id, agent)),
            }
        }
        self.transaction(|entry, path| {
            sweep(entry, &out).map_err(StoreError::index(path))?;
            wanted.values().try_for_each(|agent| claim(entry, path, agent, &lock))
        })?;
        Ok(lock)
    }
}

fn claim(
    entry: &Transaction<'_>,
    path: &Path,
    agent: &Registered,
    lock: &AgentLock,
) -> Result<(), StoreError> {
    let error = StoreError::index(path);
    let name = || agent.name.clone();
    let now: Option<(u32, Option<String>, bool)> = entry
        .query_row(
            "SELECT a.epoch, e.as_of,
                 EXISTS (SELECT 1 FROM registry_uses u WHERE u.agent = a.id AND u.wallet = 'existing')
             FROM registry_agents a JOIN registry_epochs e ON e.agent = a.id AND e.epoch = a.epoch
             WHERE a.id = ?1",
            [&agent.id],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()
        .map_err(&error)?;
    let Some((epoch, as_of, taken)) = now else { return Err(StoreError::AgentGone { agent: name() }) };
    if let Some(wallet) = agent.existing() {
        if taken {
            return Err(StoreError::AgentInUse { agent: name() });
        }
        if epoch != agent.epoch || as_of != wallet.as_of.map(|at| at.to_string()) {
            return Err(StoreError::WalletMoved { agent: name() });
        }
    }
    let wallet = agent.existing().map_or(WalletChoice::Fresh, |_| WalletChoice::Existing);
    entry
        .execute(
            "INSERT INTO registry_uses (agent, holder, wallet) VALUES (?1, ?2, ?3)",
            params![agent.id, lock.name(), wallet.as_str()],
        )
        .map_err(&error)?;
    Ok(())
}
