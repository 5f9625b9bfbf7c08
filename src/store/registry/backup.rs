//! `OUT/registry.backup.db`: a copy of the registry beside the database, renewed after each of its changes.
//!
//! Owns that file. The run folders hold what the index says; agents, their keys, wallets and histories are in
//! the database alone, and in this copy. Invariants: the copy changes in one transaction, so it is always that
//! of one moment; it is read and written without foreign keys, so that a copy is never refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params_from_iter,
};

use crate::store::connect::{connect_to_read, is_ours};
use crate::store::folders::BACKUP;
use crate::store::{StoreError, migrations};

/// What every change of an agent may touch: copied whole where it differs.
const SMALL: [&str; 7] = [
    "registry_agents",
    "registry_versions",
    "registry_epochs",
    "registry_positions",
    "registry_accounts",
    "registry_owners",
    "registry_requests",
];
/// The parts of runs, and what belongs to a part: copied part by part.
const PARTS: &str = "registry_runs";
const OF_PARTS: [&str; 4] = ["registry_windows", "registry_orders", "registry_fills", "registry_trips"];
/// How long to wait for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// All tables, those first that others refer to.
pub(in crate::store) fn tables() -> impl Iterator<Item = &'static str> {
    SMALL.into_iter().chain([PARTS]).chain(OF_PARTS)
}

/// Whether there is a copy with something in it. One that cannot be read may have had.
pub(in crate::store) fn has_backup(out: &Path) -> bool {
    match open(out) {
        Ok(None) => false,
        Ok(Some(copy)) => count(&copy, "registry_agents").is_ok_and(|agents| agents > 0) || !is_new(&copy),
        Err(_) => true,
    }
}

/// Whether nothing was ever written into it: a copy whose first writer was killed.
fn is_new(copy: &Connection) -> bool {
    migrations::version(copy).is_ok_and(|version| version == 0) || count(copy, "registry_agents").is_ok()
}

/// The copy, to be read; none where there is none.
pub(in crate::store) fn open(out: &Path) -> Result<Option<Connection>, StoreError> {
    let path = out.join(BACKUP);
    is_ours(&path)?;
    if !path.is_file() {
        return Ok(None);
    }
    connect_to_read(&path).map(Some).map_err(StoreError::index(&path))
}

/// Renews the copy. One that is damaged is made anew.
///
/// # Errors
/// [`StoreError::Index`], [`StoreError::NotOurs`].
pub(in crate::store) fn save(out: &Path, db: &Connection) -> Result<(), StoreError> {
    let path = out.join(BACKUP);
    is_ours(&path)?;
    match renew(&path, db) {
        Err(error) if is_damaged(&error) => anew(&path, db),
        other => other.map_err(StoreError::index(&path)),
    }
}

/// Renews the copy after a committed change: a copy that cannot be renewed now is reported by
/// `store check`, and renewed by the next change.
pub(in crate::store) fn renew_backup(out: &Path, db: &Connection) {
    let _ = save(out, db);
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Writes the copy to a temporary file first: a damaged one stays until another is complete.
fn anew(path: &Path, db: &Connection) -> Result<(), StoreError> {
    let beside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        if beside.exists() {
            fs::remove_file(&beside)?;
        }
        Ok(())
    };
    write().map_err(StoreError::write(&beside))?;
    renew(&beside, db).map_err(StoreError::index(&beside))?;
    fs::rename(&beside, path).map_err(StoreError::write(path))?;
    crate::files::sync_folder(path.parent().unwrap_or(Path::new("."))).map_err(StoreError::write(path))
}

fn renew(path: &Path, db: &Connection) -> rusqlite::Result<()> {
    let mut copy = Connection::open(path)?;
    copy.busy_timeout(PATIENCE)?;
    copy.pragma_update(None, "foreign_keys", false)?;
    // The copy is held before the registry is looked at: of two processes, the later look is written last.
    let entry = copy.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let now = db.unchecked_transaction()?;
    if migrations::version(&entry)? != migrations::version(&now)? {
        make_tables(&entry, &now)?;
    }
    for table in SMALL {
        if digest(&now, table)? != digest(&entry, table)? {
            entry.execute_batch(&format!("DELETE FROM {table}"))?;
            copy_rows(&now, &entry, table, "")?;
        }
    }
    if mark(&now)? != mark(&entry)? {
        copy_parts(&now, &entry)?;
    }
    entry.commit()
}

/// The same tables as the registry's; what was in older ones is copied again.
fn make_tables(entry: &Transaction<'_>, db: &Connection) -> rusqlite::Result<()> {
    for table in tables() {
        let sql: String = db.query_row(
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1",
            [table],
            |row| row.get(0),
        )?;
        entry.execute_batch(&format!("DROP TABLE IF EXISTS {table}; {sql};"))?;
    }
    entry.pragma_update(None, "user_version", migrations::version(db)?)
}

/// A hash over all rows, in the order of their key.
fn digest(db: &Connection, table: &str) -> rusqlite::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    each_row(db, table, "", &mut |row| {
        hasher.update(format!("{row:?}").as_bytes());
        Ok(())
    })?;
    Ok(hasher.finalize())
}

/// What changes whenever a part comes or goes.
fn mark(db: &Connection) -> rusqlite::Result<(i64, i64, String)> {
    let sql = format!("SELECT count(*), coalesce(max(id), 0), coalesce(max(recorded_at), '') FROM {PARTS}");
    db.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

fn copy_parts(now: &Connection, entry: &Connection) -> rusqlite::Result<()> {
    let (parts, known) = (part_keys(now)?, part_keys(entry)?);
    for (id, _) in known.difference(&parts) {
        for table in OF_PARTS {
            entry.execute(&format!("DELETE FROM {table} WHERE part = ?1"), [id])?;
        }
        entry.execute(&format!("DELETE FROM {PARTS} WHERE id = ?1"), [id])?;
    }
    if known.is_empty() {
        // A first copy: table by table, in one go.
        return [PARTS].into_iter().chain(OF_PARTS).try_for_each(|table| copy_rows(now, entry, table, ""));
    }
    for (id, _) in parts.difference(&known) {
        copy_rows(now, entry, PARTS, &format!("WHERE id = {id}"))?;
        for table in OF_PARTS {
            copy_rows(now, entry, table, &format!("WHERE part = {id}"))?;
        }
    }
    Ok(())
}

/// Parts by number, each with what tells it from another that had the number before.
fn part_keys(db: &Connection) -> rusqlite::Result<std::collections::BTreeSet<(i64, String)>> {
    let sql = format!("SELECT id, agent || epoch || identity || entrant || recorded_at FROM {PARTS}");
    let mut statement = db.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn count(db: &Connection, table: &str) -> rusqlite::Result<i64> {
    db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
}

/// Copies the rows of a table that fulfil a condition, column by column name.
pub(in crate::store) fn copy_rows(
    from: &Connection,
    to: &Connection,
    table: &str,
    condition: &str,
) -> rusqlite::Result<()> {
    let columns = columns(from, table)?;
    let marks = vec!["?"; columns.len()].join(", ");
    let mut insert =
        to.prepare_cached(&format!("INSERT INTO {table} ({}) VALUES ({marks})", columns.join(", ")))?;
    each_row(from, table, condition, &mut |row| insert.execute(params_from_iter(row)).map(drop))
}

/// Hands every row to `take`, in the order of the key.
pub(in crate::store) fn each_row(
    db: &Connection,
    table: &str,
    condition: &str,
    take: &mut dyn FnMut(Vec<Value>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let columns = columns(db, table)?.join(", ");
    let mut statement = db.prepare(&format!("SELECT {columns} FROM {table} {condition} ORDER BY 1, 2, 3"))?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take((0..width).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?)?;
    }
    Ok(())
}

fn columns(db: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = db.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

/// Whether the copy says what the registry says; a sentence where it does not.
pub(in crate::store) fn difference(out: &Path, db: &Connection) -> Result<Option<String>, StoreError> {
    let path: PathBuf = out.join(BACKUP);
    let agents: Option<i64> = db
        .query_row("SELECT count(*) FROM registry_agents", [], |row| row.get(0))
        .optional()
        .map_err(StoreError::index(&path))?;
    let copy = match open(out) {
        Ok(Some(copy)) => copy,
        Ok(None) if agents == Some(0) => return Ok(None),
        Ok(None) => return Ok(Some("there is none".to_owned())),
        Err(error) => return Ok(Some(error.to_string())),
    };
    let differs = || -> rusqlite::Result<bool> {
        // Each as it was at one moment.
        let (db, copy) = (db.unchecked_transaction()?, copy.unchecked_transaction()?);
        for table in SMALL {
            if digest(&db, table)? != digest(&copy, table)? {
                return Ok(true);
            }
        }
        Ok(part_keys(&db)? != part_keys(&copy)?)
    };
    Ok(match (damage_of(&copy), differs()) {
        (Some(problem), _) => Some(problem),
        (None, Ok(differs)) => differs.then(|| "it is outdated".to_owned()),
        (None, Err(error)) => Some(format!("it is damaged: {error}")),
    })
}

/// What is wrong with the bytes of the copy, where there is one; a sentence.
pub(in crate::store) fn damage(out: &Path) -> Option<String> {
    match open(out) {
        Ok(copy) => damage_of(&copy?),
        Err(error) => Some(error.to_string()),
    }
}

fn damage_of(copy: &Connection) -> Option<String> {
    match copy.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)) {
        Ok(integrity) if integrity == "ok" => None,
        Ok(integrity) => Some(format!("it is damaged: {integrity}")),
        Err(error) => Some(format!("it is damaged: {error}")),
    }
}
