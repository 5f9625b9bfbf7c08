//! Whether a store is sound, and clearing away what nothing needs any more.
//!
//! Never touches a result that the index lists, and never an agent.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::Serialize;

use super::{Index, StoreError, StoredRun, index, registry, staging};

/// What is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trouble {
    /// The database is damaged.
    Database {
        /// What it says itself.
        problem: String,
    },
    /// The registry's books do not agree.
    Registry {
        /// In a sentence.
        problem: String,
    },
    /// The index lists a run whose folder is gone.
    FolderGone {
        /// The run.
        run_id: String,
        /// Where it was.
        folder: PathBuf,
    },
    /// A run's folder is damaged.
    FolderDamaged {
        /// Where.
        folder: PathBuf,
        /// How.
        problem: String,
    },
    /// A run's folder that the index does not list.
    FolderUnlisted {
        /// Where.
        folder: PathBuf,
    },
    /// What a process left that died while it wrote a run.
    Leftover {
        /// Where.
        folder: PathBuf,
    },
}

impl Trouble {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Database { problem } => format!("the database is damaged: {problem}"),
            Self::Registry { problem } => problem.clone(),
            Self::FolderGone { run_id, folder } => {
                format!("the folder of run {run_id} is gone: `{}`", folder.display())
            }
            Self::FolderDamaged { folder, problem } => {
                format!("the run in `{}` is damaged: {problem}", folder.display())
            }
            Self::FolderUnlisted { folder } => {
                format!("the run in `{}` is not in the index", folder.display())
            }
            Self::Leftover { folder } => {
                format!("a run that was never finished lies in `{}`", folder.display())
            }
        }
    }

    /// What to do about it.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Database { .. } => "move the database away: the run folders hold all results",
            Self::Registry { .. } => "report it with the database: only an error in tiltyard does this",
            Self::FolderGone { .. } | Self::Leftover { .. } => "`tiltyard store prune` clears it away",
            Self::FolderDamaged { .. } => "run its scenario again: it writes the same files",
            Self::FolderUnlisted { .. } => {
                "run its scenario again to list it; `tiltyard store prune --unlisted` removes it"
            }
        }
    }
}

/// How a store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// Runs that the index lists.
    pub runs: usize,
    /// Agents, archived ones included.
    pub agents: usize,
    /// What is wrong.
    pub troubles: Vec<Trouble>,
}

/// Looks at everything.
///
/// # Errors
/// [`StoreError::NoIndex`], and where the store cannot be read at all.
pub fn inspect(out: &Path) -> Result<Condition, StoreError> {
    let listed = Index::open_existing(out)?.runs()?;
    let (path, db) = index::open_file(out)?;
    let mut troubles = database(&db).map_err(StoreError::index(&path))?;
    let agents = db.query_row("SELECT count(*) FROM registry_agents", [], |row| row.get::<_, i64>(0));
    for run in &listed {
        if !run.folder.join("run.json").is_file() {
            let folder = run.folder.clone();
            troubles.push(Trouble::FolderGone { run_id: run.run_id.clone(), folder });
        } else if let Err(error) = StoredRun::load(&run.folder) {
            let folder = run.folder.clone();
            troubles.push(Trouble::FolderDamaged { folder, problem: error.to_string() });
        }
    }
    for folder in folders(out)? {
        if is_leftover(&folder) {
            troubles.push(Trouble::Leftover { folder });
        } else if folder.join("run.json").is_file() && listed.iter().all(|run| run.folder != folder) {
            troubles.push(Trouble::FolderUnlisted { folder });
        }
    }
    let agents = agents.map_err(StoreError::index(&path))?;
    Ok(Condition { runs: listed.len(), agents: usize::try_from(agents).unwrap_or(0), troubles })
}

fn database(db: &Connection) -> rusqlite::Result<Vec<Trouble>> {
    let mut troubles = Vec::new();
    let mut statement = db.prepare("PRAGMA integrity_check")?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        let problem = line?;
        if problem != "ok" {
            troubles.push(Trouble::Database { problem });
        }
    }
    let mut statement = db.prepare("PRAGMA foreign_key_check")?;
    for table in statement.query_map([], |row| row.get::<_, String>(0))? {
        let problem = format!("a row of `{}` belongs to nothing", table?);
        troubles.push(Trouble::Database { problem });
    }
    troubles.extend(registry::audit(db)?.into_iter().map(|problem| Trouble::Registry { problem }));
    Ok(troubles)
}

/// Clears away leftovers, index entries without a folder and, where asked for, runs that the index does not
/// list. Gives what went.
///
/// # Errors
/// As [`inspect`], and where something cannot be removed.
pub fn prune(out: &Path, unlisted: bool) -> Result<Vec<Trouble>, StoreError> {
    let condition = inspect(out)?;
    let (path, db) = index::open_file(out)?;
    let mut gone = Vec::new();
    for trouble in condition.troubles {
        let removed = match &trouble {
            Trouble::FolderGone { run_id, .. } => {
                db.execute("DELETE FROM runs WHERE run_id = ?1", [run_id])
                    .map_err(StoreError::index(&path))?;
                true
            }
            Trouble::Leftover { folder } => remove(folder)?,
            Trouble::FolderUnlisted { folder } if unlisted => remove(folder)?,
            _ => false,
        };
        if removed {
            gone.push(trouble);
        }
    }
    db.execute_batch("VACUUM").map_err(StoreError::index(&path))?;
    Ok(gone)
}

fn remove(folder: &Path) -> Result<bool, StoreError> {
    fs::remove_dir_all(folder).map_err(StoreError::write(folder))?;
    Ok(true)
}

/// The folders two levels below: one a run, finished or not.
fn folders(out: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for scenario in below(out)?.into_iter().filter(|path| !is_hidden(path)) {
        found.extend(below(&scenario)?);
    }
    found.sort();
    Ok(found)
}

fn below(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let entries = fs::read_dir(folder).map_err(StoreError::read(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(StoreError::read(folder)));
    let paths: Vec<PathBuf> = paths.collect::<Result<_, _>>()?;
    Ok(paths.into_iter().filter(|path| path.is_dir()).collect())
}

fn is_hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

/// Whether a folder is the work of a writer that died.
fn is_leftover(folder: &Path) -> bool {
    let ending = folder.extension().is_some_and(|ending| ending == "tmp");
    is_hidden(folder) && ending && staging::is_dead(folder)
}
