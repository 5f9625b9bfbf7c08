//! `tiltyard store repair`: the index again from the run folders, the registry again from its copy.
//!
//! Works alone on a store. Never deletes: a damaged database is kept beside the new one. Invariant: what can be
//! read of agents and runs before is there afterwards, and what cannot is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::database;
use super::integrity::{run_folders, scenarios};
use super::manifest::Manifest;
use super::staging::{self, Hidden};
use super::{RunTiming, StoreError, StoredRun, connect, folders, index_entry, migrations, registry};
use crate::domain::Timestamp;
use crate::files::{FolderLock, sync_folder};

/// What a repair did, in sentences; empty where nothing was to do.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Repaired {
    /// What was done.
    pub done: Vec<String>,
    /// What could not be done, and is not there any more.
    pub lost: Vec<String>,
}

/// Repairs a store.
///
/// # Errors
/// [`StoreError::NoIndex`] where there is nothing to repair, [`StoreError::InUse`] while others use the store, and
/// where a file cannot be read or written; what was there is still there then.
pub fn repair(out: &Path) -> Result<Repaired, StoreError> {
    let holds = out.join(database::HOLDS);
    if !out.is_dir() {
        return Err(StoreError::NoIndex { out: out.to_owned() });
    }
    fs::create_dir_all(&holds).map_err(StoreError::write(&holds))?;
    let alone = FolderLock::try_exclusive_named(&holds).map_err(StoreError::write(&holds))?;
    let Some(_alone) = alone else { return Err(StoreError::InUse { out: out.to_owned() }) };
    let mut repaired = Repaired::default();
    recover(out, &mut repaired)?;
    let path = out.join(database::FILE);
    connect::is_ours(&path)?;
    let db = match usable(out, &path)? {
        Some(db) => db,
        None => rebuild(out, &path, &mut repaired)?,
    };
    seal(out, &mut repaired)?;
    list(out, &path, db, &BTreeMap::new(), &mut repaired)?;
    let db = connect::connect(&path).map_err(StoreError::index(&path))?;
    if registry::difference(out, &db)?.is_some() {
        registry::save(out, &db)?;
        repaired.done.push("rebuilt the backup of the agents".to_owned());
    }
    Ok(repaired)
}

/// Ends interrupted replacements.
fn recover(out: &Path, repaired: &mut Repaired) -> Result<(), StoreError> {
    for scenario in scenarios(out)? {
        let _section = staging::section(&scenario)?;
        for (folder, kind) in staging::recover(&scenario)? {
            repaired.done.push(match kind {
                Hidden::Former => format!("restored the run in `{}`", folder.display()),
                Hidden::Temporary => {
                    format!("removed an unfinished run: `{}`", folder.display())
                }
            });
        }
    }
    Ok(())
}

/// Lists the files of runs that have no list.
fn seal(out: &Path, repaired: &mut Repaired) -> Result<(), StoreError> {
    for scenario in scenarios(out)? {
        for folder in run_folders(&scenario)? {
            if matches!(Manifest::read(&folder), Ok(None)) && StoredRun::load(&folder).is_ok() {
                Manifest::of(&folder)?.replace(&folder)?;
                repaired.done.push(format!("created the list of files of the run in `{}`", folder.display()));
            }
        }
    }
    Ok(())
}

/// The database in the newest format, where it is whole.
fn usable(out: &Path, path: &Path) -> Result<Option<Connection>, StoreError> {
    if !path.is_file() {
        return Ok(None);
    }
    let look = || -> rusqlite::Result<Option<Connection>> {
        let db = connect::connect(path)?;
        let sound: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        let orphans = db.prepare("PRAGMA foreign_key_check")?.exists([])?;
        let new = migrations::version(&db)? == 0;
        Ok((sound == "ok" && !orphans && !(new && registry::has_backup(out))).then_some(db))
    };
    match look() {
        Ok(Some(mut db)) => {
            migrations::migrate(path, &mut db)?;
            Ok(Some(db))
        }
        Ok(None) => Ok(None),
        Err(error) if is_damage(&error) => Ok(None),
        Err(error) => Err(StoreError::index(path)(error)),
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    !matches!(error.sqlite_error_code(), Some(code) if !matches!(code, DatabaseCorrupt | NotADatabase))
}

/// Builds a new database beside the damaged one, fills it, and replaces it.
fn rebuild(out: &Path, path: &Path, repaired: &mut Repaired) -> Result<Connection, StoreError> {
    let beside = out.join("tiltyard.db.new");
    remove_database(&beside)?;
    let mut db = connect::connect(&beside).map_err(StoreError::index(&beside))?;
    migrations::migrate(&beside, &mut db)?;
    let damaged = path.is_file().then(|| connect::connect_to_read(path).ok()).flatten();
    restore_agents(out, &mut db, damaged.as_ref(), repaired)?;
    let times = damaged.as_ref().map(known_times).unwrap_or_default();
    list(out, &beside, db, &times, repaired)?;
    drop(damaged);
    put_in_place(&beside, path, repaired)?;
    connect::connect(path).map_err(StoreError::index(path))
}

/// Removes what an interrupted repair left.
fn remove_database(path: &Path) -> Result<(), StoreError> {
    for file in with_logs(path) {
        if fs::symlink_metadata(&file).is_ok() {
            fs::remove_file(&file).map_err(StoreError::write(&file))?;
        }
    }
    Ok(())
}

fn with_logs(path: &Path) -> [PathBuf; 4] {
    ["", "-wal", "-shm", "-journal"].map(|ending| {
        let mut file = path.as_os_str().to_owned();
        file.push(ending);
        PathBuf::from(file)
    })
}

/// The damaged file and its logs are renamed to a name that no process opens; the new one replaces it atomically.
fn put_in_place(beside: &Path, path: &Path, repaired: &mut Repaired) -> Result<(), StoreError> {
    let write = StoreError::write;
    fold_log(beside)?;
    let new = fs::File::open(beside).and_then(|file| file.sync_all());
    new.map_err(write(beside))?;
    if path.exists() {
        let kept = keep_beside(path)?;
        for (log, to) in with_logs(path).iter().zip(&with_logs(&kept)).skip(1) {
            if log.exists() {
                fs::rename(log, to).map_err(write(to))?;
            }
        }
        repaired.done.push(format!("kept the damaged database as `{}`", kept.display()));
    }
    fs::rename(beside, path).map_err(write(path))?;
    sync_folder(path.parent().unwrap_or(Path::new("."))).map_err(write(path))
}

/// Brings all of a new database into its file, which is renamed without its log. Closing a connection does it too,
/// but ignores a failure.
fn fold_log(path: &Path) -> Result<(), StoreError> {
    let error = StoreError::index(path);
    let db = connect::connect(path).map_err(&error)?;
    let mode: String =
        db.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0)).map_err(&error)?;
    if mode == "delete" { Ok(()) } else { Err(StoreError::InUse { out: path.to_owned() }) }
}

/// Gives a damaged file a second name that no process opens; returns it.
fn keep_beside(path: &Path) -> Result<PathBuf, StoreError> {
    let mut names = (1..).map(|number| path.with_extension(format!("db.damaged-{number}")));
    let kept = names.find(|kept| !kept.exists()).unwrap_or_else(|| path.with_extension("damaged"));
    // A link would follow where the file is written in place.
    fs::copy(path, &kept).map_err(StoreError::write(&kept))?;
    Ok(kept)
}

/// Fills the registry: from the damaged database where all of it can still be read and its books agree, else from
/// the copy, with those agents that only the database has and that can be read.
fn restore_agents(
    out: &Path,
    db: &mut Connection,
    damaged: Option<&Connection>,
    repaired: &mut Repaired,
) -> Result<(), StoreError> {
    let path = out.join(folders::BACKUP);
    let error = StoreError::index(&path);
    let copy = registry::open_backup(out).ok().flatten();
    let entry = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&error)?;
    let whole = damaged.filter(|damaged| is_whole(damaged));
    let from_copy = copy.as_ref().filter(|copy| is_whole(copy));
    let more = |one: &Connection, other: Option<&Connection>| {
        agents(one).len() >= other.map_or(0, |other| agents(other).len())
    };
    if from_copy.is_none() && registry::has_backup(out) {
        let kept = keep_beside(&path)?;
        repaired.done.push(format!("kept the damaged backup of the agents as `{}`", kept.display()));
        if whole.is_none() {
            repaired.lost.push(
                "neither the database nor the backup of its agents is completely readable: agents that are not listed \
                 here as restored are lost, unless you have an older copy of these files"
                    .to_owned(),
            );
        }
    }
    let restored = match (whole, from_copy) {
        (Some(whole), copy) if more(whole, copy) => Some((whole, "the database")),
        (_, Some(copy)) => Some((copy, "their backup")),
        _ => None,
    };
    if let Some((from, what)) = restored {
        copy_all(from, &entry).map_err(&error)?;
        let number = agents(&entry).len();
        if number > 0 {
            repaired.done.push(format!("restored {number} agents from {what}"));
        }
    }
    let there = agents(&entry);
    for source in [damaged, copy.as_ref()].into_iter().flatten() {
        for agent in agents(source).difference(&there) {
            if agents(&entry).contains(agent) {
                continue;
            }
            match rescue(source, &entry, agent) {
                Ok(()) => repaired.done.push(format!("restored the readable parts of agent {agent}")),
                Err(_) => repaired.lost.push(format!("agent {agent} is not readable")),
            }
        }
    }
    entry.commit().map_err(&error)
}

/// Whether a registry can be read to its last row, and its books agree.
fn is_whole(db: &Connection) -> bool {
    let readable = registry::tables().all(|table| registry::each_row(db, table, "", &mut |_| Ok(())).is_ok());
    readable && registry::audit(db).is_ok_and(|wrong| wrong.is_empty())
}

/// The ids of the agents that can be read.
fn agents(db: &Connection) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let read = registry::each_row(db, "registry_agents", "", &mut |row| {
        if let Some(Value::Text(id)) = row.into_iter().next() {
            found.insert(id);
        }
        Ok(())
    });
    // What comes after a damaged row cannot be read.
    drop(read);
    found
}

fn copy_all(from: &Connection, to: &Transaction<'_>) -> rusqlite::Result<()> {
    // An agent may come before the one it was copied from.
    to.pragma_update(None, "defer_foreign_keys", true)?;
    registry::tables().try_for_each(|table| registry::copy_rows(from, to, table, ""))
}

/// Copies one agent with all that belongs to it, or nothing of it.
fn rescue(from: &Connection, to: &Transaction<'_>, agent: &str) -> rusqlite::Result<()> {
    to.execute_batch("SAVEPOINT rescue")?;
    let of_agent = format!("'{}'", agent.replace('\'', "''"));
    let copied = registry::tables().try_for_each(|table| {
        let condition = match table {
            "registry_agents" => format!("WHERE id = {of_agent}"),
            "registry_windows" | "registry_orders" | "registry_fills" | "registry_trips" => {
                format!("WHERE part IN (SELECT id FROM registry_runs WHERE agent = {of_agent})")
            }
            _ => format!("WHERE agent = {of_agent}"),
        };
        registry::copy_rows(from, to, table, &condition)
    });
    let audited = copied
        .and_then(|()| registry::audit(to))
        .and_then(|wrong| if wrong.is_empty() { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) });
    if audited.is_err() {
        to.execute_batch("ROLLBACK TO rescue")?;
    }
    to.execute_batch("RELEASE rescue")?;
    audited
}

/// What only the index knows of a run.
struct IndexedRun {
    timing: RunTiming,
    base_dir: Option<String>,
}

/// By identity, as far as it can be read.
fn known_times(db: &Connection) -> BTreeMap<String, IndexedRun> {
    let mut known = BTreeMap::new();
    let mut read = || -> rusqlite::Result<()> {
        let mut statement =
            db.prepare("SELECT identity, finished_at, duration_seconds, base_dir FROM runs")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (at, seconds): (String, f64) = (row.get(1)?, row.get(2)?);
            let Ok(finished_at) = at.parse::<Timestamp>() else { continue };
            let Ok(duration) = Duration::try_from_secs_f64(seconds) else { continue };
            let timing = RunTiming { finished_at, duration };
            known.insert(row.get(0)?, IndexedRun { timing, base_dir: row.get(3)? });
        }
        Ok(())
    };
    // What comes after a damaged row cannot be read: those runs get the times of their files.
    drop(read());
    known
}

/// Enters the runs that the index does not list, or of which it says something else.
fn list(
    out: &Path,
    path: &Path,
    mut db: Connection,
    known: &BTreeMap<String, IndexedRun>,
    repaired: &mut Repaired,
) -> Result<(), StoreError> {
    let error = StoreError::index(path);
    let entry = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&error)?;
    for scenario in scenarios(out)? {
        for folder in run_folders(&scenario)? {
            let stored = match StoredRun::load(&folder) {
                Ok(stored)
                    if stored.run.scenario == name(&scenario) && stored.run.run_id == name(&folder) =>
                {
                    stored
                }
                // Damage is reported by `store check`; a folder of another name is no run of this store.
                _ => continue,
            };
            if is_entered(&entry, &stored).map_err(&error)? {
                continue;
            }
            let known = known.get(&stored.run.identity);
            let timing = known.map_or_else(|| file_times(&folder), |known| known.timing);
            index_entry::enter(&entry, &stored, &timing).map_err(&error)?;
            let base_dir = known.and_then(|known| known.base_dir.as_deref());
            let origin = "UPDATE runs SET base_dir = ?2, parent = ?3 WHERE identity = ?1";
            entry
                .execute(origin, params![stored.run.identity, base_dir, stored.run.rematch_of])
                .map_err(&error)?;
            repaired.done.push(format!("added the run in `{}` to the index", folder.display()));
        }
    }
    entry.commit().map_err(&error)
}

fn name(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Whether the index lists a run, with the scores of its folder.
fn is_entered(entry: &Transaction<'_>, stored: &StoredRun) -> rusqlite::Result<bool> {
    let mut statement = entry.prepare_cached(
        "SELECT a.name, a.rank, a.score, a.final_equity FROM runs r JOIN agents a ON a.run = r.id
         WHERE r.identity = ?1 AND r.run_id = ?2 AND r.scenario = ?3 ORDER BY a.name",
    )?;
    let rows = statement
        .query_map(params![stored.run.identity, stored.run.run_id, stored.run.scenario], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<f64>>(2)?.map(f64::to_bits), row.get(3)?))
        })?;
    let listed: Vec<(String, u32, Option<u64>, String)> = rows.collect::<rusqlite::Result<_>>()?;
    let rankings = stored.leaderboard.rankings.iter();
    let mut found: Vec<_> = rankings
        .map(|row| {
            (row.agent.clone(), row.rank.unwrap_or(0), row.score.map(f64::to_bits), row.final_equity.clone())
        })
        .collect();
    found.sort();
    Ok(!found.is_empty() && listed == found)
}

/// When the folder was written, for a run whose times are lost.
fn file_times(folder: &Path) -> RunTiming {
    let written = fs::metadata(folder.join("run.json")).and_then(|found| found.modified());
    let since = written.ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok()).unwrap_or_default();
    let micros = i64::try_from(since.as_micros()).unwrap_or_default();
    RunTiming { finished_at: Timestamp::from_micros(micros), duration: Duration::ZERO }
}
