//! Progress of a sweep: a bar for a person, plain lines for a log, nothing when quiet.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::interrupt::Interrupt;
use super::super::output::{self, counted};
use crate::run::{RunEvent, RunObserver};

/// Time between the lines of a log.
const LINES: Duration = Duration::from_secs(5);

/// Watches the batches of a sweep.
#[derive(Debug)]
pub(super) struct SweepProgress {
    quiet: bool,
    interrupt: Interrupt,
    shown: Mutex<Option<Shown>>,
}

impl SweepProgress {
    /// Shows nothing where `quiet`.
    pub fn new(quiet: bool, interrupt: Interrupt) -> Self {
        Self { quiet, interrupt, shown: Mutex::default() }
    }
}

/// A sweep that has begun.
#[derive(Debug)]
struct Shown {
    bar: ProgressBar,
    lines: bool,
    last_line: Instant,
    started: Instant,
    replayed: usize,
    known: usize,
}

impl Shown {
    /// For a sweep of about so many jobs.
    fn new(jobs: Option<usize>, quiet: bool) -> Self {
        let terminal = output::stderr_is_terminal();
        let bar = ProgressBar::with_draw_target(
            jobs.map(|jobs| jobs as u64),
            if !quiet && terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        let template = match jobs {
            Some(_) => "sweeping {bar:32} {pos}/{len} jobs  {msg}  {eta} left",
            None => "sweeping {spinner} {pos} jobs  {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !quiet && terminal {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let started = Instant::now();
        Self { bar, lines: !quiet && !terminal, last_line: started, started, replayed: 0, known: 0 }
    }

    fn batch_done(&mut self, trials: usize, replayed: usize, known: usize) {
        self.replayed += replayed;
        self.known += known;
        let (trials, done) = (counted(trials as u64, "trial"), (self.replayed + self.known) as u64);
        self.bar.set_position(done);
        if self.lines && self.last_line.elapsed() >= LINES {
            self.last_line = Instant::now();
            output::say(&format!("sweeping: {trials}, {}", counted(done, "job")));
        }
        self.bar.set_message(trials);
    }

    /// What was done, in one line.
    fn summary(&self, trials: usize) -> String {
        let seconds = self.started.elapsed().as_secs_f64();
        format!(
            "swept {}: {} replayed, {} from the cache, in {seconds:.2} s",
            counted(trials as u64, "trial"),
            counted(self.replayed as u64, "job"),
            self.known,
        )
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl RunObserver for SweepProgress {
    fn event(&self, event: &RunEvent<'_>) {
        let Ok(mut shown) = self.shown.lock() else { return };
        match *event {
            RunEvent::SweepStarted { jobs } => *shown = Some(Shown::new(jobs, self.quiet)),
            RunEvent::BatchDone { trials, replayed, known } => {
                if let Some(shown) = shown.as_mut() {
                    shown.batch_done(trials, replayed, known);
                }
            }
            RunEvent::SweepDone { trials } => {
                let summary = shown.take().map(|shown| shown.summary(trials));
                if let (false, Some(summary)) = (self.quiet, summary) {
                    output::say(&summary);
                }
            }
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.raised()
    }
}
