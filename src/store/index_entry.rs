//! A run's rows in the index.
//!
//! Owns what the index says of a run: once more what its folder has, and when it ended.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Transaction, params};

use super::{AgentRecord, EntrantRecord, JobRecord, RankingRecord, StoredRun};
use crate::domain::Timestamp;

/// When a run ended and how long it took: known to the index alone, never to a result file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunTiming {
    /// Wall-clock time of its end.
    pub finished_at: Timestamp,
    /// From start to end.
    pub duration: Duration,
}

/// Enters a run; a former entry of the same identity goes.
pub(super) fn enter(entry: &Transaction<'_>, stored: &StoredRun, timing: &RunTiming) -> rusqlite::Result<()> {
    let folder = Path::new(&stored.run.scenario).join(&stored.run.run_id);
    entry.execute("DELETE FROM runs WHERE identity = ?1", [&stored.run.identity])?;
    let run = insert_run(entry, stored, &folder, timing)?;
    for (position, agent) in stored.agents.iter().enumerate() {
        let ranking = stored.leaderboard.rankings.iter().find(|row| row.agent == agent.agent);
        if let Some(ranking) = ranking {
            let entrant = stored.run.agents.iter().find(|entrant| entrant.name == agent.agent);
            let id = insert_agent(entry, run, position, entrant, ranking)?;
            insert_jobs(entry, id, agent)?;
        }
    }
    Ok(())
}

fn insert_run(
    entry: &Transaction<'_>,
    stored: &StoredRun,
    folder: &Path,
    timing: &RunTiming,
) -> rusqlite::Result<i64> {
    let run = &stored.run;
    entry.execute(
        "INSERT INTO runs (run_id, identity, scenario, description, folder, semantics_version,
             tiltyard_version, seed, market_digest, symbols, bar_interval, range_start, range_end,
             ranking_metric, windows, agents, finished_at, duration_seconds, format, format_winner, verdict,
             verdict_text)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20,
             ?21, ?22)",
        params![
            run.run_id,
            run.identity,
            run.scenario,
            run.description,
            folder.to_string_lossy(),
            run.semantics_version,
            run.tiltyard_version,
            run.seed.to_string(),
            run.market.digest,
            run.market.symbols.join(","),
            run.market.interval,
            run.market.start,
            run.market.end,
            run.ranking_metric,
            count(run.windows.len()),
            count(run.agents.len()),
            timing.finished_at.to_string(),
            timing.duration.as_secs_f64(),
            stored.tournament.as_ref().map(|tournament| tournament.view.name()),
            stored.tournament.as_ref().and_then(|tournament| tournament.view.winner()),
            stored.standings.as_ref().map(|standings| &standings.verdict.outcome),
            stored.standings.as_ref().map(|standings| &standings.verdict.sentence),
        ],
    )?;
    Ok(entry.last_insert_rowid())
}

fn insert_agent(
    entry: &Transaction<'_>,
    run: i64,
    position: usize,
    entrant: Option<&EntrantRecord>,
    ranking: &RankingRecord,
) -> rusqlite::Result<i64> {
    entry.execute(
        "INSERT INTO agents (run, position, name, strategy, risk, starting_balance, rank, score,
             final_equity, total_pnl, fees, trades, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        params![
            run,
            count(position),
            ranking.agent,
            entrant.map_or("", |e| &e.strategy),
            entrant.map_or("", |e| &e.risk),
            entrant.map_or("", |e| &e.starting_balance),
            ranking.rank.unwrap_or(0),
            ranking.score,
            ranking.final_equity,
            ranking.total_pnl,
            ranking.fees,
            count(ranking.trades),
            ranking.status,
        ],
    )?;
    Ok(entry.last_insert_rowid())
}

fn insert_jobs(entry: &Transaction<'_>, agent: i64, record: &AgentRecord) -> rusqlite::Result<()> {
    let mut jobs = entry.prepare_cached(
        "INSERT INTO jobs (agent, window, status, status_detail, final_equity, total_pnl, fees, trades,
             orders, refused)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for job in &record.windows {
        jobs.execute(params![
            agent,
            job.window,
            job.status,
            job.status_detail,
            job.final_equity.to_string(),
            job.total_pnl.to_string(),
            job.fees.to_string(),
            count(job.trades),
            count(job.orders),
            job.refused.values().map(|&n| i64::try_from(n).unwrap_or(i64::MAX)).sum::<i64>(),
        ])?;
    }
    insert_scores(entry, agent, &record.windows)
}

/// In the order of the table's key: rows are appended, and pages stay full.
fn insert_scores(entry: &Transaction<'_>, agent: i64, jobs: &[JobRecord]) -> rusqlite::Result<()> {
    let mut scores = entry.prepare_cached(
        "INSERT INTO scores (agent, metric, window, value, missing) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    let metrics: BTreeSet<&str> = jobs.iter().flat_map(|job| job.metrics.keys()).collect();
    for metric in metrics {
        for job in jobs {
            if let Some(value) = job.metrics.get(metric) {
                scores.execute(params![agent, metric, job.window, value, job.missing.get(metric)])?;
            }
        }
    }
    Ok(())
}

/// SQLite's integers are signed.
pub(super) fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
