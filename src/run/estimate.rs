//! How many jobs, about how long, about how much memory: from a short timed sample. Nothing is stored.

use std::time::{Duration, Instant};

use super::Prepared;
use crate::engine::Loop;
use crate::indicator::IndicatorCache;
use crate::scenario::{AgentSpec, ProcessSpec, StrategyKind, WasmSpec};
use crate::sweep::{self, SweepPlan};
use crate::tournament::{RunOptions, replay_entrant};

/// Most time that a sample of a run takes.
const SAMPLE: Duration = Duration::from_millis(300);
/// Bytes of a bar: six columns.
const BAR: usize = 48;

/// How some agents, or trials of a sweep, are replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayPath {
    /// The agents by name, or how many of the trials that were looked at.
    pub entries: String,
    /// How: by which engine, or from where to where.
    pub path: &'static str,
    /// Why that way.
    pub why: String,
}

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
    /// How the entries are replayed.
    pub paths: Vec<ReplayPath>,
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
        let paths = trial_paths(&found, options.engine);
        let sweep::Estimate { trials, jobs, duration, memory, .. } = found;
        return RunEstimate {
            entries: trials,
            is_sweep: true,
            windows,
            jobs,
            duration,
            threads,
            memory,
            paths,
        };
    }
    let agents = prepared.scenario.agents.len();
    let all: usize = plan.windows.iter().map(|span| span.window.ticks.last - span.window.ticks.first).sum();
    // Bars, and each agent's curve in each window.
    let memory = plan.market.clock.len() * plan.market.symbols.len() * BAR + all * agents * size_of::<f64>();
    RunEstimate {
        entries: agents,
        is_sweep: false,
        windows,
        jobs: plan.jobs(),
        duration: sample(prepared, options.engine, all),
        threads,
        memory,
        paths: agent_paths(prepared, options.engine),
    }
}

const BAR_BY_BAR: &str = "bar by bar";
const BY_EVENT: &str = "from event to event";
const ORACLE: &str = "the engine `bar-by-bar` was asked for";

fn trial_paths(found: &sweep::Estimate, engine: Loop) -> Vec<ReplayPath> {
    let all = found.sampled;
    if engine == Loop::BarByBar {
        return vec![ReplayPath {
            entries: "all trials".to_owned(),
            path: BAR_BY_BAR,
            why: ORACLE.to_owned(),
        }];
    }
    let entries = |count: usize| match count == all {
        true => "all trials".to_owned(),
        false => format!("{count} of {all} trials that were looked at"),
    };
    let together = all - found.alone.values().sum::<usize>();
    let batch = ReplayPath {
        entries: entries(together),
        path: "by the batch engine",
        why: "their decisions follow from the bars of one symbol alone".to_owned(),
    };
    let alone = found.alone.iter().map(|(why, &count)| ReplayPath {
        entries: entries(count),
        path: BY_EVENT,
        why: why.to_string(),
    });
    (together > 0).then_some(batch).into_iter().chain(alone).collect()
}

fn agent_paths(prepared: &Prepared, engine: Loop) -> Vec<ReplayPath> {
    let asked_always = |agent: &&AgentSpec| match &agent.strategy.kind {
        StrategyKind::Process(ProcessSpec { decide, .. }) | StrategyKind::Wasm(WasmSpec { decide, .. }) => {
            decide.is_none()
        }
        StrategyKind::Own { .. } => true,
        _ => false,
    };
    let agents = &prepared.scenario.agents;
    let path = |agents: Vec<&AgentSpec>, path, why: &str| {
        let names: Vec<&str> = agents.iter().map(|agent| agent.name.as_str()).collect();
        let entries = match names.as_slice() {
            [first, second, third, rest @ .., last] if !rest.is_empty() => {
                format!("{first}, {second}, {third} .. {last} ({} agents)", names.len())
            }
            _ => names.join(", "),
        };
        (!names.is_empty()).then(|| ReplayPath { entries, path, why: why.to_owned() })
    };
    if engine == Loop::BarByBar {
        return path(agents.iter().collect(), BAR_BY_BAR, ORACLE).into_iter().collect();
    }
    let (always, searched): (Vec<_>, Vec<_>) = agents.iter().partition(asked_always);
    let searched = path(searched, BY_EVENT, "they say when they may act next");
    let always = path(always, BAR_BY_BAR, "they are asked at every bar (`decide` asks them less often)");
    searched.into_iter().chain(always).collect()
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
