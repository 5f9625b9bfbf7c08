//! `tiltyard run --dry-run`: how many jobs, about how long, about how much memory. Nothing is stored.

use std::time::{Duration, Instant};

use super::super::args::RunArgs;
use super::super::load::{PreparedRun, Read};
use super::super::output::{self, counted};
use super::super::run::means;
use super::super::{Exit, Failure};
use super::run::sweep_means;
use crate::engine::Loop;
use crate::indicator::IndicatorCache;
use crate::sweep::{Estimate, SweepPlan, estimate};
use crate::tournament::{Plan, replay_agent};

/// Most time that a sample of a plain run takes.
const SAMPLE: Duration = Duration::from_millis(300);

/// Says what a run would take, from a short timed sample of it.
///
/// # Errors
/// Where stdout cannot be written.
pub fn dry_run(args: &RunArgs, read: &Read, arena: &PreparedRun) -> Result<Exit, Failure> {
    let plan = Plan { scenario: &read.scenario, market: &arena.market, windows: &arena.windows };
    let text = match &read.scenario.sweep {
        Some(spec) => sweep(&plan, &estimate(&SweepPlan { plan, spec, options: sweep_means(args) })),
        None => plain(&plan, means(args).engine),
    };
    output::result(&text)?;
    Ok(Exit::Done)
}

fn sweep(plan: &Plan<'_>, found: &Estimate) -> String {
    format!(
        "{} x {} = {}\n{} on {}, {} of memory\n",
        counted(found.trials as u64, "trial"),
        counted(plan.windows.len() as u64, "window"),
        counted(found.jobs as u64, "job"),
        length(found.duration),
        counted(rayon::current_num_threads() as u64, "thread"),
        size(found.memory),
    )
}

/// One job an agent and window; a sample of the first windows stands for all.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn plain(plan: &Plan<'_>, engine: Loop) -> String {
    let started = Instant::now();
    let (mut done, mut ticks) = (0_usize, 0_usize);
    for span in plan.windows {
        let cache = IndicatorCache::new();
        for agent in &plan.scenario.agents {
            replay_agent(plan, &plan.scenario.venue, agent, span, &cache, engine);
            done += 1;
        }
        ticks += span.window.ticks.last - span.window.ticks.first;
        if started.elapsed() > SAMPLE {
            break;
        }
    }
    let all: usize = plan.windows.iter().map(|span| span.window.ticks.last - span.window.ticks.first).sum();
    let threads = rayon::current_num_threads().min(plan.jobs()).max(1);
    let share = all as f64 / ticks.max(1) as f64 / threads as f64;
    let taken = started.elapsed().mul_f64(share);
    let agents = plan.scenario.agents.len();
    // Bars, and each agent's curve in each window.
    let memory = plan.market.clock.len() * plan.market.symbols.len() * 48 + all * agents * 8;
    debug_assert!(done > 0);
    format!(
        "{} x {} = {}\n{} on {}, {} of memory\n",
        counted(agents as u64, "agent"),
        counted(plan.windows.len() as u64, "window"),
        counted(plan.jobs() as u64, "job"),
        length(taken),
        counted(rayon::current_num_threads() as u64, "thread"),
        size(memory),
    )
}

/// Two digits are all that an estimate is worth.
fn length(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..0.1 => "under 0.1 s".to_owned(),
        ..120.0 => format!("about {seconds:.1} s"),
        ..7_200.0 => format!("about {:.0} min", seconds / 60.0),
        _ => format!("about {:.1} h", seconds / 3_600.0),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown to two digits")]
fn size(bytes: usize) -> String {
    let megabytes = bytes as f64 / 1e6;
    match megabytes {
        ..1.0 => "under 1 MB".to_owned(),
        ..1_000.0 => format!("about {megabytes:.0} MB"),
        _ => format!("about {:.1} GB", megabytes / 1_000.0),
    }
}
