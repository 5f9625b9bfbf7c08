//! A battle on disk and as clients see it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::sessions::{is_id, read_json};
use crate::domain::Timestamp;
use crate::files::{Existing, write_atomic};

/// Folder of all battles in the store. No scenario's name begins with a dot.
pub const BATTLES: &str = ".battles";

/// A battle: all that is kept of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BattleFile {
    /// Its id.
    pub id: String,
    /// The account that began it.
    pub account: String,
    /// The scenario that was named, or the run that it is a rematch of.
    pub of: String,
    /// Text of the scenario.
    pub text: String,
    /// Where its relative paths start.
    pub base_dir: PathBuf,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Hash of the request that began it.
    pub digest: Option<String>,
    /// How far it is.
    pub state: BattleState,
}

/// How far a battle is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BattleState {
    /// It waits for others.
    Queued,
    /// So many of its jobs are done.
    Running {
        /// Replays that are done.
        done: usize,
        /// Replays in all; 0 while its bars are loaded.
        jobs: usize,
    },
    /// Its run is stored.
    Completed {
        /// Id of the run.
        run_id: String,
    },
    /// It could not be run.
    Failed {
        /// Why.
        reason: String,
    },
}

/// A battle.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BattleView {
    /// Its id.
    pub id: String,
    /// `queued`, `running`, `completed` or `failed`.
    pub state: String,
    /// The scenario that was named, or the run that it is a rematch of.
    pub scenario: String,
    /// When it was begun.
    pub created_at: String,
    /// Replays that are done, while it is running.
    pub done: Option<usize>,
    /// Replays in all, while it is running.
    pub jobs: Option<usize>,
    /// The stored run, once it is completed.
    pub run_id: Option<String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// The leaderboard, of one completed battle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leaderboard: Option<serde_json::Map<String, Value>>,
}

/// Battles, a page of them.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BattlePage {
    /// In the order of their ids, without leaderboards.
    pub items: Vec<BattleView>,
    /// For the next page; `null` at the end.
    pub next_cursor: Option<String>,
}

impl BattleState {
    /// Whether nothing more will come.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Completed { .. } | Self::Failed { .. })
    }
}

impl BattleView {
    /// In a state, without its leaderboard.
    pub fn of(file: &BattleFile, state: &BattleState) -> Self {
        let mut view = Self {
            id: file.id.clone(),
            state: String::new(),
            scenario: file.of.clone(),
            created_at: file.created_at.to_string(),
            done: None,
            jobs: None,
            run_id: None,
            failure: None,
            leaderboard: None,
        };
        view.state = match state {
            BattleState::Queued => "queued",
            BattleState::Running { done, jobs } => {
                (view.done, view.jobs) = (Some(*done), Some(*jobs));
                "running"
            }
            BattleState::Completed { run_id } => {
                view.run_id = Some(run_id.clone());
                "completed"
            }
            BattleState::Failed { reason } => {
                view.failure = Some(reason.clone());
                "failed"
            }
        }
        .to_owned();
        view
    }
}

impl BattleFile {
    fn path(out: &Path, account: &str, id: &str) -> Option<PathBuf> {
        is_id(id).then(|| out.join(BATTLES).join(account).join(format!("{id}.json")))
    }

    /// A battle of an account; `None` where there is none of that id.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn read(out: &Path, account: &str, id: &str) -> io::Result<Option<Self>> {
        Self::path(out, account, id).map_or(Ok(None), |path| read_json(&path))
    }

    /// Writes it, in place of what was written before.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, out: &Path) -> io::Result<()> {
        let path = Self::path(out, &self.account, &self.id).ok_or_else(|| io::Error::other("no id"))?;
        fs::create_dir_all(path.parent().unwrap_or(out))?;
        let text = serde_json::to_string(self).map_err(io::Error::other)?;
        write_atomic(&path, &text, Existing::Replace)
    }

    /// The ids of an account's battles, in order.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub fn ids(out: &Path, account: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(out.join(BATTLES).join(account)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let ids = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
        let mut ids: Vec<String> = ids.filter(|id| is_id(id)).collect();
        ids.sort();
        Ok(ids)
    }

    /// Every battle that has not ended, oldest first.
    pub fn unfinished(out: &Path) -> Vec<Self> {
        let Ok(accounts) = fs::read_dir(out.join(BATTLES)) else { return Vec::new() };
        let accounts = accounts.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let of = |account: String| {
            let ids = Self::ids(out, &account).unwrap_or_default();
            ids.into_iter().filter_map(move |id| Self::read(out, &account, &id).ok().flatten())
        };
        let mut found: Vec<Self> = accounts.flat_map(of).filter(|file| !file.state.is_over()).collect();
        found.sort_by_key(|file| (file.created_at, file.id.clone()));
        found
    }
}
