//! How many jobs, about how long, about how much memory: from a short timed sample. Nothing is stored.

use std::time::{Duration, Instant};

use super::Prepared;
use crate::engine::Loop;
use crate::indicator::IndicatorCache;
use crate::sweep::{self, SweepPlan};
use crate::tournament::{RunOptions, replay_entrant};

/// Most time that a sample of a run takes.
const SAMPLE: Duration = Duration::from_millis(300);
/// Bytes of a bar: six columns.
const BAR: usize = 48;

/// About what a run or a sweep takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunEstimate {
    /// Agents of a run; trials of a sweep.
    pub entries: usize,
    /// Whether they are trials.
    pub is_sweep: bool,
    /// Number of windows.
    pub windows: usize,
    /// Replays: one for each entry in each window.
    pub jobs: usize,
    /// About how long, on the threads of the current pool.
    pub duration: Duration,
    /// Number of threads in that pool.
    pub threads: usize,
    /// Bytes, at most.
    pub memory: usize,
    /// Bytes of these that the bars take, which are loaded.
    pub loaded: usize,
}

/// Bytes of the curves that a run holds until it is stored: an equity for each agent at each tick of each window.
pub(super) fn curves(prepared: &Prepared) -> usize {
    let ticks: usize =
        prepared.windows.iter().map(|span| span.window.ticks.last - span.window.ticks.first).sum();
    ticks.saturating_mul(prepared.scenario.agents.len()).saturating_mul(size_of::<f64>())
}

/// Estimates a run, or the sweep where the scenario has one.
///
/// ```
/// use tiltyard::prelude::*;
/// use tiltyard::run::estimate;
///
/// let source = ScenarioSource::read("scenarios/daily_rotation.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// let found = estimate(&prepared, RunOptions::default());
/// assert_eq!(found.jobs, found.entries * found.windows);
/// # Ok::<(), RunError>(())
/// ```
pub fn estimate(prepared: &Prepared, options: RunOptions) -> RunEstimate {
    let (plan, threads) = (prepared.plan(), rayon::current_num_threads());
    let windows = plan.windows.len();
    if let Some(spec) = &prepared.scenario.sweep {
        let found = sweep::estimate(&SweepPlan { plan, spec, options });
        let sweep::Estimate { trials, jobs, duration, memory } = found;
        let loaded = (plan.market.clock.len() * plan.market.symbols.len() * BAR).min(memory);
        return RunEstimate {
            entries: trials,
            is_sweep: true,
            windows,
            jobs,
            duration,
            threads,
            memory,
            loaded,
        };
    }
    let agents = prepared.scenario.agents.len();
    let all: usize = plan.windows.iter().map(|span| span.window.ticks.last - span.window.ticks.first).sum();
    let loaded = plan.market.clock.len() * plan.market.symbols.len() * BAR;
    let memory = loaded.saturating_add(curves(prepared));
    RunEstimate {
        entries: agents,
        is_sweep: false,
        windows,
        jobs: plan.jobs(),
        duration: sample(prepared, options.engine, all),
        threads,
        memory,
        loaded,
    }
}

/// Replays the first windows until enough time has passed; they stand for all of the ticks.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn sample(prepared: &Prepared, engine: Loop, all: usize) -> Duration {
    let plan = prepared.plan();
    let started = Instant::now();
    let mut ticks = 0_usize;
    for span in plan.windows {
        let cache = IndicatorCache::new();
        for agent in &plan.scenario.agents {
            replay_entrant(&plan, &prepared.own, agent, span, &cache, engine);
        }
        ticks += span.window.ticks.last - span.window.ticks.first;
        if started.elapsed() > SAMPLE {
            break;
        }
    }
    let threads = rayon::current_num_threads().min(plan.jobs()).max(1);
    let share = all as f64 / ticks.max(1) as f64 / threads as f64;
    started.elapsed().mul_f64(share)
}
