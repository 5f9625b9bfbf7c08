//! The queue of battles and the threads that run them.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::super::options::{Log, ServeOptions};
use super::files::{BattleFile, BattleState};
use super::text::checked;
use crate::run::{
    Destination, Programs, RunError, RunEvent, RunObserver, on_threads, prepare_with, run_and_store,
};
use crate::tournament::RunOptions;

/// The battles of a server.
pub struct Battles {
    out: PathBuf,
    log: Log,
    helper: Option<PathBuf>,
    queue: Mutex<VecDeque<BattleFile>>,
    more: Condvar,
    /// The states of battles that wait or run.
    states: Mutex<HashMap<String, watch::Sender<BattleState>>>,
    stopping: AtomicBool,
}

impl Battles {
    /// Those of a store; none is run yet.
    pub fn new(options: &ServeOptions, log: Log) -> Arc<Self> {
        Arc::new(Self {
            out: options.out.clone(),
            log,
            helper: options.helper.clone(),
            queue: Mutex::default(),
            more: Condvar::new(),
            states: Mutex::default(),
            stopping: AtomicBool::new(false),
        })
    }

    /// Starts the threads, and queues what an earlier server has not finished.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(self: &Arc<Self>, threads: usize) -> io::Result<()> {
        BattleFile::unfinished(&self.out).into_iter().for_each(|file| self.push(file));
        for number in 0..threads.max(1) {
            let battles = Arc::clone(self);
            let work = move || while battles.next() {};
            std::thread::Builder::new().name(format!("battles {number}")).spawn(work)?;
        }
        Ok(())
    }

    /// Accepts a battle: it is on disk before it waits.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn accept(&self, file: BattleFile) -> io::Result<()> {
        file.write(&self.out)?;
        self.push(file);
        Ok(())
    }

    fn push(&self, file: BattleFile) {
        let (state, _) = watch::channel(BattleState::Queued);
        self.states().insert(file.id.clone(), state);
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(file);
        self.more.notify_one();
    }

    fn states(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<BattleState>>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The states of a battle that waits or runs, as they come.
    pub fn watch(&self, id: &str) -> Option<watch::Receiver<BattleState>> {
        self.states().get(id).map(watch::Sender::subscribe)
    }

    /// Runs no further battle; one that runs stops at its next job, and is run again by the next server.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.more.notify_all();
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// Runs the next battle; `false` once the server stops.
    fn next(&self) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        while queue.is_empty() && !self.is_stopping() {
            queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        if self.is_stopping() {
            return false;
        }
        let Some(mut file) = queue.pop_front() else { return true };
        drop(queue);
        self.tell(&file.id, BattleState::Running { done: 0, jobs: 0 });
        file.state = match self.run(&file) {
            Ok(run_id) => BattleState::Completed { run_id },
            // The next server runs it again.
            Err(RunError::Interrupted { .. }) => return true,
            Err(error) => {
                (self.log)(&format!("battle {} failed: {error}", file.id));
                BattleState::Failed { reason: error.to_string() }
            }
        };
        if let Err(error) = file.write(&self.out) {
            (self.log)(&format!("the end of battle {} cannot be kept: {error}", file.id));
        }
        self.tell(&file.id, file.state);
        self.states().remove(&file.id);
        true
    }

    fn run(&self, file: &BattleFile) -> Result<String, RunError> {
        let source = checked(&self.out, &file.account, file.text.clone(), &file.base_dir)
            .map_err(|problem| RunError::NotKept { failure: problem.detail })?;
        let programs =
            Programs { helper: self.helper.clone(), out: Some(self.out.clone()), ..Programs::default() };
        let progress =
            Progress { battles: self, id: &file.id, done: AtomicUsize::new(0), jobs: AtomicUsize::new(0) };
        on_threads(None, || {
            let prepared = prepare_with(&source.scenario, &[], &programs)?;
            let destination = Destination { out: &self.out, text: &source.text, csv: false };
            let stored = run_and_store(&prepared, &destination, RunOptions::default(), &progress)?;
            Ok(stored.run.run_id)
        })
    }

    fn tell(&self, id: &str, state: BattleState) {
        if let Some(sender) = self.states().get(id) {
            sender.send_replace(state);
        }
    }
}

/// Tells how far a battle is, and stops it with the server.
struct Progress<'a> {
    battles: &'a Battles,
    id: &'a str,
    done: AtomicUsize,
    jobs: AtomicUsize,
}

impl RunObserver for Progress<'_> {
    fn event(&self, event: &RunEvent<'_>) {
        let done = match event {
            RunEvent::ReplayStarted { jobs } => {
                self.jobs.store(*jobs, Ordering::Relaxed);
                0
            }
            RunEvent::JobDone { .. } => self.done.fetch_add(1, Ordering::Relaxed) + 1,
            _ => return,
        };
        let jobs = self.jobs.load(Ordering::Relaxed);
        self.battles.tell(self.id, BattleState::Running { done, jobs });
    }

    fn cancelled(&self) -> bool {
        self.battles.is_stopping()
    }
}
