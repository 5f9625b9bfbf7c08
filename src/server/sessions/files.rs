//! A session on disk: `session.json`, `scenario.toml`, `answers.rec`, and `ended.json` once it has ended.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::decode;
use crate::domain::{Cash, Timestamp, Wallet};
use crate::files::{Existing, sync_tree, write_atomic};
use crate::run::{RunError, ScenarioSource, SessionEnd};
use crate::scenario::{Registry, RegistryEntry, RiskText, Unregistered};
use crate::store::registry::AgentRow;

/// Folder of all sessions in the store. No scenario's name begins with a dot.
pub const SESSIONS: &str = ".sessions";
/// Version of the files.
const FORMAT: u32 = 1;
/// Hexadecimal digits of a session's id.
const DIGITS: usize = 32;

/// What a session was begun with. Never changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionFile {
    /// Version of the file.
    pub format: u32,
    /// Its id, the name of its folder.
    pub id: String,
    /// The scenario that was named.
    pub scenario: Option<String>,
    /// Where relative paths of the scenario start.
    pub base_dir: PathBuf,
    /// Start of its window.
    pub start: Timestamp,
    /// End of its window, exclusive.
    pub end: Timestamp,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Hash of the request that began it.
    pub digest: Option<String>,
    /// The agent as it was then.
    pub agent: SessionAgentFile,
}

/// An agent of the registry as it was when its session began: a later change, or a reset, does not change the session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionAgentFile {
    pub id: String,
    pub name: String,
    pub version: u32,
    pub description: String,
    pub tags: Vec<String>,
    pub strategy: String,
    pub risk: String,
    pub risk_limits: Option<String>,
    pub epoch: u32,
    pub starting_balance: Cash,
}

/// What a session came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ended {
    /// Result of the window.
    pub end: SessionEnd,
    /// The messages that the agent has not answered: `end`, where it was sent.
    pub messages: Vec<String>,
    /// A hash of the agent's last answer.
    pub last: Option<String>,
    /// The stored run.
    pub run_id: Option<String>,
    /// Why it cannot be stored.
    pub failure: Option<String>,
}

impl From<&AgentRow> for SessionAgentFile {
    fn from(agent: &AgentRow) -> Self {
        Self {
            id: agent.id.clone(),
            name: agent.name.clone(),
            version: agent.version,
            description: agent.description.clone(),
            tags: agent.tags.clone(),
            strategy: agent.strategy.clone(),
            risk: agent.risk.clone(),
            risk_limits: agent.risk_limits.clone(),
            epoch: agent.epoch,
            starting_balance: agent.starting_balance,
        }
    }
}

impl Registry for SessionAgentFile {
    fn find(&self, name: &str, _: Option<u32>) -> Result<RegistryEntry, Unregistered> {
        if name != self.name {
            return Err(Unregistered::Unknown { known: vec![self.name.clone()] });
        }
        Ok(RegistryEntry {
            id: self.id.clone(),
            name: self.name.clone(),
            version: self.version,
            description: self.description.clone(),
            tags: self.tags.clone(),
            strategy: self.strategy.clone(),
            risk: RiskText { name: self.risk.clone(), limits: self.risk_limits.clone() },
            epoch: self.epoch,
            starting_balance: self.starting_balance,
            wallet: Wallet::of_cash(self.starting_balance),
            as_of: None,
            quote: None,
        })
    }
}

/// The folder of a session.
#[derive(Debug, Clone)]
pub struct SessionFolder(PathBuf);

/// Whether a text is the id of a session or battle.
pub fn is_id(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// A new id: drawn, or of a request that names itself, for whoever sends it.
pub fn new_id(owner: &str, request: Option<&str>) -> String {
    match request {
        None => uuid::Uuid::now_v7().simple().to_string(),
        Some(name) => {
            let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 id of a request");
            hash.update(owner.as_bytes());
            hash.update(&[0]);
            hash.update(name.as_bytes());
            hash.finalize().to_hex()[..DIGITS].to_owned()
        }
    }
}

impl SessionFolder {
    /// Of an agent's session; `None` where the text is no id.
    pub fn of(out: &Path, agent: &str, id: &str) -> Option<Self> {
        is_id(id).then(|| Self(out.join(SESSIONS).join(agent).join(id)))
    }

    /// The journal of the agent's answers.
    pub fn answers(&self) -> PathBuf {
        self.0.join("answers.rec")
    }

    /// What it was begun with; `None` where there is no such session.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(&self) -> io::Result<Option<SessionFile>> {
        let Some(file) = read_json::<SessionFile>(&self.0.join("session.json"))? else { return Ok(None) };
        if file.format != FORMAT {
            return Err(io::Error::other(format!("a session of format {}", file.format)));
        }
        Ok(Some(file))
    }

    /// What it came to; `None` while it is played.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn ended(&self) -> io::Result<Option<Ended>> {
        read_json(&self.0.join("ended.json"))
    }

    /// Writes what it came to.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write_ended(&self, ended: &Ended) -> io::Result<()> {
        let text = serde_json::to_string(ended).map_err(io::Error::other)?;
        write_atomic(&self.0.join("ended.json"), &text, Existing::Replace)
    }

    /// Makes the folder of a new session: whole, or not at all. `false` where there is one already.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub fn create(&self, file: &SessionFile, scenario: &str) -> io::Result<bool> {
        let parent = self.0.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let staging = tempfile::Builder::new().prefix(".new-").tempdir_in(parent)?;
        fs::write(staging.path().join("scenario.toml"), scenario)?;
        fs::write(staging.path().join("session.json"), serde_json::to_vec(file).map_err(io::Error::other)?)?;
        sync_tree(staging.path()).map_err(|(_, error)| error)?;
        match fs::rename(staging.path(), &self.0) {
            Ok(()) => {
                // It has another name now: there is nothing to remove.
                drop(staging.keep());
                crate::files::sync_folder(parent).map(|()| true)
            }
            Err(_) if self.0.is_dir() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The scenario, with the agent as it was.
    ///
    /// # Errors
    /// As [`ScenarioSource::parse`].
    pub fn source(&self, file: &SessionFile) -> Result<ScenarioSource, RunError> {
        let path = self.0.join("scenario.toml");
        let unreadable = |source| RunError::UnreadableScenario { file: path.clone(), source };
        let text = decode::read_text(&path).map_err(unreadable)?;
        ScenarioSource::parse(Path::new("session"), text, &file.base_dir, &file.agent)
    }

    /// Removes the session: it is gone at once, its files soon.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn remove(&self) -> io::Result<()> {
        let aside = self.0.with_file_name(format!(".gone-{}", uuid::Uuid::now_v7().simple()));
        fs::rename(&self.0, &aside)?;
        fs::remove_dir_all(aside)
    }
}

/// The ids of an agent's sessions after one of them, in order.
///
/// # Errors
/// Where the folder cannot be read.
pub fn ids(out: &Path, agent: &str, after: &str) -> io::Result<Vec<String>> {
    let folder = out.join(SESSIONS).join(agent);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut ids: Vec<String> = names.filter(|name| is_id(name) && name.as_str() > after).collect();
    ids.sort();
    Ok(ids)
}

/// Every session of the store, by agent and id.
pub fn all(out: &Path) -> Vec<(String, String)> {
    let Ok(agents) = fs::read_dir(out.join(SESSIONS)) else { return Vec::new() };
    let agents = agents.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let of = |agent: String| {
        let ids = ids(out, &agent, "").unwrap_or_default();
        ids.into_iter().map(move |id| (agent.clone(), id))
    };
    agents.flat_map(of).collect()
}

/// Removes the sessions of an agent.
///
/// # Errors
/// Where they cannot be removed.
pub fn remove_all(out: &Path, agent: &str) -> io::Result<()> {
    match fs::remove_dir_all(out.join(SESSIONS).join(agent)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// A JSON file; `None` where there is none.
pub fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
