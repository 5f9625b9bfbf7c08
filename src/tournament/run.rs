//! Spreads (agent, window) jobs over the threads of the current rayon pool.
//!
//! Agents do not interact, so N agents over W windows are N x W replays. All agents of a window share one
//! cache of indicator columns, which is dropped with the window's last job; all windows share its budget. Results
//! are collected by place,
//! never by completion.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::benchmark::{held_record, measure_against, records};
use super::outcome::{AgentResult, Tournament, WindowResult, WindowSpan};
use super::plan::TournamentPlan;
use super::ranking::{leaderboard, rank_battle};
use crate::engine::{Loop, Replay};
use crate::indicator::{Budget, IndicatorCache};
use crate::metrics::{self, PeriodStats, Sampled};
use crate::scenario::AgentSpec;
use crate::strategy::OwnStrategies;

/// Learns of progress, from any thread; can stop the run.
pub trait Observer: Sync {
    /// A job is done: agent and window by index, ticks replayed, fills made.
    fn job_done(&self, agent: usize, window: usize, ticks: usize, fills: usize) {
        let _ = (agent, window, ticks, fills);
    }

    /// Whether to start no further job.
    fn cancelled(&self) -> bool {
        false
    }
}

/// An observer that ignores all events.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Observer for NoProgress {}

/// The observer cancelled the tournament.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("interrupted after {done} of {total} jobs")]
pub struct Interrupted {
    /// Number of finished jobs.
    pub done: usize,
    /// Number of jobs in all.
    pub total: usize,
}

/// Bytes that indicator columns may take where nothing else is asked for. Columns that replays read are never dropped,
/// and one that was dropped is computed again.
pub const INDICATOR_MEMORY: usize = 1 << 28;

/// How a plan is carried out. No result depends on it, only time and memory do.
#[derive(Debug, Clone, Copy)]
pub struct RunOptions {
    /// Which loop replays.
    pub engine: Loop,
    /// Bytes that indicator columns may take which no replay is reading.
    pub memory: usize,
    /// Whether replays keep the number that they have for each tick (`Replay::equity`) after it has been measured, and
    /// their orders, fills and round trips as lists. Of thousands of jobs they take gigabytes; else logs are kept as bytes
    /// ([`WindowResult::whole`] reads them) until they have been stored.
    pub keep_curves: bool,
}

impl Default for RunOptions {
    /// The skipping loop, and [`INDICATOR_MEMORY`] for columns.
    fn default() -> Self {
        Self { engine: Loop::default(), memory: INDICATOR_MEMORY, keep_curves: true }
    }
}

/// Runs all jobs of the plan and ranks their agents, by the default [`RunOptions`].
///
/// # Errors
/// [`Interrupted`] where the observer cancelled it.
pub fn run(plan: &TournamentPlan<'_>, observer: &dyn Observer) -> Result<Tournament, Interrupted> {
    run_by(plan, observer, RunOptions::default())
}

/// [`run`] with other options.
///
/// # Errors
/// As [`run`].
pub fn run_by(
    plan: &TournamentPlan<'_>,
    observer: &dyn Observer,
    options: RunOptions,
) -> Result<Tournament, Interrupted> {
    run_entrants(plan, &OwnStrategies::default(), observer, options)
}

/// [`run_by`] with strategies of the program's own for some of the agents.
///
/// # Errors
/// As [`run`].
pub fn run_entrants(
    plan: &TournamentPlan<'_>,
    own: &OwnStrategies,
    observer: &dyn Observer,
    options: RunOptions,
) -> Result<Tournament, Interrupted> {
    let play = |agent: &AgentSpec, span: &WindowSpan, cache: &IndicatorCache| {
        Played::Replay(super::job::replay_entrant(plan, own, agent, span, cache, options.engine))
    };
    run_with(plan, observer, options, &play)
}

/// What an agent did in a window.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "it is passed on at once, and never kept")]
pub enum Played {
    /// All of it, still to be measured.
    Replay(Replay),
    /// Its measured scores, see [`scored`](super::scored()).
    Scores(Box<WindowResult>),
}

/// Replays one agent in one window, with the window's indicator columns.
type Play<'a> = dyn Fn(&AgentSpec, &WindowSpan, &IndicatorCache) -> Played + Sync + 'a;

/// [`run`] with any way to replay.
pub(super) fn run_with(
    plan: &TournamentPlan<'_>,
    observer: &dyn Observer,
    options: RunOptions,
    play: &Play<'_>,
) -> Result<Tournament, Interrupted> {
    let done = AtomicUsize::new(0);
    let budget = Arc::new(Budget::of(options.memory));
    let battles: Option<Vec<Vec<WindowResult>>> = plan
        .windows
        .par_iter()
        .enumerate()
        .with_max_len(1)
        .map(|(window, span)| {
            let cache = IndicatorCache::within(Arc::clone(&budget));
            battle(plan, window, observer, options, &|agent| play(agent, span, &cache), &done)
        })
        .collect();
    let interrupted = || Interrupted { done: done.load(Ordering::Relaxed), total: plan.jobs() };
    battles.map(|battles| tournament(plan, battles)).ok_or_else(interrupted)
}

/// All agents in one window, in the scenario's order; `None` once cancelled.
fn battle(
    plan: &TournamentPlan<'_>,
    window: usize,
    observer: &dyn Observer,
    options: RunOptions,
    play: &(dyn Fn(&AgentSpec) -> Played + Sync),
    done: &AtomicUsize,
) -> Option<Vec<WindowResult>> {
    let ticks = plan.windows[window].window.ticks;
    let sampled = Sampled::of(plan.market, ticks, plan.scenario.metrics.periods_per_year);
    let job = |(agent, spec): (usize, &AgentSpec)| {
        if observer.cancelled() {
            return None;
        }
        let replay = match play(spec) {
            Played::Replay(replay) => replay,
            Played::Scores(result) => {
                done.fetch_add(1, Ordering::Relaxed);
                let ticks = result.replay.window.ticks;
                observer.job_done(agent, window, ticks.last - ticks.first, 0);
                return Some(*result);
            }
        };
        let metrics = metrics::measure(&replay, plan.market, &plan.scenario.metrics);
        let course = PeriodStats::of(&replay, plan.market, &plan.scenario.metrics);
        let ticks = replay.equity.len();
        done.fetch_add(1, Ordering::Relaxed);
        observer.job_done(agent, window, ticks, replay.fills.len());
        let mut result = WindowResult { replay, metrics, course, packed: None };
        if options.keep_curves {
            result.shrink();
        } else {
            result.pack(plan.market, &sampled);
        }
        Some(result)
    };
    let results: Option<Vec<WindowResult>> =
        plan.scenario.agents.par_iter().enumerate().with_max_len(1).map(job).collect();
    results.map(|results| measure_against(plan, results))
}

/// From one row a window to one row an agent, with the rankings.
fn tournament(plan: &TournamentPlan<'_>, battles: Vec<Vec<WindowResult>>) -> Tournament {
    let mut rows: Vec<Vec<WindowResult>> =
        plan.scenario.agents.iter().map(|_| Vec::with_capacity(battles.len())).collect();
    for results in battles {
        for (row, result) in rows.iter_mut().zip(results) {
            row.push(result);
        }
    }
    let records = records(plan, &rows);
    let benchmark = held_record(plan, &rows, &records);
    let agents: Vec<AgentResult> = plan
        .scenario
        .agents
        .iter()
        .zip(rows)
        .zip(records)
        // A plan has windows, so every agent has a record.
        .filter_map(|((spec, windows), record)| {
            let (name, repeat_of) = (spec.name.clone(), spec.repeat_of.clone());
            Some(AgentResult { name, repeat_of, windows, record: record? })
        })
        .collect();
    let (spec, conventions) = (&plan.scenario.battle, &plan.scenario.metrics);
    let battles = (0..plan.windows.len())
        .map(|window| {
            let entrants: Vec<_> =
                agents.iter().map(|agent| (&agent.name, &agent.windows[window].metrics)).collect();
            rank_battle(plan.windows[window].window.index, &entrants, spec, conventions)
        })
        .collect();
    let leaderboard = leaderboard(&agents, spec, conventions);
    Tournament { windows: plan.windows.to_vec(), agents, battles, leaderboard, benchmark }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::domain::{Seed, Span};
    use crate::market::Market;
    use crate::metrics::Score;
    use crate::metrics::testing::{daily_market, replay};
    use crate::scenario::{RankingMetric, WindowSpec};
    use crate::tournament::plan_windows;
    use crate::tournament::testing::{all, scenario};

    /// A replay in which agent `c` gains most and window 2 is the best.
    fn play(market: &Market, agent: &AgentSpec, span: &WindowSpan) -> Replay {
        let gain = f64::from(agent.name.as_str().as_bytes()[0]) + f64::from(span.window.index);
        let ticks = span.window.ticks.last - span.window.ticks.first;
        let equity = (0..ticks).map(|tick| 1000.0 + gain * (tick % 5) as f64).collect();
        let mut one = replay(market, 1000, equity);
        one.holdings.iter_mut().for_each(|holding| holding.tick += span.window.ticks.first);
        Replay { window: span.window, ..one }
    }

    fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    }

    #[derive(Default)]
    struct Counting {
        seen: Mutex<Vec<(usize, usize, usize)>>,
        stop_after: Option<usize>,
        stopped: AtomicBool,
    }

    impl Observer for Counting {
        fn job_done(&self, agent: usize, window: usize, ticks: usize, _: usize) {
            let mut seen = self.seen.lock().unwrap();
            seen.push((agent, window, ticks));
            if self.stop_after == Some(seen.len()) {
                self.stopped.store(true, Ordering::SeqCst);
            }
        }

        fn cancelled(&self) -> bool {
            self.stopped.load(Ordering::SeqCst)
        }
    }

    #[test]
    fn every_agent_meets_every_window_once() {
        let (market, scenario) = (daily_market(50), scenario(&["b", "c", "a"], RankingMetric::TotalPnl));
        let spec = WindowSpec::Sequential { length: Span::DAY.times(10), count: None };
        let windows = plan_windows(&spec, &market, all(&market), Seed(0)).unwrap();
        let plan = TournamentPlan { scenario: &scenario, market: &market, windows: &windows };
        let observer = Counting::default();
        let run = run_with(&plan, &observer, RunOptions::default(), &|agent, span, _| {
            Played::Replay(play(&market, agent, span))
        })
        .unwrap();
        let mut seen = observer.seen.into_inner().unwrap();
        seen.sort_unstable();
        let expected: Vec<_> = (0..3).flat_map(|a| (0..5).map(move |w| (a, w, 10))).collect();
        assert_eq!(seen, expected);
        assert_eq!(run.battles.len(), 5);
        for battle in &run.battles {
            let order: Vec<usize> = battle.ranks.iter().map(|rank| rank.agent).collect();
            assert_eq!(order, [1, 0, 2]);
        }
        // The last tick of ten is 1000 + 4 * gain: 4 * (98 + window) for `b`.
        let scores = run.scores(RankingMetric::TotalPnl, &scenario.metrics);
        assert_eq!(scores[0], [392.0, 396.0, 400.0, 404.0, 408.0].map(Score::Number));
        // PnL of a record is the sum of its windows': 5 * 4 * 101 for `c`.
        assert_eq!(run.leaderboard.rankings[0].score, Score::Number(2020.0));
    }

    #[test]
    fn threads_leave_no_trace() {
        let (market, scenario) = (daily_market(90), scenario(&["x", "y", "z"], RankingMetric::RoiPct));
        let spec = WindowSpec::Random { length: Span::DAY.times(7), count: 9 };
        let windows = plan_windows(&spec, &market, all(&market), Seed(5)).unwrap();
        let plan = TournamentPlan { scenario: &scenario, market: &market, windows: &windows };
        let text = |threads| {
            on_threads(threads, || {
                format!(
                    "{:?}",
                    run_with(&plan, &NoProgress, RunOptions::default(), &|agent, span, _| Played::Replay(
                        play(&market, agent, span)
                    ))
                )
            })
        };
        assert_eq!(text(1), text(4));
    }

    #[test]
    fn a_cancelled_run_stops_and_says_how_far_it_got() {
        let (market, scenario) = (daily_market(50), scenario(&["a", "b"], RankingMetric::RoiPct));
        let spec = WindowSpec::Sequential { length: Span::DAY.times(10), count: None };
        let windows = plan_windows(&spec, &market, all(&market), Seed(0)).unwrap();
        let plan = TournamentPlan { scenario: &scenario, market: &market, windows: &windows };
        let observer = Counting { stop_after: Some(3), ..Counting::default() };
        let stopped = on_threads(1, || {
            run_with(&plan, &observer, RunOptions::default(), &|agent, span, _| {
                Played::Replay(play(&market, agent, span))
            })
            .unwrap_err()
        });
        assert_eq!(stopped, Interrupted { done: 3, total: 10 });
        assert_eq!(stopped.to_string(), "interrupted after 3 of 10 jobs");
    }
}
