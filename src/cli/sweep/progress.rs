//! Progress of a sweep: a bar for a person, plain lines for a log, nothing when quiet.

use std::cell::Cell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::super::interrupt::Interrupt;
use super::super::output::{self, counted};
use crate::sweep::SweepObserver;

/// Time between the lines of a log.
const LINES: Duration = Duration::from_secs(5);

/// Watches the batches of a sweep.
#[derive(Debug)]
pub(super) struct SweepProgress {
    bar: ProgressBar,
    lines: bool,
    last_line: Cell<Instant>,
    started: Instant,
    replayed: Cell<usize>,
    known: Cell<usize>,
    interrupt: Interrupt,
}

impl SweepProgress {
    /// For a sweep of about `total` jobs; 0 where that cannot be known.
    pub fn new(total: usize, quiet: bool, interrupt: Interrupt) -> Self {
        let terminal = output::stderr_is_terminal();
        let bar = ProgressBar::with_draw_target(
            (total > 0).then_some(total as u64),
            if !quiet && terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        let template = if total > 0 {
            "sweeping {bar:32} {pos}/{len} jobs  {msg}  {eta} left"
        } else {
            "sweeping {spinner} {pos} jobs  {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if !quiet && terminal {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        let started = Instant::now();
        Self {
            bar,
            lines: !quiet && !terminal,
            last_line: Cell::new(started),
            started,
            replayed: Cell::new(0),
            known: Cell::new(0),
            interrupt,
        }
    }

    /// Takes the bar away and says what was done, in one line.
    pub fn summary(&self, trials: usize) -> String {
        self.bar.finish_and_clear();
        let (replayed, known) = (self.replayed.get(), self.known.get());
        let seconds = self.started.elapsed().as_secs_f64();
        format!(
            "swept {}: {} replayed, {known} from the cache, in {seconds:.2} s",
            counted(trials as u64, "trial"),
            counted(replayed as u64, "job"),
        )
    }
}

impl SweepObserver for SweepProgress {
    fn batch_done(&self, trials: usize, replayed: usize, known: usize) {
        self.replayed.set(self.replayed.get() + replayed);
        self.known.set(self.known.get() + known);
        let done = self.replayed.get() + self.known.get();
        self.bar.set_position(done as u64);
        self.bar.set_message(counted(trials as u64, "trial"));
        if self.lines && self.last_line.get().elapsed() >= LINES {
            self.last_line.set(Instant::now());
            output::say(&format!(
                "sweeping: {}, {}",
                counted(trials as u64, "trial"),
                counted(done as u64, "job")
            ));
        }
    }

    fn cancelled(&self) -> bool {
        self.interrupt.raised()
    }
}
