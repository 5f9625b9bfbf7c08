//! Progress and Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use pyo3::prelude::*;
use tiltyard::run::{RunEvent, RunObserver};

use crate::context::Wants;

/// Watches a run for Python.
pub struct Watch {
    done: AtomicUsize,
    total: AtomicUsize,
    /// Set by Ctrl-C.
    pub cancel: Arc<AtomicBool>,
    /// What strategies in Python have asked for: something new stops the run.
    pub wants: Vec<Arc<Wants>>,
    /// Called with the jobs done and the jobs in all (0 where that is not known).
    progress: Option<Py<PyAny>>,
}

impl Watch {
    pub fn new(progress: Option<Py<PyAny>>, wants: Vec<Arc<Wants>>) -> Self {
        Self {
            done: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            cancel: Arc::default(),
            wants,
            progress,
        }
    }

    /// Tells Python how far the run is, and learns of Ctrl-C. Called on Python's main thread.
    pub fn look(&self, py: Python<'_>) {
        let told = match &self.progress {
            Some(progress) => {
                let numbers = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
                progress.call1(py, numbers).map(drop)
            }
            None => Ok(()),
        };
        // An exception of the progress callback is as good as Ctrl-C.
        if told.and_then(|()| py.check_signals()).is_err() {
            self.cancel.store(true, Ordering::Relaxed);
        }
    }
}

impl RunObserver for Watch {
    fn event(&self, event: &RunEvent<'_>) {
        match event {
            RunEvent::ReplayStarted { jobs } => {
                self.done.store(0, Ordering::Relaxed);
                self.total.store(*jobs, Ordering::Relaxed);
            }
            RunEvent::SweepStarted { jobs } => {
                self.done.store(0, Ordering::Relaxed);
                self.total.store(jobs.unwrap_or(0), Ordering::Relaxed);
            }
            RunEvent::JobDone { .. } => {
                self.done.fetch_add(1, Ordering::Relaxed);
            }
            RunEvent::BatchDone { replayed, known, .. } => {
                self.done.store(replayed + known, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed) || self.wants.iter().any(|wants| wants.has_new())
    }
}

/// [`Watch`] where the run itself is on Python's main thread, for strategies in Python.
pub struct OnMain<'a> {
    watch: &'a Watch,
    /// The thread that holds the interpreter; another one (a shard's, which publishes) must not wait for it.
    main: ThreadId,
}

impl<'a> OnMain<'a> {
    /// The run is on this thread.
    pub fn new(watch: &'a Watch) -> Self {
        Self { watch, main: thread::current().id() }
    }
}

impl RunObserver for OnMain<'_> {
    fn event(&self, event: &RunEvent<'_>) {
        self.watch.event(event);
    }

    fn cancelled(&self) -> bool {
        if thread::current().id() == self.main {
            Python::attach(|py| self.watch.look(py));
        }
        self.watch.cancelled()
    }
}
