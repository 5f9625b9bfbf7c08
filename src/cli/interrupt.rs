//! Ctrl-C: the first asks a run to stop at the next job, the second stops at once. Commands that import or make
//! data stop at the first, and leave nothing unfinished.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;
use crate::files::remove_temporaries;

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
                remove_temporaries();
                std::process::exit(Exit::Interrupted as i32);
            }
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
        let _ = ctrlc::set_handler(|| {
            remove_temporaries();
            std::process::exit(Exit::Interrupted as i32);
        });
    }

    /// Whether it is set.
    pub fn raised(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
