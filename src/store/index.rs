//! `OUT/tiltyard.db`: an index over all runs under an output folder.
//!
//! Owns finding runs and asking questions across them. The run folders hold the results; the index holds
//! what they say once more, plus the only wall-clock times. Invariant: a run is in the index whole or not
//! at all, once per identity.

use std::path::{Path, PathBuf};

use rusqlite::{ErrorCode, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::database::Database;
use super::registry::{self, AgentLock, AgentPart};
use super::{LeaderboardRecord, RunTiming, StoreError, StoredRun, json};
use super::{index_entry, proof_record, staging, unlisted};

/// How often a run with registered agents waits for its turn: its results are lost to them where it gets none.
const TURNS_WITH_AGENTS: u32 = 30;
/// Runs that an error message names.
const SUGGESTED: usize = 3;

/// What a run leaves besides its folder.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunCommit<'a> {
    /// The folder that relative paths of its scenario were tried against.
    pub base_dir: Option<&'a Path>,
    /// All that the decisions of each agent depend on, by its name, as hashes: what proofs are found by.
    pub contents: &'a [(String, String)],
    /// What goes to the histories of registered agents.
    pub parts: &'a [AgentPart],
    /// The run's hold on them, which ends with the entry.
    pub lock: Option<&'a AgentLock>,
}

/// A run as the index lists it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct RunSummary {
    /// The id as shown: 12 characters.
    pub run_id: String,
    /// All 64 characters.
    pub identity: String,
    /// The scenario's name.
    pub scenario: String,
    /// Where it lies.
    #[serde(serialize_with = "super::json::path")]
    pub folder: PathBuf,
    /// Open of the first bar.
    pub start: String,
    /// Close of the last bar.
    pub end: String,
    /// By what its agents are ranked.
    pub ranking_metric: String,
    /// How many windows.
    pub windows: u32,
    /// How many agents.
    pub agents: u32,
    /// Who ranks first; the first by name of those who share it.
    pub winner: String,
    /// The winner's score.
    pub score: Option<f64>,
    /// The tournament's format; none where the scenario has no `[tournament]`.
    pub format: Option<String>,
    /// Whether the standings call a winner: `called`, `not_distinguishable`, ..
    pub verdict: Option<String>,
    /// End of the run, RFC 3339.
    pub finished_at: String,
    /// From start to end.
    pub duration_seconds: f64,
}

/// An open index.
#[derive(Debug)]
pub struct Index(pub(super) Database);

impl Index {
    /// Opens the index of an output folder, and makes both where they are missing.
    ///
    /// # Errors
    /// [`StoreError::Write`] where the folder cannot be made, [`StoreError::Index`] for a file that is no
    /// index, [`StoreError::IndexTooNew`] for one of a newer program, [`StoreError::DatabaseGone`] where there
    /// was one before.
    pub fn open(out: &Path) -> Result<Self, StoreError> {
        Database::open(out).map(Self::listing)
    }

    /// An index that lists what could not be listed before.
    fn listing(mut database: Database) -> Self {
        unlisted::list(&database.out, &mut database.db);
        Self(database)
    }

    /// Opens the index of an output folder that has one, to be read.
    ///
    /// # Errors
    /// [`StoreError::NoIndex`] where it has none, else as [`Index::open`].
    pub fn open_existing(out: &Path) -> Result<Self, StoreError> {
        let found = Database::read_existing(out)?;
        found.map(Self::listing).ok_or_else(|| StoreError::NoIndex { out: out.to_owned() })
    }

    /// Enters a run in one transaction; a former entry of the same identity goes.
    ///
    /// # Errors
    /// [`StoreError::Index`]; the index is then as it was.
    pub fn record(&mut self, stored: &StoredRun, timing: &RunTiming) -> Result<(), StoreError> {
        self.record_with(stored, timing, &RunCommit::default())
    }

    /// The same, with the histories of the registered agents that took part, all in one transaction. While another
    /// program uses the index, a run with registered agents waits for some minutes.
    ///
    /// # Errors
    /// As [`Index::record`], and where an agent or its wallet is not as the run found it; everything is then
    /// as it was. [`StoreError::Unlisted`] where another program uses the index for too long.
    pub fn record_with(
        &mut self,
        stored: &StoredRun,
        timing: &RunTiming,
        commit: &RunCommit<'_>,
    ) -> Result<(), StoreError> {
        let mut turns = if commit.parts.is_empty() { 1 } else { TURNS_WITH_AGENTS };
        loop {
            turns -= 1;
            match self.record_now(stored, timing, commit) {
                Err(StoreError::Index { source, .. }) if turns > 0 && is_busy(&source) => {}
                Err(StoreError::Index { path, source }) if commit.parts.is_empty() && is_busy(&source) => {
                    unlisted::note(&self.0.out, stored, timing, (commit.base_dir, commit.contents))?;
                    let (folder, source) = (stored.folder.clone(), Box::new(source));
                    return Err(StoreError::Unlisted { folder, path, source });
                }
                other => return other,
            }
        }
    }

    fn record_now(
        &mut self,
        stored: &StoredRun,
        timing: &RunTiming,
        commit: &RunCommit<'_>,
    ) -> Result<(), StoreError> {
        let Database { out, path, db, .. } = &mut self.0;
        let error = StoreError::index(path);
        let entry = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&error)?;
        index_entry::enter(&entry, stored, timing).map_err(&error)?;
        note_origin(&entry, stored, commit).map_err(&error)?;
        proof_record::note_contents(&entry, &stored.run.identity, commit.contents).map_err(&error)?;
        registry::record(path, &entry, &stored.run, commit.parts, timing.finished_at)?;
        entry.commit().map_err(&error)?;
        if !commit.parts.is_empty() {
            registry::renew_backup(out, db);
        }
        Ok(())
    }

    /// The folder that relative paths of a run's scenario were tried against, where the run says so.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn base_dir(&self, identity: &str) -> Result<Option<PathBuf>, StoreError> {
        let base: Option<Option<String>> = self
            .0
            .db
            .query_row("SELECT base_dir FROM runs WHERE identity = ?1", [identity], |row| row.get(0))
            .optional()
            .map_err(StoreError::index(&self.0.path))?;
        Ok(base.flatten().map(PathBuf::from))
    }

    /// All runs, the latest first.
    ///
    /// # Errors
    /// [`StoreError::Index`].
    pub fn runs(&self) -> Result<Vec<RunSummary>, StoreError> {
        self.query("1 = 1", "", None)
    }

    /// The run that a text means: the path of a run's folder, a run's id, a scenario's name (its latest
    /// run), or the beginning of exactly one id.
    ///
    /// # Errors
    /// [`StoreError::NoSuchRun`], [`StoreError::AmbiguousRun`], [`StoreError::FolderGone`].
    pub fn find_run(&self, text: &str) -> Result<PathBuf, StoreError> {
        if let Some(folder) = run_folder(Path::new(text)) {
            return Ok(folder);
        }
        for condition in ["runs.run_id = ?1", "runs.identity = ?1", "runs.scenario = ?1"] {
            if let Some(run) = self.query(condition, text, Some(1))?.into_iter().next() {
                return present(run);
            }
        }
        self.find_by_prefix(text)
    }

    /// The leaderboard of a run, from its folder.
    ///
    /// # Errors
    /// As [`Index::find_run`], and where the file cannot be read.
    pub fn leaderboard(&self, run: &str) -> Result<LeaderboardRecord, StoreError> {
        json::read(&self.find_run(run)?.join("leaderboard.json"), "leaderboard")
    }

    fn find_by_prefix(&self, text: &str) -> Result<PathBuf, StoreError> {
        let hex = !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit());
        let lower = text.to_ascii_lowercase();
        let mut found = if hex {
            self.query("runs.identity BETWEEN ?1 AND ?1 || 'g'", &lower, None)?
        } else {
            Vec::new()
        };
        let name = |run: &RunSummary| format!("{} ({})", run.run_id, run.scenario);
        match (found.pop(), found.len()) {
            (Some(run), 0) => present(run),
            (Some(last), _) => {
                found.push(last);
                let candidates = found.iter().map(name).collect();
                Err(StoreError::AmbiguousRun { text: text.to_owned(), candidates })
            }
            (None, _) => {
                let known = self.query("1 = 1", "", Some(SUGGESTED))?.iter().map(name).collect();
                Err(StoreError::NoSuchRun { text: text.to_owned(), known })
            }
        }
    }

    fn query(&self, condition: &str, text: &str, most: Option<usize>) -> Result<Vec<RunSummary>, StoreError> {
        let sql = format!(
            "SELECT runs.run_id, identity, scenario, folder, range_start, range_end, ranking_metric, windows,
                    agents, winner.name, winner.score, finished_at, duration_seconds, format, verdict
             FROM runs LEFT JOIN agents AS winner ON winner.id = (
                 SELECT id FROM agents WHERE run = runs.id AND rank > 0 ORDER BY rank, name LIMIT 1)
             WHERE ({condition}) AND ?1 IS NOT NULL ORDER BY finished_at DESC, runs.id DESC LIMIT ?2"
        );
        // SQLite takes a negative limit for none.
        let most = most.map_or(-1, index_entry::count);
        let rows = || -> rusqlite::Result<Vec<RunSummary>> {
            let mut statement = self.0.db.prepare(&sql)?;
            let rows = statement.query_map(params![text, most], |row| self.summary(row))?;
            rows.collect()
        };
        rows().map_err(StoreError::index(&self.0.path))
    }

    fn summary(&self, row: &Row<'_>) -> rusqlite::Result<RunSummary> {
        let folder: String = row.get(3)?;
        Ok(RunSummary {
            run_id: row.get(0)?,
            identity: row.get(1)?,
            scenario: row.get(2)?,
            folder: self.0.out.join(folder),
            start: row.get(4)?,
            end: row.get(5)?,
            ranking_metric: row.get(6)?,
            windows: row.get(7)?,
            agents: row.get(8)?,
            winner: row.get::<_, Option<String>>(9)?.unwrap_or_default(),
            score: row.get(10)?,
            format: row.get(13)?,
            verdict: row.get(14)?,
            finished_at: row.get(11)?,
            duration_seconds: row.get(12)?,
        })
    }
}

/// The run that a text means under an output folder, see [`Index::find_run`]. The path of a run's folder
/// needs no index.
///
/// # Errors
/// As [`Index::open_existing`] and [`Index::find_run`].
pub fn find_run(out: &Path, text: &str) -> Result<PathBuf, StoreError> {
    match run_folder(Path::new(text)) {
        Some(folder) => Ok(folder),
        None => Index::open_existing(out)?.find_run(text),
    }
}

/// The folder a path names, where it is a run's: a folder with a `run.json` in it.
pub fn run_folder(path: &Path) -> Option<PathBuf> {
    path.join("run.json").is_file().then(|| path.to_owned())
}

/// Whether another program has kept the index for itself.
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// The run's folder; one that is missing because its replacement was interrupted is brought back.
fn present(run: RunSummary) -> Result<PathBuf, StoreError> {
    if run_folder(&run.folder).is_none()
        && let Some(parent) = run.folder.parent()
        && let Ok(_section) = staging::section(parent)
    {
        // Where it cannot be brought back it is missing.
        let _ = staging::bring_back(parent);
    }
    run_folder(&run.folder).ok_or(StoreError::FolderGone { run: run.run_id, folder: run.folder })
}

/// Notes where the run comes from, and ends its hold on its agents.
fn note_origin(entry: &Transaction<'_>, stored: &StoredRun, commit: &RunCommit<'_>) -> rusqlite::Result<()> {
    // A folder whose name is no text cannot be kept as one: a rematch then asks for it.
    let base = commit.base_dir.and_then(Path::to_str);
    entry.execute(
        "UPDATE runs SET base_dir = ?2, parent = ?3 WHERE identity = ?1",
        params![stored.run.identity, base, stored.run.rematch_of],
    )?;
    if let Some(lock) = commit.lock {
        entry.execute("DELETE FROM registry_uses WHERE holder = ?1", [lock.name()])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::Span;
    use crate::store::{Run, RunWriter, database, fixture};

    fn timing(minute: i64) -> RunTiming {
        RunTiming {
            finished_at: fixture::day(1) + Span::MINUTE.times(minute),
            duration: Duration::from_millis(1500),
        }
    }

    fn store(out: &Path, seed: u64) -> StoredRun {
        let run = Run { id: fixture::other_id(seed), ..fixture::run() };
        RunWriter::open(out, run).unwrap().finish(&fixture::tournament()).unwrap()
    }

    fn tally(index: &Index, table: &str) -> i64 {
        index.0.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_run_is_entered_once_and_replaced_whole() {
        let out = tempfile::tempdir().unwrap();
        let stored = store(out.path(), 1);
        let mut index = Index::open(out.path()).unwrap();
        index.record(&stored, &timing(1)).unwrap();
        let once: Vec<i64> = ["runs", "agents", "jobs", "scores"].map(|t| tally(&index, t)).into();
        assert_eq!(once, [1, 2, 2, 2 * 32]);
        index.record(&stored, &timing(2)).unwrap();
        let twice: Vec<i64> = ["runs", "agents", "jobs", "scores"].map(|t| tally(&index, t)).into();
        assert_eq!(twice, once);
        let runs = index.runs().unwrap();
        assert_eq!(runs[0].finished_at, "2024-01-01T00:02:00Z");
        assert_eq!((runs[0].winner.as_str(), runs[0].score), ("trend, fast", Some(1.5)));
        assert_eq!(runs[0].folder, stored.folder);
    }

    #[test]
    fn money_is_exact_text_and_a_missing_value_has_its_reason() {
        let out = tempfile::tempdir().unwrap();
        let mut index = Index::open(out.path()).unwrap();
        index.record(&store(out.path(), 1), &timing(1)).unwrap();
        let equity: String = index
            .0
            .db
            .query_row("SELECT final_equity FROM jobs ORDER BY final_equity DESC LIMIT 1", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(equity, "101.50000000");
        let (value, missing): (Option<f64>, Option<String>) = index
            .0
            .db
            .query_row(
                "SELECT value, missing FROM scores JOIN agents ON agents.id = scores.agent
                 WHERE name = 'idle' AND metric = 'win_rate'",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!((value, missing.as_deref()), (None, Some("no closed trades")));
    }

    #[test]
    fn runs_are_found_by_id_prefix_scenario_and_path() {
        let out = tempfile::tempdir().unwrap();
        let mut index = Index::open(out.path()).unwrap();
        let (old, new) = (store(out.path(), 1), store(out.path(), 2));
        index.record(&old, &timing(1)).unwrap();
        index.record(&new, &timing(2)).unwrap();
        assert_eq!(index.find_run(&old.run.run_id).unwrap(), old.folder);
        assert_eq!(index.find_run(&old.run.identity[..5]).unwrap(), old.folder);
        assert_eq!(index.find_run(&old.run.identity[..5].to_uppercase()).unwrap(), old.folder);
        assert_eq!(index.find_run("first").unwrap(), new.folder, "the latest of the scenario");
        assert_eq!(index.find_run(old.folder.to_str().unwrap()).unwrap(), old.folder);
        assert_eq!(index.leaderboard("first").unwrap(), new.leaderboard);
        let error = index.find_run("nothing").unwrap_err();
        assert!(error.help().contains(&format!("{} (first)", new.run.run_id)), "{}", error.help());
        assert!(matches!(index.find_run(""), Err(StoreError::NoSuchRun { .. })));
    }

    #[test]
    fn a_beginning_that_several_ids_share_is_ambiguous() {
        let out = tempfile::tempdir().unwrap();
        let mut index = Index::open(out.path()).unwrap();
        // Seventeen ids of sixteen first digits: two share theirs.
        let mut heads = Vec::new();
        for seed in 0..17 {
            let stored = store(out.path(), seed);
            index.record(&stored, &timing(1)).unwrap();
            heads.push(stored.run.run_id[..1].to_owned());
        }
        let shared = heads.iter().find(|h| heads.iter().filter(|other| other == h).count() > 1).unwrap();
        assert!(matches!(index.find_run(shared), Err(StoreError::AmbiguousRun { .. })));
    }

    #[test]
    fn a_run_without_its_folder_is_reported() {
        let out = tempfile::tempdir().unwrap();
        let mut index = Index::open(out.path()).unwrap();
        let stored = store(out.path(), 1);
        index.record(&stored, &timing(1)).unwrap();
        std::fs::remove_dir_all(&stored.folder).unwrap();
        assert!(matches!(index.find_run("first"), Err(StoreError::FolderGone { .. })));
    }

    #[test]
    fn a_folder_without_an_index_and_a_file_that_is_none() {
        let out = tempfile::tempdir().unwrap();
        assert!(matches!(Index::open_existing(out.path()), Err(StoreError::NoIndex { .. })));
        let stored = store(out.path(), 1);
        assert_eq!(find_run(out.path(), stored.folder.to_str().unwrap()).unwrap(), stored.folder);
        assert!(matches!(find_run(out.path(), "first"), Err(StoreError::NoIndex { .. })));
        std::fs::write(out.path().join(database::FILE), "this is no database, only some text in a file")
            .unwrap();
        assert!(matches!(Index::open(out.path()), Err(StoreError::Index { .. })));
    }

    #[test]
    fn several_writers_wait_for_each_other() {
        let out = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for seed in 0..6 {
                let out = out.path();
                scope.spawn(move || {
                    let stored = store(out, seed);
                    Index::open(out).unwrap().record(&stored, &timing(1)).unwrap();
                });
            }
        });
        assert_eq!(Index::open(out.path()).unwrap().runs().unwrap().len(), 6);
    }
}
