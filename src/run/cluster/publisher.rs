//! Publishes outcomes while others compute: when enough time has passed, when much is waiting, and at once when the
//! process is asked to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::super::stored::now;
use crate::store::StoreError;
use crate::store::outcomes::{PackInfo, PackRow, PackStore};
use crate::sweep::JobKey;

/// Bytes of outcomes that are published without waiting.
const MANY_BYTES: usize = 64 << 20;
/// How often it is looked whether there is something to do.
const TICK: Duration = Duration::from_millis(50);

/// What is computed and not yet published.
#[derive(Debug, Default)]
struct Waiting {
    rows: Vec<PackRow>,
    bytes: usize,
    /// All outcomes so far.
    computed: u64,
    failed: u64,
}

/// Takes outcomes from any thread, and publishes them from one.
pub(super) struct Publisher<'a> {
    store: &'a PackStore,
    info: PackInfo,
    every: Duration,
    waiting: Mutex<Waiting>,
    /// Set when nothing more will come.
    ended: AtomicBool,
    /// Set when a pack could not be published: nothing more needs to be computed.
    broken: AtomicBool,
}

/// What was published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PublishedPacks {
    pub packs: usize,
    pub computed: u64,
    pub failed: u64,
}

impl<'a> Publisher<'a> {
    /// For packs like `info`, at least one per `every` in which something was computed.
    pub fn new(store: &'a PackStore, info: PackInfo, every: Duration) -> Self {
        let (ended, broken) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { store, info, every, waiting: Mutex::default(), ended, broken }
    }

    /// Takes an outcome.
    pub fn keep(&self, key: JobKey, outcome: Vec<u8>, failed: bool) {
        let mut waiting = self.waiting();
        waiting.bytes += outcome.len();
        waiting.computed += 1;
        waiting.failed += u64::from(failed);
        waiting.rows.push(PackRow { key, outcome, failed });
    }

    /// Nothing more will come.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    /// Whether a pack could not be published.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    /// Publishes until nothing more comes. `stopping` tells that the process is asked to stop: what is there is then
    /// published at once, and what is still being computed at the end.
    ///
    /// # Errors
    /// Where a pack could not be published.
    pub fn serve(&self, stopping: &dyn Fn() -> bool) -> Result<PublishedPacks, StoreError> {
        let (mut packs, mut last, mut stopped) = (0, Instant::now(), false);
        while !self.ended.load(Ordering::SeqCst) {
            let stop = stopping() && !stopped;
            stopped |= stop;
            if stop || last.elapsed() >= self.every || self.waiting().bytes >= MANY_BYTES {
                packs += usize::from(self.publish(false)?);
                last = Instant::now();
            }
            std::thread::sleep(TICK.min(self.every));
        }
        packs += usize::from(self.publish(false)?);
        let Waiting { computed, failed, .. } = *self.waiting();
        Ok(PublishedPacks { packs, computed, failed })
    }

    /// Says that all jobs of the shard are published.
    ///
    /// # Errors
    /// Where the pack could not be published.
    pub fn finish(&self) -> Result<(), StoreError> {
        self.publish(true).map(|_| ())
    }

    /// Publishes what is waiting; says whether there was anything.
    fn publish(&self, finished: bool) -> Result<bool, StoreError> {
        let (mut rows, computed) = {
            let mut waiting = self.waiting();
            waiting.bytes = 0;
            (std::mem::take(&mut waiting.rows), waiting.computed)
        };
        if rows.is_empty() && !finished {
            return Ok(false);
        }
        let info = PackInfo { computed, finished, published_at: now(), ..self.info.clone() };
        let published = self.store.publish(&info, &mut rows);
        self.broken.fetch_or(published.is_err(), Ordering::SeqCst);
        published.map(|_| true)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
