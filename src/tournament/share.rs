//! A part of a plan's jobs, and plans of which some replays are known.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::outcome::WindowSpan;
use super::plan::TournamentPlan;
use super::{Interrupted, Observer, Played, RunOptions, Tournament, scored};
use crate::domain::AgentName;
use crate::engine::Replay;
use crate::indicator::{Budget, IndicatorCache};
use crate::scenario::AgentSpec;
use crate::strategy::OwnStrategies;

/// Replays that were made elsewhere, of the same scenario and bars.
pub trait KnownReplays: Sync + Send + std::fmt::Debug {
    /// What the agent did in the window with this number; `None` where that is to be replayed.
    fn find(&self, agent: &AgentName, window: u32) -> Option<Played>;
}

/// Nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReplays;

impl KnownReplays for NoReplays {
    fn find(&self, _: &AgentName, _: u32) -> Option<Played> {
        None
    }
}

/// [`run_entrants`](super::run_entrants()), without replaying what is known.
///
/// # Errors
/// As [`run`](super::run()).
pub fn run_known(
    plan: &TournamentPlan<'_>,
    own: &OwnStrategies,
    known: &dyn KnownReplays,
    observer: &dyn Observer,
    options: RunOptions,
) -> Result<Tournament, Interrupted> {
    let play = |agent: &AgentSpec, span: &WindowSpan, cache: &IndicatorCache| {
        let replayed =
            || Played::Replay(super::job::replay_entrant(plan, own, agent, span, cache, options.engine));
        known.find(&agent.name, span.window.index).unwrap_or_else(replayed)
    };
    super::run::run_with(plan, observer, options, &play)
}

/// [`run_known`], of which only rankings and standings are wanted: no result has a curve or logs, and memory does not
/// grow with them.
///
/// # Errors
/// As [`run`](super::run()).
pub fn run_scores(
    plan: &TournamentPlan<'_>,
    own: &OwnStrategies,
    known: &dyn KnownReplays,
    observer: &dyn Observer,
    options: RunOptions,
) -> Result<Tournament, Interrupted> {
    let play = |agent: &AgentSpec, span: &WindowSpan, cache: &IndicatorCache| {
        let replay = match known.find(&agent.name, span.window.index) {
            Some(Played::Replay(replay)) => replay,
            Some(scores) => return scores,
            None => super::job::replay_entrant(plan, own, agent, span, cache, options.engine),
        };
        Played::Scores(Box::new(scored(plan, replay)))
    };
    super::run::run_with(plan, observer, options, &play)
}

/// Which jobs to replay, and who takes their replays.
pub trait Share: Sync {
    /// Whether to replay this agent in the window with this number.
    fn wants(&self, agent: &AgentName, window: u32) -> bool;

    /// A replay; called from any thread.
    fn done(&self, agent: &AgentName, window: u32, replay: Replay);
}

/// Replays a part of a plan's jobs on the threads of the current pool, and keeps none of them.
///
/// # Errors
/// [`Interrupted`] where the observer cancelled it.
pub fn run_share(
    plan: &TournamentPlan<'_>,
    own: &OwnStrategies,
    share: &dyn Share,
    observer: &dyn Observer,
    options: RunOptions,
) -> Result<(), Interrupted> {
    let budget = Arc::new(Budget::of(options.memory));
    let (done, total) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let finished = plan.windows.par_iter().enumerate().with_max_len(1).map(|(number, span)| {
        let window = span.window.index;
        let agents = plan.scenario.agents.iter().enumerate();
        let wanted: Vec<(usize, &AgentSpec)> =
            agents.filter(|(_, agent)| share.wants(&agent.name, window)).collect();
        total.fetch_add(wanted.len(), Ordering::Relaxed);
        let cache = IndicatorCache::within(Arc::clone(&budget));
        let job = |(index, agent): (usize, &AgentSpec)| {
            if observer.cancelled() {
                return None;
            }
            let replay = super::job::replay_entrant(plan, own, agent, span, &cache, options.engine);
            let (ticks, fills) = (replay.equity.len(), replay.fills.len());
            share.done(&agent.name, window, replay);
            done.fetch_add(1, Ordering::Relaxed);
            observer.job_done(index, number, ticks, fills);
            Some(())
        };
        wanted.into_par_iter().with_max_len(1).map(job).collect::<Option<()>>()
    });
    let finished: Option<()> = finished.collect();
    let interrupted = || Interrupted { done: done.into_inner(), total: total.into_inner() };
    finished.ok_or_else(interrupted)
}
