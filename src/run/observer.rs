//! What a use case tells of its progress while it works, and the question whether to stop.

use crate::sweep::SweepObserver;
use crate::tournament::{self, NoProgress};

/// Something that has happened.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum RunEvent<'a> {
    /// Replays begin: so many (agent, window) jobs.
    ReplayStarted {
        /// Jobs in all.
        jobs: usize,
    },
    /// One job is done; told from any thread.
    JobDone {
        /// Index of the agent.
        agent: usize,
        /// Index of the window.
        window: usize,
        /// Number of bars replayed.
        bars: usize,
        /// Number of fills.
        fills: usize,
    },
    /// All jobs are done.
    ReplayDone,
    /// Standings are being computed.
    StandingsStarted {
        /// Times that the windows are resampled.
        resamples: usize,
        /// Number of windows.
        windows: usize,
        /// Number of agents.
        agents: usize,
    },
    /// Standings are there.
    StandingsDone,
    /// A sweep begins.
    SweepStarted {
        /// Jobs in all, where that can be known.
        jobs: Option<usize>,
    },
    /// A batch of a sweep is kept.
    BatchDone {
        /// Trials so far.
        trials: usize,
        /// Jobs that were replayed.
        replayed: usize,
        /// Jobs whose outcome was known.
        known: usize,
    },
    /// The sweep and its validation are done.
    SweepDone {
        /// Trials in all.
        trials: usize,
    },
    /// The order of a duel's windows is fixed.
    #[cfg(feature = "store")]
    DuelRegistered {
        /// The duel before its first window.
        record: &'a crate::store::DuelRecord,
        /// Where it is stored.
        file: &'a std::path::Path,
    },
    /// A window of a duel is played.
    #[cfg(feature = "store")]
    DuelWindow {
        /// The duel so far; its last game is the new one.
        record: &'a crate::store::DuelRecord,
    },
    /// Borrows the lifetime where no event does.
    #[doc(hidden)]
    #[cfg(not(feature = "store"))]
    Unused(std::convert::Infallible, std::marker::PhantomData<&'a ()>),
}

/// Watches a use case, and can cancel it.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use tiltyard::run::{RunEvent, RunObserver};
///
/// /// Stops after ten jobs.
/// struct Ten(AtomicUsize);
///
/// impl RunObserver for Ten {
///     fn event(&self, event: &RunEvent<'_>) {
///         if let RunEvent::JobDone { .. } = event {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
///
///     fn cancelled(&self) -> bool {
///         self.0.load(Ordering::Relaxed) >= 10
///     }
/// }
/// ```
pub trait RunObserver: Sync {
    /// Something has happened. Called from any thread.
    fn event(&self, event: &RunEvent<'_>) {
        let _ = event;
    }

    /// Whether to stop: asked before each job and each batch.
    fn cancelled(&self) -> bool {
        false
    }
}

impl RunObserver for NoProgress {}

/// Passes the progress of jobs and batches on.
pub(super) struct Relay<'a>(pub &'a dyn RunObserver);

impl tournament::Observer for Relay<'_> {
    fn job_done(&self, agent: usize, window: usize, ticks: usize, fills: usize) {
        self.0.event(&RunEvent::JobDone { agent, window, bars: ticks, fills });
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

impl SweepObserver for Relay<'_> {
    fn batch_done(&self, trials: usize, replayed: usize, known: usize) {
        self.0.event(&RunEvent::BatchDone { trials, replayed, known });
    }

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// Passes on the wish to stop and no event: for replays that are a detail of a use case.
pub(super) struct CancelOnly<'a>(pub &'a dyn RunObserver);

impl tournament::Observer for CancelOnly<'_> {
    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}
