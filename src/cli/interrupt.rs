//! Ctrl-C and termination signals: the first asks a run to stop at the next job; one that has not ended within
//! [`GRACE`], because it resamples windows or writes results, is ended then, as by a second signal. Commands that import
//! or make data stop at the first, and leave nothing unfinished.
//!
//! Invariant: a process may be ended at any time, as by a power cut: results appear whole or not at all, and what was
//! unfinished is removed by the next command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Exit;
use crate::files::remove_temporaries;

/// How long a command may take to end by itself after a signal.
const GRACE: Duration = Duration::from_millis(1_500);

/// A flag that Ctrl-C (or a termination signal) sets.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Installs the handler. Where none can be installed the flag is never set, and the system's own handling of
    /// Ctrl-C stays.
    pub fn listen() -> Self {
        let flag = Self::default();
        let raised = flag.clone();
        let _ = ctrlc::set_handler(move || {
            if raised.0.swap(true, Ordering::SeqCst) {
                end();
            }
            // The handler itself must return: it waits for the second signal.
            let _ = std::thread::Builder::new().spawn(|| {
                std::thread::sleep(GRACE);
                end();
            });
        });
        flag
    }

    /// For shards: a scheduler may send its signal several times, and none of them ends the process before it has
    /// published what it has.
    pub fn note() -> Self {
        let flag = Self::default();
        let raised = flag.clone();
        let _ = ctrlc::set_handler(move || raised.0.store(true, Ordering::SeqCst));
        flag
    }

    /// For commands that stop at once: what they have not finished goes before the process ends.
    pub fn stop_at_once() {
        let _ = ctrlc::set_handler(end);
    }

    /// Whether it is set.
    pub fn raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Ends the process: its temporary files go, all else that is unfinished is removed by the next command.
fn end() {
    remove_temporaries();
    std::process::exit(Exit::Interrupted as i32);
}
