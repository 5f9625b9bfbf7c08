//! Whether a store is sound.
//!
//! Looks at one moment of the database, whatever other processes change meanwhile; the folders of runs are looked at
//! on all threads. Never changes anything.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rayon::prelude::*;
use rusqlite::Connection;
use serde::Serialize;

use super::database::{self, Database};
use super::duel_record::{DUELS, damaged_duels};
use super::manifest::Manifest;
use super::staging::{self, Hidden};
use super::sweep::TrialStore;
use super::{FileProblem, Index, RunSummary, StoreError, StoredRun, journals, registry};

/// What is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum IntegrityProblem {
    /// The database is damaged, or cannot be opened.
    Database {
        /// What it says itself.
        problem: String,
        /// What to do.
        #[serde(skip)]
        help: String,
    },
    /// The registry's books do not agree.
    Registry {
        /// In a sentence.
        problem: String,
    },
    /// The copy of the registry is missing, old or damaged.
    Backup {
        /// Problem, as a sentence.
        problem: String,
    },
    /// The index lists a run whose folder is gone.
    FolderGone {
        /// Identity of the run.
        run_id: String,
        /// Where it was.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
    },
    /// A run's folder is damaged.
    FolderDamaged {
        /// Folder of the run.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
        /// Problem, as a sentence.
        problem: String,
    },
    /// A file of a run is not as it was written.
    FileDamaged {
        /// The run's folder.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
        /// The file, below it.
        file: String,
        /// Problem, as a sentence.
        #[serde(flatten)]
        problem: FileProblem,
    },
    /// A run's folder has no list of its files.
    Unsealed {
        /// Folder of the run.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
    },
    /// A run's folder that the index does not list.
    FolderUnlisted {
        /// Folder of the run.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
    },
    /// The index says something else of a run than its folder.
    EntryDiffers {
        /// Identity of the run.
        run_id: String,
    },
    /// What a process left that died while it wrote a run.
    Leftover {
        /// Folder of the run.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
    },
    /// A former run that lies aside because its replacement was interrupted.
    Interrupted {
        /// Folder of the run.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
    },
    /// A folder of the store, or a run in it, cannot be read.
    Unreadable {
        /// Folder concerned.
        #[serde(serialize_with = "super::json::path")]
        folder: PathBuf,
        /// Problem, as a sentence.
        problem: String,
        /// What to do.
        #[serde(skip)]
        help: String,
    },
    /// The file of a duel is not as it was written.
    DuelDamaged {
        /// File concerned.
        #[serde(serialize_with = "super::json::path")]
        file: PathBuf,
        /// Problem, as a sentence.
        problem: String,
    },
    /// A file among the journals of programs is none.
    JournalDamaged {
        /// The file.
        #[serde(serialize_with = "super::json::path")]
        file: PathBuf,
    },
    /// The journal of a window whose answers a run has: only `prune` speaks of it.
    JournalPublished {
        /// The file.
        #[serde(serialize_with = "super::json::path")]
        file: PathBuf,
    },
    /// The journal of a window that no run has: only `prune` speaks of it, where it was asked to remove it.
    JournalUnfinished {
        /// The file.
        #[serde(serialize_with = "super::json::path")]
        file: PathBuf,
    },
    /// Kept outcomes of sweeps are damaged.
    Trials {
        /// File the error is about.
        #[serde(serialize_with = "super::json::path")]
        file: PathBuf,
        /// Problem, as a sentence.
        problem: String,
        /// What to do.
        #[serde(skip)]
        help: String,
    },
}

impl IntegrityProblem {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Database { problem, .. } => format!("the database is damaged: {problem}"),
            Self::Registry { problem } => problem.clone(),
            Self::Backup { problem } => {
                format!("the backup of the agents is missing, outdated or damaged: {problem}")
            }
            Self::FolderGone { run_id, folder } => {
                format!("the folder of run {run_id} is missing: `{}`", folder.display())
            }
            Self::FolderDamaged { folder, problem } => {
                format!("the run in `{}` is damaged: {problem}", folder.display())
            }
            Self::FileDamaged { folder, file, problem } => {
                format!("the run in `{}` is damaged: `{file}` {problem}", folder.display())
            }
            Self::Unsealed { folder } => {
                format!("the run in `{}` has no list of its files", folder.display())
            }
            Self::FolderUnlisted { folder } => {
                format!("the run in `{}` is not in the index", folder.display())
            }
            Self::EntryDiffers { run_id } => {
                format!("the index entry of run {run_id} differs from its folder")
            }
            Self::Leftover { folder } => {
                format!("an unfinished run is in `{}`", folder.display())
            }
            Self::Interrupted { folder } => {
                format!("a run whose replacement was interrupted is in `{}`", folder.display())
            }
            Self::Unreadable { folder, problem, .. } => {
                format!("`{}` cannot be read: {problem}", folder.display())
            }
            Self::DuelDamaged { file, problem } => {
                format!("the duel in `{}` is damaged: {problem}", file.display())
            }
            Self::JournalDamaged { file } => {
                format!("the answers in `{}` are damaged", file.display())
            }
            Self::JournalPublished { file } => {
                format!("the answers in `{}`, which a run has too", file.display())
            }
            Self::JournalUnfinished { file } => {
                format!("the answers in `{}`, which no run has", file.display())
            }
            Self::Trials { file, problem, .. } => {
                format!("the trial cache `{}` is damaged: {problem}", file.display())
            }
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &str {
        match self {
            Self::Database { help, .. } | Self::Trials { help, .. } | Self::Unreadable { help, .. } => help,
            Self::DuelDamaged { .. } => "repeat the duel: it writes the same file",
            Self::Registry { .. } => "report it with the database: this is a bug in tiltyard",
            Self::Backup { .. } => "`tiltyard store repair` rebuilds it",
            Self::FolderGone { .. } => {
                "run its scenario again to restore its files; `tiltyard store prune` removes the entry"
            }
            Self::Leftover { .. }
            | Self::JournalDamaged { .. }
            | Self::JournalPublished { .. }
            | Self::JournalUnfinished { .. } => "`tiltyard store prune` removes it",
            Self::Interrupted { .. } => "`tiltyard store repair` restores it",
            Self::FileDamaged { file, .. } if is_page(file) => "`tiltyard report RUN` renders it again",
            Self::FolderDamaged { .. } | Self::FileDamaged { .. } => {
                "run its scenario again: it writes the same files"
            }
            Self::Unsealed { .. } => {
                "an earlier version wrote it, or the list was removed: `tiltyard store repair` creates a list of the \
                 files as they are"
            }
            Self::FolderUnlisted { .. } => {
                "`tiltyard store repair` adds it if its id and folder match; \
                 `tiltyard store prune --unlisted` removes it"
            }
            Self::EntryDiffers { .. } => "`tiltyard store repair` updates it",
        }
    }
}

/// Pages are made of the other files, and can be made again.
fn is_page(file: &str) -> bool {
    ["report.html", "report.md"].contains(&file)
}

/// How a store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Condition {
    /// Runs that the index lists.
    pub runs: usize,
    /// Agents, archived ones included.
    pub agents: usize,
    /// What is wrong.
    #[serde(rename = "troubles")]
    pub problems: Vec<IntegrityProblem>,
}

/// Learns how many of the listed runs have been looked at, from any thread: so many, of so many.
pub type CheckProgress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// How closely runs are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Whether their folders are there, and what lies beside them: all that `prune` acts on.
    Folders,
    /// Also whether the database is sound and every file has the bytes that were written.
    Files,
}

/// Looks at everything.
///
/// # Errors
/// [`StoreError::NoIndex`], and where the store cannot be read at all.
pub fn inspect(out: &Path, progress: CheckProgress<'_>) -> Result<Condition, StoreError> {
    look(out, Depth::Files, progress)
}

/// Looks at everything as closely as `depth` says.
pub(super) fn look(out: &Path, depth: Depth, progress: CheckProgress<'_>) -> Result<Condition, StoreError> {
    let mut condition = Condition { runs: 0, agents: 0, problems: Vec::new() };
    let listed = match look_into_database(out, depth, &mut condition) {
        Ok(listed) => Some(listed),
        Err(error) if error.is_damage() => {
            let (problem, help) = (error.to_string(), error.help());
            condition.problems.push(IntegrityProblem::Database { problem, help });
            None
        }
        Err(error) => return Err(error),
    };
    let (runs, seen) = (listed.as_deref().unwrap_or_default(), AtomicUsize::new(0));
    let look = |run| {
        let found = look_at_entry(run, depth);
        progress(seen.fetch_add(1, Ordering::Relaxed) + 1, runs.len());
        found
    };
    let found: Vec<Vec<IntegrityProblem>> = runs.par_iter().map(look).collect();
    condition.problems.extend(found.into_iter().flatten());
    for scenario in scenarios(out)? {
        if let Err(error) = look_at_scenario(&scenario, depth, listed.as_deref(), &mut condition.problems) {
            condition.problems.push(unreadable(&scenario, error));
        }
    }
    if depth == Depth::Folders {
        return Ok(condition);
    }
    let damaged = journals::damaged(out)?.into_iter();
    condition.problems.extend(damaged.map(|file| IntegrityProblem::JournalDamaged { file }));
    match damaged_duels(out) {
        Ok(found) => condition
            .problems
            .extend(found.into_iter().map(|(file, problem)| IntegrityProblem::DuelDamaged { file, problem })),
        Err(error) => condition.problems.push(unreadable(&out.join(DUELS), error)),
    }
    Ok(condition)
}

fn unreadable(folder: &Path, error: StoreError) -> IntegrityProblem {
    let help = error.help();
    let problem = match error {
        StoreError::Read { source, .. } => source.to_string(),
        other => other.to_string(),
    };
    IntegrityProblem::Unreadable { folder: folder.to_owned(), problem, help }
}

/// The runs that the index lists. What is wrong with the database goes to the condition.
fn look_into_database(
    out: &Path,
    depth: Depth,
    condition: &mut Condition,
) -> Result<Vec<RunSummary>, StoreError> {
    let index = Index::open_existing(out)?;
    let Database { path, db, .. } = &index.0;
    // What others commit from here on is not seen: agents that are deleted meanwhile do not tear the books.
    let moment = db.unchecked_transaction().map_err(StoreError::index(path))?;
    let problems = match depth {
        Depth::Folders => Vec::new(),
        Depth::Files => problems_of(path, db).map_err(StoreError::index(path))?,
    };
    let is_compared = depth == Depth::Files && problems.is_empty();
    condition.problems.extend(problems);
    let listed = index.runs()?;
    let agents: rusqlite::Result<i64> =
        db.query_row("SELECT count(*) FROM registry_agents", [], |row| row.get(0));
    condition.runs = listed.len();
    condition.agents = usize::try_from(agents.map_err(StoreError::index(path))?).unwrap_or(0);
    drop(moment);
    if is_compared && let Some(problem) = lasting_difference(out, db)? {
        condition.problems.push(IntegrityProblem::Backup { problem });
    }
    Ok(listed)
}

/// What is wrong with the copy of the registry. It is renewed after each change of an agent, so that it may be behind
/// for a moment: a copy that another process renews while it is watched is not outdated.
fn lasting_difference(out: &Path, db: &Connection) -> Result<Option<String>, StoreError> {
    let watched = registry::open_backup(out).ok().flatten();
    let commits = || watched.as_ref().and_then(|copy| data_version(copy).ok());
    let before = commits();
    for _ in 0..COPY_TRIES {
        if registry::difference(out, db)?.is_none() {
            return Ok(None);
        }
        std::thread::sleep(COPY_WAIT);
        if commits() != before {
            // Whole again, of a later moment; what is wrong with its bytes shows now.
            return Ok(registry::damage(out));
        }
    }
    registry::difference(out, db)
}

/// A number that changes whenever another connection commits.
fn data_version(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA data_version", [], |row| row.get(0))
}

/// How often the copy of the registry is compared again, where it differs and nobody renews it.
const COPY_TRIES: usize = 20;
/// How long to wait before it is compared again.
const COPY_WAIT: Duration = Duration::from_millis(100);

fn problems_of(path: &Path, db: &Connection) -> rusqlite::Result<Vec<IntegrityProblem>> {
    let damage = |problem: String| {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        let help = StoreError::index(path)(rusqlite::Error::SqliteFailure(code, None)).help();
        IntegrityProblem::Database { problem, help }
    };
    let mut problems = Vec::new();
    let mut statement = db.prepare("PRAGMA integrity_check")?;
    for line in statement.query_map([], |row| row.get::<_, String>(0))? {
        match line {
            Ok(line) if line == "ok" => {}
            Ok(line) => problems.push(damage(line)),
            Err(error) => return Err(error),
        }
    }
    if !problems.is_empty() {
        return Ok(problems);
    }
    let mut statement = db.prepare("PRAGMA foreign_key_check")?;
    for table in statement.query_map([], |row| row.get::<_, String>(0))? {
        problems.push(damage(format!("a row of `{}` refers to a missing row", table?)));
    }
    problems.extend(registry::audit(db)?.into_iter().map(|problem| IntegrityProblem::Registry { problem }));
    Ok(problems)
}

/// What is wrong with a run that the index lists.
fn look_at_entry(run: &RunSummary, depth: Depth) -> Vec<IntegrityProblem> {
    let folder = run.folder.clone();
    match fs::metadata(run.folder.join("run.json")) {
        Err(error) if !is_absence(&error) => {
            return vec![unreadable(&folder, StoreError::read(&folder)(error))];
        }
        _ => {}
    }
    if !run.folder.join("run.json").is_file() {
        if fs::symlink_metadata(&run.folder).is_ok() {
            let problem = "`run.json` is missing".to_owned();
            return vec![IntegrityProblem::FolderDamaged { folder, problem }];
        }
        // A former run that lies aside is reported by itself, and one that is being replaced is not gone.
        let aside = run.folder.parent().is_some_and(|parent| has_aside(parent, &run.run_id));
        return if aside {
            Vec::new()
        } else {
            vec![IntegrityProblem::FolderGone { run_id: run.run_id.clone(), folder }]
        };
    }
    if depth == Depth::Folders {
        return Vec::new();
    }
    let stored = StoredRun::load(&folder);
    let mut problems = look_at_files(&folder);
    match stored {
        Err(error) if problems.is_empty() => {
            problems.push(IntegrityProblem::FolderDamaged { folder, problem: error.to_string() });
        }
        Ok(stored) if !says_the_same(run, &stored) => {
            problems.push(IntegrityProblem::EntryDiffers { run_id: run.run_id.clone() });
        }
        _ => {}
    }
    problems
}

/// Whether the error says that there is no such file, and not that this is unknown.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn has_aside(parent: &Path, run: &str) -> bool {
    staging::hidden(parent)
        .is_ok_and(|found| found.iter().any(|(_, of, kind)| of == run && *kind == Hidden::Former))
}

/// The files of a run that are not as they were written.
fn look_at_files(folder: &Path) -> Vec<IntegrityProblem> {
    match Manifest::read(folder) {
        Ok(Some(manifest)) => manifest
            .problems(folder)
            .into_iter()
            .map(|(file, problem)| IntegrityProblem::FileDamaged { folder: folder.to_owned(), file, problem })
            .collect(),
        Ok(None) => vec![IntegrityProblem::Unsealed { folder: folder.to_owned() }],
        Err(error) => {
            vec![IntegrityProblem::FolderDamaged { folder: folder.to_owned(), problem: error.to_string() }]
        }
    }
}

/// Whether the index and the folder agree on a run.
fn says_the_same(listed: &RunSummary, stored: &StoredRun) -> bool {
    let run = &stored.run;
    let first = stored.leaderboard.rankings.iter().filter(|row| row.rank == Some(1));
    let first = first.min_by(|a, b| a.agent.cmp(&b.agent));
    let same_score = |score: Option<f64>| score.map(f64::to_bits) == listed.score.map(f64::to_bits);
    (listed.run_id.as_str(), listed.identity.as_str(), listed.scenario.as_str())
        == (run.run_id.as_str(), run.identity.as_str(), run.scenario.as_str())
        && (listed.start.as_str(), listed.end.as_str())
            == (run.market.start.as_str(), run.market.end.as_str())
        && (listed.windows as usize, listed.agents as usize) == (run.windows.len(), run.agents.len())
        && listed.ranking_metric == run.ranking_metric
        && first.is_none_or(|first| first.agent == listed.winner && same_score(first.score))
}

/// What lies in a scenario's folder beside the runs that the index lists.
fn look_at_scenario(
    scenario: &Path,
    depth: Depth,
    listed: Option<&[RunSummary]>,
    problems: &mut Vec<IntegrityProblem>,
) -> Result<(), StoreError> {
    for (folder, _, kind) in staging::hidden(scenario).map_err(StoreError::read(scenario))? {
        match kind {
            Hidden::Temporary if staging::is_dead(&folder) => {
                problems.push(IntegrityProblem::Leftover { folder })
            }
            Hidden::Former => problems.push(IntegrityProblem::Interrupted { folder }),
            Hidden::Temporary => {}
        }
    }
    let known: Option<BTreeSet<&Path>> =
        listed.map(|listed| listed.iter().map(|run| run.folder.as_path()).collect());
    for folder in run_folders(scenario)? {
        match &known {
            Some(known) if known.contains(folder.as_path()) => {}
            // A run that its writer has not entered yet is not forgotten.
            _ if !staging::is_dead(&folder) => {}
            Some(_) => problems.push(IntegrityProblem::FolderUnlisted { folder }),
            // Without an index, all runs are looked at as if they were listed.
            None => problems.extend(look_at_files(&folder)),
        }
    }
    if depth == Depth::Files {
        problems.extend(
            TrialStore::problem(scenario).map(|(file, problem, help)| IntegrityProblem::Trials {
                file,
                problem,
                help,
            }),
        );
    }
    Ok(())
}

/// The scenarios' folders. A link is not followed: what lies behind it is not in the store.
pub(super) fn scenarios(out: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let own = [database::HOLDS, DUELS];
    folders(out, |name| !name.starts_with('.') && !own.contains(&name))
}

/// The runs' folders in a scenario's: those with a name of a run and a `run.json`.
pub(super) fn run_folders(scenario: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = folders(scenario, staging::is_run_id)?;
    found.retain(|folder| folder.join("run.json").is_file());
    Ok(found)
}

fn folders(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(StoreError::read(folder))? {
        let entry = entry.map_err(StoreError::read(folder))?;
        let is_folder = entry.file_type().map_err(StoreError::read(folder))?.is_dir();
        if is_folder && entry.file_name().to_str().is_some_and(&wanted) {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}
