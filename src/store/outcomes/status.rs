//! How far the shards of runs are, read from their packs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::super::StoreError;
use super::pack::{JobsOf, Pack, PackInfo};
use super::pack_store::PackStore;
use crate::domain::{Shard, Timestamp};

/// What the packs of a place hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeStatus {
    /// One entry a run and kind of jobs, by the name of its scenario.
    pub runs: Vec<RunOutcomes>,
}

/// How far one run is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunOutcomes {
    /// Name of the scenario.
    pub scenario: String,
    /// Identity of the run, its first 12 characters.
    pub run: String,
    /// Kind of jobs.
    pub jobs_of: JobsOf,
    /// Jobs in all.
    pub jobs: u64,
    /// Jobs with an outcome, each counted once.
    pub done: u64,
    /// Outcomes of agents that could not go on.
    pub failed: u64,
    /// Jobs without an outcome.
    pub missing: u64,
    /// Packs that were read.
    pub packs: usize,
    /// Outcomes a second of the shards that are at work.
    pub per_second: Option<f64>,
    /// Seconds until the shards at work have done what is missing, at that rate.
    pub seconds_left: Option<f64>,
    /// One entry a shard that has published, by its number.
    pub shards: Vec<ShardOutcomes>,
}

/// How far one shard is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShardOutcomes {
    /// `I/N`.
    pub shard: String,
    /// Its jobs.
    pub jobs: u64,
    /// Outcomes that it has published.
    pub done: u64,
    /// Of them, those of agents that could not go on.
    pub failed: u64,
    /// Its jobs without an outcome.
    pub missing: u64,
    /// Packs that it has published.
    pub packs: usize,
    /// Outcomes a second of its latest process.
    pub per_second: Option<f64>,
    /// When it last published.
    pub published_at: Timestamp,
    /// Whether it has published all its jobs.
    pub finished: bool,
}

impl OutcomeStatus {
    /// Reads the footers of all packs and the keys of their jobs.
    ///
    /// # Errors
    /// Where a pack cannot be read.
    pub fn read(store: &PackStore) -> Result<Self, StoreError> {
        let mut runs: BTreeMap<(String, String, JobsOf), Vec<Pack>> = BTreeMap::new();
        for pack in store.packs()? {
            let run = (pack.info.scenario.clone(), pack.info.run.clone(), pack.info.jobs_of);
            runs.entry(run).or_default().push(pack);
        }
        let runs = runs.into_values().map(|packs| of_run(&packs)).collect::<Result<_, _>>()?;
        Ok(Self { runs })
    }
}

/// Whether every shard of a run has published all its jobs of a kind, by the footers of its packs.
pub fn all_finished(packs: &[Pack], run: &str, jobs_of: JobsOf) -> bool {
    let is_its = |info: &PackInfo| info.finished && info.run == run && info.jobs_of == jobs_of;
    let finished: BTreeSet<Shard> =
        packs.iter().map(|pack| &pack.info).filter(|info| is_its(info)).map(PackInfo::shard).collect();
    // Of `N` shards, all or none of which may be of another `N`.
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for shard in finished {
        *counts.entry(shard.count()).or_default() += 1;
    }
    counts.iter().any(|(count, finished)| count == finished)
}

fn of_run(packs: &[Pack]) -> Result<RunOutcomes, StoreError> {
    let (done, rows) = distinct(packs)?;
    let mut shards: BTreeMap<Shard, Vec<&Pack>> = BTreeMap::new();
    for pack in packs {
        shards.entry(pack.info.shard()).or_default().push(pack);
    }
    let shards: Vec<ShardOutcomes> = shards.iter().map(|(shard, packs)| of_shard(*shard, packs)).collect();
    let jobs = packs.iter().map(|pack| pack.info.jobs).max().unwrap_or(0);
    // Failures that came twice are counted as often as all outcomes are.
    let failed: u64 = packs.iter().map(|pack| pack.info.failed).sum();
    let missing = jobs.saturating_sub(done);
    let rates = shards.iter().filter(|shard| !shard.finished).filter_map(|shard| shard.per_second);
    let per_second = rates.reduce(|a, b| a + b).filter(|rate| *rate > 0.0);
    let first = packs.first().map(|pack| &pack.info);
    let text = |part: fn(&PackInfo) -> &String| first.map(|info| part(info).clone()).unwrap_or_default();
    Ok(RunOutcomes {
        scenario: text(|info| &info.scenario),
        run: text(|info| &info.run),
        jobs_of: first.map_or(JobsOf::Sweep, |info| info.jobs_of),
        jobs,
        done,
        failed: failed.min(rows),
        missing,
        packs: packs.len(),
        per_second,
        seconds_left: per_second.filter(|_| missing > 0).map(|rate| seconds(missing, rate)),
        shards,
    })
}

fn of_shard(shard: Shard, packs: &[&Pack]) -> ShardOutcomes {
    let done: u64 = packs.iter().map(|pack| pack.len()).sum();
    let latest = packs.iter().map(|pack| &pack.info).max_by_key(|info| info.published_at);
    let jobs = latest.map_or(0, |info| info.own_jobs);
    ShardOutcomes {
        shard: shard.to_string(),
        jobs,
        done,
        failed: packs.iter().map(|pack| pack.info.failed).sum(),
        missing: jobs.saturating_sub(done),
        packs: packs.len(),
        per_second: latest.and_then(rate),
        published_at: latest.map_or(Timestamp::from_micros(0), |info| info.published_at),
        finished: packs.iter().any(|pack| pack.info.finished),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts")]
fn rate(info: &PackInfo) -> Option<f64> {
    let taken = (info.published_at.micros() - info.started_at.micros()) as f64 / 1e6;
    (taken > 0.0 && info.computed > 0).then(|| info.computed as f64 / taken)
}

#[expect(clippy::cast_precision_loss, reason = "counts")]
fn seconds(jobs: u64, rate: f64) -> f64 {
    jobs as f64 / rate
}

/// Number of distinct jobs, and of outcomes.
fn distinct(packs: &[Pack]) -> Result<(u64, u64), StoreError> {
    let mut heads: Vec<u128> = Vec::new();
    for pack in packs {
        // The first half of a key tells jobs apart.
        pack.keys(|key| heads.push(key.0.first_chunk().map_or(0, |head| u128::from_be_bytes(*head))))?;
    }
    let rows = heads.len() as u64;
    heads.sort_unstable();
    heads.dedup();
    Ok((heads.len() as u64, rows))
}
