//! One shard: computes those of its jobs that no pack has, and publishes their outcomes.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::super::observer::Relay;
use super::super::stored::now;
use super::super::{Kept, Prepared, RunError, RunEvent, RunObserver, sweep};
use super::Keep;
use super::key::{job_kind, tournament_key};
use super::publisher::{PublishedPacks, Publisher};
use crate::domain::{AgentName, Shard};
use crate::engine::Replay;
use crate::process::Collector;
use crate::store::outcomes::{
    JobReplay, JobsOf, PACK_FORMAT, PackInfo, PackStore, encode_replay, encode_scores,
};
use crate::store::{RunId, StoreError, sweep::encode_outcome};
use crate::sweep::{JobKey, OutcomeStatus, OwnJobs, SweepPlan, WindowOutcome, evaluate_own, own_jobs};
use crate::tournament::{self, RunOptions, Share, TournamentPlan, scored};

/// Which shard, and how it publishes.
#[derive(Debug, Clone, Copy)]
pub struct ShardOptions {
    /// Which of how many shards.
    pub shard: Shard,
    /// Longest time between a computed outcome and its publication.
    pub publish_every: Duration,
    /// What of a tournament's replays is published.
    pub keep: Keep,
    /// Engine and memory settings; no result depends on them.
    pub options: RunOptions,
}

/// What a shard has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardReport {
    /// Jobs of the shard.
    pub jobs: u64,
    /// Of them, those that packs had before.
    pub known: u64,
    /// Of them, those that were computed and published now.
    pub computed: u64,
    /// Of these, those of agents that could not go on.
    pub failed: u64,
    /// Packs that were published.
    pub packs: usize,
    /// Whether it was asked to stop before all jobs were done; all that was computed is published.
    pub stopped: bool,
}

/// Computes the shard's jobs that no pack in `store` has, and publishes their outcomes there.
///
/// # Errors
/// [`RunError::SearchLearns`] and [`RunError::ProgramsInShards`] for jobs that cannot be divided, [`RunError::Store`]
/// where packs cannot be read or published.
pub fn run_shard(
    prepared: &Prepared,
    store: &PackStore,
    options: &ShardOptions,
    observer: &dyn RunObserver,
) -> Result<ShardReport, RunError> {
    let (run, jobs_of) = job_kind(prepared, options.keep)?;
    let jobs = match jobs_of {
        JobsOf::Sweep => Jobs::of_sweep(prepared, options, observer)?,
        JobsOf::Tournament | JobsOf::Scores => Jobs::of_tournament(prepared, options, run),
    };
    let known = known(store, jobs_of, &run, options.shard)?;
    let (own, all) = jobs.count();
    let info = PackInfo {
        format: PACK_FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        jobs_of,
        scenario: prepared.scenario.name.clone(),
        run: run.to_string(),
        shard: options.shard.index(),
        shards: options.shard.count(),
        jobs: all,
        own_jobs: own,
        failed: 0,
        computed: 0,
        started_at: now(),
        published_at: now(),
        finished: false,
    };
    let publisher = Publisher::new(store, info, options.publish_every);
    let watch = Watch { observer, publisher: &publisher };
    let (published, ended) = std::thread::scope(|scope| {
        let serving = scope.spawn(|| publisher.serve(&|| observer.cancelled()));
        let ended = jobs.compute(prepared, &known, options, &watch);
        publisher.end();
        let published = serving.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (published, ended)
    });
    let PublishedPacks { packs, computed, failed } = published?;
    let stopped = match ended {
        Err(RunError::Interrupted { .. }) => true,
        other => other.map(|()| false)?,
    };
    if !stopped {
        publisher.finish()?;
    }
    let known = if stopped { 0 } else { own.saturating_sub(computed) };
    Ok(ShardReport { jobs: own, known, computed, failed, packs: packs + usize::from(!stopped), stopped })
}

/// The jobs that packs have, as far as they can be the shard's. Each pack that is used is checked against its name.
fn known(
    store: &PackStore,
    jobs_of: JobsOf,
    run: &RunId,
    shard: Shard,
) -> Result<HashSet<JobKey>, StoreError> {
    let mut known = HashSet::new();
    for pack in store.packs()? {
        let info = &pack.info;
        // Another shard of the same division has none of this one's jobs.
        let other = info.run == run.to_string() && info.shards == shard.count() && info.shard() != shard;
        if info.jobs_of == jobs_of && !other && !pack.is_empty() {
            pack.verify()?;
            pack.keys(|key| {
                known.insert(key);
            })?;
        }
    }
    Ok(known)
}

/// What the shard has to do.
enum Jobs {
    Sweep(OwnJobs),
    Tournament(TournamentJobs),
}

/// An agent and a window by their names, with the key of the job.
type TournamentJobs = (RunId, Shard, u64, u64);

impl Jobs {
    fn of_sweep(
        prepared: &Prepared,
        options: &ShardOptions,
        observer: &dyn RunObserver,
    ) -> Result<Self, RunError> {
        let spec = prepared.scenario.sweep.as_ref().ok_or(RunError::NoSweep)?;
        let plan = SweepPlan::here(prepared.plan(), spec, options.options);
        own_jobs(&plan, options.shard, &Relay(observer)).map(Self::Sweep).map_err(sweep::failure)
    }

    fn of_tournament(prepared: &Prepared, options: &ShardOptions, run: RunId) -> Self {
        let plan = prepared.plan();
        let names = plan.scenario.agents.iter().map(|agent| agent.name.as_str());
        let owned = |name: &str| {
            plan.windows.iter().filter(|span| options.shard.owns(name, span.window.index)).count() as u64
        };
        Self::Tournament((run, options.shard, names.map(owned).sum(), plan.jobs() as u64))
    }

    /// Jobs of the shard, and in all.
    const fn count(&self) -> (u64, u64) {
        match self {
            Self::Sweep(jobs) => (jobs.own as u64, jobs.all as u64),
            Self::Tournament((_, _, own, all)) => (*own, *all),
        }
    }

    fn compute(
        &self,
        prepared: &Prepared,
        known: &HashSet<JobKey>,
        options: &ShardOptions,
        watch: &Watch<'_>,
    ) -> Result<(), RunError> {
        let plan = prepared.plan();
        match (self, &prepared.scenario.sweep) {
            (Self::Sweep(jobs), Some(spec)) => {
                watch.event(&RunEvent::SweepStarted { jobs: Some(jobs.own) });
                let plan = SweepPlan::here(plan, spec, options.options);
                let keep = |key, outcome: &WindowOutcome| {
                    let failed = outcome.status == OutcomeStatus::Forfeit;
                    watch.publisher.keep(key, encode_outcome(outcome), failed);
                };
                evaluate_own(&plan, jobs, known, &Relay(watch), keep).map_err(sweep::failure)
            }
            (Self::Sweep(_), None) => Err(RunError::NoSweep),
            (Self::Tournament((run, shard, own, _)), _) => {
                watch.event(&RunEvent::ReplayStarted { jobs: usize::try_from(*own).unwrap_or(usize::MAX) });
                let share = ShardShare {
                    plan,
                    keep: options.keep,
                    run: *run,
                    shard: *shard,
                    known,
                    watch,
                    collector: Arc::clone(&prepared.collector),
                };
                let done =
                    tournament::run_share(&plan, &prepared.own, &share, &Relay(watch), options.options);
                done.map_err(|error| RunError::from(error).keeping(Kept::Batches))?;
                watch.event(&RunEvent::ReplayDone);
                Ok(())
            }
        }
    }
}

/// Passes progress on, and stops also where packs cannot be published.
struct Watch<'a> {
    observer: &'a dyn RunObserver,
    publisher: &'a Publisher<'a>,
}

impl RunObserver for Watch<'_> {
    fn event(&self, event: &RunEvent<'_>) {
        self.observer.event(event);
    }

    fn cancelled(&self) -> bool {
        self.observer.cancelled() || self.publisher.is_broken()
    }
}

/// The agents and windows of a tournament that are the shard's.
struct ShardShare<'a> {
    plan: TournamentPlan<'a>,
    keep: Keep,
    run: RunId,
    shard: Shard,
    known: &'a HashSet<JobKey>,
    watch: &'a Watch<'a>,
    collector: Arc<Collector>,
}

impl Share for ShardShare<'_> {
    fn wants(&self, agent: &AgentName, window: u32) -> bool {
        self.shard.owns(agent.as_str(), window)
            && !self.known.contains(&tournament_key(self.keep, &self.run, agent, window))
    }

    fn done(&self, agent: &AgentName, window: u32, replay: Replay) {
        let job = JobReplay { replay, log: self.collector.take_log(agent, window) };
        let failed = job.failed();
        // A strategy that the end of the run has stopped has not failed: its window is replayed next time.
        if failed && self.watch.cancelled() {
            return;
        }
        let outcome = match self.keep {
            Keep::Full => encode_replay(&job),
            Keep::Scores => encode_scores(&scored(&self.plan, job.replay)),
        };
        self.watch.publisher.keep(tournament_key(self.keep, &self.run, agent, window), outcome, failed);
    }
}
