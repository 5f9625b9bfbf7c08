//! The index's tables, as steps from one format to the next.
//!
//! `PRAGMA user_version` says which steps a file has had. A step, once released, never changes: what the
//! index needs later is a new step at the end. All missing steps happen in one transaction or not at all.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, registry};

/// Step `i` leads from format `i` to format `i + 1`.
const STEPS: [&str; 7] =
    [RUNS, TOURNAMENTS, registry::STEP, registry::SUMMARIES, LOOK_UPS, PROOFS, registry::ACCOUNTS];

/// Money is text with eight decimal places; metrics are real numbers, null where `missing` says why; times are
/// RFC 3339 in UTC. Folders are relative to the folder of the index.
const RUNS: &str = "
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL,
    identity TEXT NOT NULL UNIQUE,
    scenario TEXT NOT NULL,
    description TEXT NOT NULL,
    folder TEXT NOT NULL,
    semantics_version INTEGER NOT NULL,
    tiltyard_version TEXT NOT NULL,
    seed TEXT NOT NULL,
    market_digest TEXT NOT NULL,
    symbols TEXT NOT NULL,
    bar_interval TEXT NOT NULL,
    range_start TEXT NOT NULL,
    range_end TEXT NOT NULL,
    ranking_metric TEXT NOT NULL,
    windows INTEGER NOT NULL,
    agents INTEGER NOT NULL,
    finished_at TEXT NOT NULL,
    duration_seconds REAL NOT NULL
) STRICT;
CREATE INDEX runs_by_scenario ON runs (scenario, finished_at);
CREATE TABLE agents (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    strategy TEXT NOT NULL,
    risk TEXT NOT NULL,
    starting_balance TEXT NOT NULL,
    rank INTEGER NOT NULL,
    score REAL,
    final_equity TEXT NOT NULL,
    total_pnl TEXT NOT NULL,
    fees TEXT NOT NULL,
    trades INTEGER NOT NULL,
    status TEXT NOT NULL,
    UNIQUE (run, name)
) STRICT;
CREATE TABLE jobs (
    agent INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    window INTEGER NOT NULL,
    status TEXT NOT NULL,
    status_detail TEXT,
    final_equity TEXT NOT NULL,
    total_pnl TEXT NOT NULL,
    fees TEXT NOT NULL,
    trades INTEGER NOT NULL,
    orders INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    PRIMARY KEY (agent, window)
) STRICT, WITHOUT ROWID;
CREATE TABLE scores (
    agent INTEGER NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    metric TEXT NOT NULL,
    window INTEGER NOT NULL,
    value REAL,
    missing TEXT,
    PRIMARY KEY (agent, metric, window)
) STRICT, WITHOUT ROWID;
";

/// Of runs with a tournament: its format, who has its first place alone, and the verdict of the standings
/// (`called`, `not_distinguishable`, ..) with its sentence.
const TOURNAMENTS: &str = "
ALTER TABLE runs ADD COLUMN format TEXT;
ALTER TABLE runs ADD COLUMN format_winner TEXT;
ALTER TABLE runs ADD COLUMN verdict TEXT;
ALTER TABLE runs ADD COLUMN verdict_text TEXT;
";

/// What runs and agents are looked up by, and what a deleted agent is looked for in.
const LOOK_UPS: &str = "
CREATE INDEX runs_by_id ON runs (run_id);
CREATE INDEX runs_by_time ON runs (finished_at);
CREATE INDEX registry_all_names ON registry_agents (name_key);
CREATE INDEX registry_parents ON registry_agents (parent);
CREATE INDEX registry_runs_by_version ON registry_runs (agent, version);
";

/// What `agent prove` has found, by all that an agent's decisions depend on, and which run had which agents in that sense.
const PROOFS: &str = "
CREATE TABLE agent_contents (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (run, agent)
) STRICT, WITHOUT ROWID;
CREATE TABLE proofs (
    content TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,
    cuts INTEGER NOT NULL,
    decisions INTEGER NOT NULL,
    differences INTEGER NOT NULL,
    difference TEXT
) STRICT, WITHOUT ROWID;
";

/// Brings the index to the newest format.
///
/// # Errors
/// [`StoreError::IndexTooNew`] for a format this program does not know.
pub(super) fn migrate(path: &Path, db: &mut Connection) -> Result<(), StoreError> {
    let error = StoreError::index(path);
    if version(db).map_err(&error)? == known() {
        return Ok(());
    }
    // Another process may migrate at the same time: the version counts once the write lock is held.
    let step = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&error)?;
    let found = version(&step).map_err(&error)?;
    if found > known() {
        return Err(StoreError::IndexTooNew { path: path.to_owned(), found, known: known() });
    }
    for sql in STEPS.iter().skip(found as usize) {
        step.execute_batch(sql).map_err(&error)?;
    }
    step.pragma_update(None, "user_version", known()).map_err(&error)?;
    step.commit().map_err(&error)
}

/// The format of a file; 0 for an empty one.
pub(super) fn version(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// The newest format.
#[expect(clippy::cast_possible_truncation, reason = "a handful of steps")]
pub(super) const fn known() -> u32 {
    STEPS.len() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_gets_all_steps_once() {
        let mut db = Connection::open_in_memory().unwrap();
        assert_eq!(version(&db).unwrap(), 0);
        migrate(Path::new("x.db"), &mut db).unwrap();
        assert_eq!(version(&db).unwrap(), known());
        db.execute_batch("SELECT run_id FROM runs; SELECT value FROM scores;").unwrap();
        migrate(Path::new("x.db"), &mut db).unwrap();
    }

    /// A file of any earlier format gets what is missing and keeps what it has.
    #[test]
    fn every_earlier_format_is_brought_up_to_date() {
        let mut newest = Connection::open_in_memory().unwrap();
        migrate(Path::new("x.db"), &mut newest).unwrap();
        for from in 1..STEPS.len() {
            let mut db = Connection::open_in_memory().unwrap();
            STEPS[..from].iter().for_each(|sql| db.execute_batch(sql).unwrap());
            db.pragma_update(None, "user_version", from as u32).unwrap();
            db.execute_batch(
                "INSERT INTO runs (run_id, identity, scenario, description, folder, semantics_version,
                     tiltyard_version, seed, market_digest, symbols, bar_interval, range_start, range_end,
                     ranking_metric, windows, agents, finished_at, duration_seconds)
                 VALUES ('a', 'ab', 'old', '', 'old/a', 1, '0', '1', 'd', 'BTC', '1h', 's', 'e', 'roi_pct',
                     1, 1, 'f', 1.0)",
            )
            .unwrap();
            migrate(Path::new("x.db"), &mut db).unwrap();
            assert_eq!(version(&db).unwrap(), known());
            let kept: String = db.query_row("SELECT scenario FROM runs", [], |row| row.get(0)).unwrap();
            assert_eq!(kept, "old", "from format {from}");
            assert_eq!(tables(&db), tables(&newest), "from format {from}");
        }
    }

    fn tables(db: &Connection) -> Vec<(String, Option<String>)> {
        let mut statement = db.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn runs_of_the_first_format_stay_and_have_no_tournament() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(RUNS).unwrap();
        db.execute_batch(
            "INSERT INTO runs VALUES (1, 'r', 'i', 's', '', 'f', 1, '0', '1', 'd', 'A', '1h', 'a', 'b', 'roi_pct',
                 1, 2, 'now', 0.5)",
        )
        .unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        migrate(Path::new("x.db"), &mut db).unwrap();
        let found: (String, Option<String>) = db
            .query_row("SELECT run_id, format FROM runs", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(found, ("r".to_owned(), None));
    }

    #[test]
    fn a_newer_format_is_refused_and_left_alone() {
        let mut db = Connection::open_in_memory().unwrap();
        db.pragma_update(None, "user_version", 99).unwrap();
        let error = migrate(Path::new("x.db"), &mut db).unwrap_err();
        assert!(matches!(error, StoreError::IndexTooNew { found: 99, .. }));
        let newest = known();
        assert_eq!(
            error.to_string(),
            format!(
                "the index `x.db` has format 99; this version of tiltyard supports formats up to {newest}"
            )
        );
        assert_eq!(version(&db).unwrap(), 99);
    }
}
