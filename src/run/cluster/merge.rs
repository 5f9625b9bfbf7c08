//! The merge: what shards have published becomes a run on this machine, which computes what is missing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::{Prepared, RunError, RunObserver};
use super::Keep;
use super::key::{job_kind, tournament_key};
use crate::domain::AgentName;
use crate::process::Collector;
use crate::store::outcomes::{
    JobsOf, KeptOutcomes, Merged, Pack, PackStore, all_finished, decode_replay, decode_scores, merge_packs,
};
use crate::store::{RunId, StoreError};
use crate::sweep::JobKey;
use crate::tournament::{KnownReplays, Played};

/// Outcomes that are added to the merged ones at once.
const BATCH: usize = 4_096;
/// Bytes of them.
const BATCH_BYTES: usize = 16 << 20;

/// Outcomes of shards, merged on this machine; run or sweep what they were prepared for.
#[derive(Debug)]
pub struct Merging {
    /// What was merged.
    pub merged: Merged,
    /// Packs that were read.
    pub packs: usize,
    keep: Keep,
    found: Arc<AtomicU64>,
    outcomes: Option<KeptOutcomes>,
}

/// How long a merge waits for shards that are not finished.
#[derive(Debug, Clone, Copy)]
pub struct WaitForShards {
    /// Longest time; after it the merge computes what is missing.
    pub longest: Duration,
    /// Time between two looks at the packs.
    pub every: Duration,
}

impl Merging {
    /// Waits for shards where asked to, then merges their packs. Memory does not grow with the number of outcomes; they
    /// are in a temporary file until this is dropped.
    ///
    /// # Errors
    /// [`RunError::Store`]: no packs of this run, a pack that was changed, two packs that differ.
    pub fn of(
        prepared: &Prepared,
        store: &PackStore,
        wait: Option<WaitForShards>,
        observer: &dyn RunObserver,
    ) -> Result<Self, RunError> {
        Self::keeping(Keep::Full, prepared, store, wait, observer)
    }

    /// [`Merging::of`] what is wanted of a tournament: for its scores alone, packs of whole replays are read too.
    ///
    /// # Errors
    /// As [`Merging::of`], and [`RunError::ScoresOfSweep`].
    pub fn keeping(
        keep: Keep,
        prepared: &Prepared,
        store: &PackStore,
        wait: Option<WaitForShards>,
        observer: &dyn RunObserver,
    ) -> Result<Self, RunError> {
        let (run, jobs_of) = job_kind(prepared, keep)?;
        if let Some(wait) = wait {
            wait.until_finished(store, (&run, jobs_of), observer)?;
        }
        let packs = wanted(store, jobs_of, &run)?;
        let mut outcomes = KeptOutcomes::temporary()?;
        let mut batch: Vec<(JobKey, Vec<u8>)> = Vec::new();
        let mut bytes = 0;
        let merged = merge_packs(&packs, |key, outcome| {
            bytes += outcome.len();
            batch.push((key, outcome.to_vec()));
            if batch.len() < BATCH && bytes < BATCH_BYTES {
                return Ok(());
            }
            bytes = 0;
            outcomes.append(batch.drain(..))
        })?;
        outcomes.append(batch)?;
        Ok(Self { merged, packs: packs.len(), keep, found: Arc::default(), outcomes: Some(outcomes) })
    }

    /// The outcomes of a sweep.
    pub(crate) fn take(&mut self) -> Option<KeptOutcomes> {
        self.outcomes.take()
    }

    /// What was prepared, with the replays of shards.
    pub fn into_prepared(mut self, prepared: Prepared) -> Result<Prepared, RunError> {
        let (run, jobs_of) = job_kind(&prepared, self.keep)?;
        let Some(outcomes) = self.outcomes.take().filter(|_| jobs_of != JobsOf::Sweep) else {
            return Ok(prepared);
        };
        let collector = Arc::clone(&prepared.collector);
        let (keep, found) = (self.keep, self.found);
        let known = MergedReplays { run, keep, outcomes: Mutex::new(outcomes), collector, found };
        Ok(Prepared { known: Arc::new(known), ..prepared })
    }

    /// Counts the replays of shards that the run uses.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.found)
    }
}

/// The packs that can have outcomes of the run.
fn wanted(store: &PackStore, jobs_of: JobsOf, run: &RunId) -> Result<Vec<Pack>, StoreError> {
    let mut packs = store.packs()?;
    // Outcomes of sweeps are valid in every run that has the same job.
    packs.retain(|pack| match pack.info.jobs_of {
        JobsOf::Sweep => jobs_of == JobsOf::Sweep,
        _ => pack.info.run == run.to_string(),
    });
    let all = packs.len();
    if jobs_of == JobsOf::Tournament {
        packs.retain(|pack| pack.info.jobs_of == jobs_of);
    }
    let dest = || store.title().to_owned();
    match (packs.is_empty(), all) {
        (true, 0) => return Err(StoreError::NoPacks { dest: dest() }),
        (true, _) => return Err(StoreError::ScoresAlone { dest: dest() }),
        (false, _) => {}
    }
    Ok(packs)
}

impl WaitForShards {
    fn until_finished(
        self,
        store: &PackStore,
        (run, jobs_of): (&RunId, JobsOf),
        observer: &dyn RunObserver,
    ) -> Result<(), StoreError> {
        let started = Instant::now();
        while started.elapsed() < self.longest && !observer.cancelled() {
            if all_finished(&store.packs()?, &run.to_string(), jobs_of) {
                break;
            }
            std::thread::sleep(self.every.min(self.longest.saturating_sub(started.elapsed())));
        }
        Ok(())
    }
}

/// Replays that shards have published.
#[derive(Debug)]
struct MergedReplays {
    run: RunId,
    keep: Keep,
    outcomes: Mutex<KeptOutcomes>,
    collector: Arc<Collector>,
    found: Arc<AtomicU64>,
}

impl MergedReplays {
    /// The bytes of a job; what cannot be read is replayed.
    fn bytes(&self, keep: Keep, agent: &AgentName, window: u32) -> Option<Vec<u8>> {
        let key = tournament_key(keep, &self.run, agent, window);
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.find(&[key], |bytes| Some(bytes.to_vec())).ok()?.pop()?
    }

    fn scores(&self, agent: &AgentName, window: u32) -> Option<Played> {
        let scores = decode_scores(&self.bytes(Keep::Scores, agent, window)?)?;
        Some(Played::Scores(Box::new(scores)))
    }

    fn replay(&self, agent: &AgentName, window: u32) -> Option<Played> {
        let job = decode_replay(&self.bytes(Keep::Full, agent, window)?)?;
        if let Some(log) = job.log {
            self.collector.keep_log(agent.clone(), window, log);
        }
        Some(Played::Replay(job.replay))
    }
}

impl KnownReplays for MergedReplays {
    fn find(&self, agent: &AgentName, window: u32) -> Option<Played> {
        let found = match self.keep {
            Keep::Full => self.replay(agent, window),
            Keep::Scores => self.scores(agent, window).or_else(|| self.replay(agent, window)),
        };
        self.found.fetch_add(u64::from(found.is_some()), Ordering::Relaxed);
        found
    }
}
