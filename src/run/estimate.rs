//! How many jobs, about how long, about how much memory: from a short timed sample. Nothing is stored.

use std::time::{Duration, Instant};

use super::Prepared;
use super::replay_path::{ReplayPath, of_agents, of_trials};
use crate::engine::{Loop, Replay};
use crate::indicator::IndicatorCache;
use crate::sweep::{self, SweepPlan};
use crate::tournament::{RunOptions, WindowResult, packed, replay_entrant};

/// Most time that a sample of a run takes.
const SAMPLE: Duration = Duration::from_millis(300);
/// Bytes of a bar: six columns.
const BAR: usize = 48;

/// About what a run or a sweep takes.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// How the entries are replayed.
    pub paths: Vec<ReplayPath>,
}

/// Bytes that the results of a run take at least until it is stored: metrics of each agent in each window.
pub(super) fn results(prepared: &Prepared) -> usize {
    prepared.plan().jobs().saturating_mul(size_of::<WindowResult>())
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
        let found = sweep::estimate(&SweepPlan::here(plan, spec, options));
        let paths = of_trials(&found, options.engine);
        let sweep::Estimate { trials, jobs, duration, memory, .. } = found;
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
            paths,
        };
    }
    let all: usize = plan.windows.iter().map(|span| span.window.ticks.last - span.window.ticks.first).sum();
    let loaded = plan.market.clock.len() * plan.market.symbols.len() * BAR;
    let (duration, logs) = sample(prepared, options.engine, all);
    let memory = loaded.saturating_add(results(prepared)).saturating_add(logs);
    RunEstimate {
        entries: prepared.scenario.agents.len(),
        is_sweep: false,
        windows,
        jobs: plan.jobs(),
        duration,
        threads,
        memory,
        loaded,
        paths: of_agents(prepared, options.engine),
    }
}

/// Replays the first windows until enough time has passed; they stand for all of the ticks: time, and bytes of orders,
/// fills and holdings, which wait packed.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate"
)]
fn sample(prepared: &Prepared, engine: Loop, all: usize) -> (Duration, usize) {
    let plan = prepared.plan();
    let started = Instant::now();
    let (mut ticks, mut logs, mut largest) = (0_usize, 0_usize, 0_usize);
    for span in plan.windows {
        let cache = IndicatorCache::new();
        for agent in &plan.scenario.agents {
            let replay = replay_entrant(&plan, &prepared.own, agent, span, &cache, engine);
            logs += packed(&replay).len();
            largest = largest.max(bytes_of(&replay));
        }
        ticks += span.window.ticks.last - span.window.ticks.first;
        if started.elapsed() > SAMPLE {
            break;
        }
    }
    let threads = rayon::current_num_threads().min(plan.jobs()).max(1);
    let share = all as f64 / ticks.max(1) as f64;
    (started.elapsed().mul_f64(share / threads as f64), (logs as f64 * share) as usize + threads * largest)
}

/// Bytes of what a replay has logged, without its curve, which is freed when it has been measured.
fn bytes_of(replay: &Replay) -> usize {
    let quantities: usize = replay.holdings.iter().map(|holding| size_of_val(&*holding.quantities)).sum();
    size_of_val(&*replay.holdings)
        + quantities
        + size_of_val(&*replay.orders)
        + size_of_val(&*replay.fills)
        + size_of_val(&*replay.postings)
        + size_of_val(&*replay.round_trips)
}
