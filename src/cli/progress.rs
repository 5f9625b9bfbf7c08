//! Progress of a run: a bar for a person, plain lines for a log, nothing when quiet.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Interrupt;
use super::output::{self, counted};
use crate::run::{RunEvent, RunObserver};

/// Seconds between the lines of a log.
const LINE_SECONDS: u64 = 5;

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// No output on standard error.
    Quiet,
    /// Bar or lines, as stderr allows.
    Normal,
}

/// Watches a run: its jobs, then its standings.
#[derive(Debug)]
pub struct Progress {
    verbosity: Verbosity,
    interrupt: Interrupt,
    replay: OnceLock<Replaying>,
    standings: Mutex<Option<Working>>,
}

impl Progress {
    /// Before the first job.
    pub fn new(verbosity: Verbosity, interrupt: Interrupt) -> Self {
        Self { verbosity, interrupt, replay: OnceLock::new(), standings: Mutex::default() }
    }

    fn show_standings(&self, working: Option<Working>) {
        if let Ok(mut shown) = self.standings.lock() {
            *shown = working;
        }
    }
}

impl RunObserver for Progress {
    fn event(&self, event: &RunEvent<'_>) {
        match *event {
            RunEvent::ReplayStarted { jobs } => {
                self.replay.get_or_init(|| Replaying::new(jobs, self.verbosity));
            }
            RunEvent::JobDone { bars, fills, .. } => {
                if let Some(replay) = self.replay.get() {
                    replay.job_done(bars, fills);
                }
            }
            RunEvent::ReplayDone => {
                let summary = self.replay.get().map(Replaying::summary);
                if let (Verbosity::Normal, Some(summary)) = (self.verbosity, summary) {
                    output::say(&summary);
                }
            }
            RunEvent::StandingsStarted { resamples, windows, agents } => {
                let working = Working::standings(resamples, windows, agents, self.verbosity);
                self.show_standings(Some(working));
            }
            RunEvent::StandingsDone => self.show_standings(None),
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.raised()
    }
}

/// The jobs of a run.
#[derive(Debug)]
struct Replaying {
    bar: ProgressBar,
    lines: bool,
    lines_said: AtomicU64,
    total: u64,
    done: AtomicU64,
    ticks: AtomicU64,
    fills: AtomicU64,
    started: Instant,
}

impl Drop for Replaying {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Replaying {
    /// For a run of `total` jobs.
    fn new(total: usize, verbosity: Verbosity) -> Self {
        let terminal = output::stderr_is_terminal();
        let show = verbosity == Verbosity::Normal;
        let bar = ProgressBar::with_draw_target(
            Some(total as u64),
            if show && terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:32} {pos}/{len} jobs  {eta} left") {
            bar.set_style(style);
        }
        bar.set_message("replaying");
        if show && terminal {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self {
            bar,
            lines: show && !terminal,
            lines_said: AtomicU64::new(0),
            total: total as u64,
            done: AtomicU64::new(0),
            ticks: AtomicU64::new(0),
            fills: AtomicU64::new(0),
            started: Instant::now(),
        }
    }

    fn job_done(&self, bars: usize, fills: usize) {
        self.ticks.fetch_add(bars as u64, Ordering::Relaxed);
        self.fills.fetch_add(fills as u64, Ordering::Relaxed);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.bar.set_position(done);
        if self.lines && done < self.total && self.line_due() {
            output::say(&format!("replaying: {done} of {} jobs", self.total));
        }
    }

    /// Whether a log is due another line: one every few seconds, by whichever thread comes first.
    fn line_due(&self) -> bool {
        let now = self.started.elapsed().as_secs() / LINE_SECONDS;
        self.lines_said.fetch_max(now, Ordering::Relaxed) < now
    }

    /// Takes the bar away and says what was done, in one line.
    #[expect(clippy::cast_precision_loss, reason = "shown to two digits")]
    fn summary(&self) -> String {
        self.bar.finish_and_clear();
        let seconds = self.started.elapsed().as_secs_f64();
        let ticks = self.ticks.load(Ordering::Relaxed) as f64;
        format!(
            "replayed {}, {}, {} in {seconds:.2} s ({:.1} million bars per second)",
            counted(self.done.load(Ordering::Relaxed), "job"),
            bars(self.ticks.load(Ordering::Relaxed)),
            counted(self.fills.load(Ordering::Relaxed), "fill"),
            ticks / 1e6 / seconds.max(1e-9),
        )
    }
}

/// Resampled scores from which on an assessment may take more than a moment.
const LONG_WORK: usize = 20_000_000;

/// A sign of life while standings are worked out, which has no steps to count: a spinner for a person, a line for a
/// log. Goes when dropped.
#[derive(Debug)]
pub struct Working(ProgressBar);

impl Working {
    /// For `resamples` of so many windows and agents; nothing is shown of short work.
    pub fn standings(resamples: usize, windows: usize, agents: usize, verbosity: Verbosity) -> Self {
        let cells = resamples.saturating_mul(windows.max(agents)).saturating_mul(agents);
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if verbosity == Verbosity::Quiet || cells < LONG_WORK {
            return Self(bar);
        }
        let message =
            format!("computing standings: {resamples} resamples of {windows} windows, {agents} agents");
        if output::stderr_is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}  {elapsed}") {
                bar.set_style(style);
            }
            bar.set_message(message);
            bar.enable_steady_tick(Duration::from_millis(100));
        } else {
            output::say(&message);
        }
        Self(bar)
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A number of bars; from a million on in millions.
#[expect(clippy::cast_precision_loss, reason = "shown to two digits")]
fn bars(count: u64) -> String {
    if count < 1_000_000 {
        return counted(count, "bar");
    }
    format!("{:.2} million bars", count as f64 / 1e6)
}
