//! The sessions that are in memory: each a thread whose replay waits for its agent.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::options::{Log, ServeOptions};
use super::super::problem::Problem;
use super::files::{self, Ended, SessionFile, SessionFolder};
use crate::process::Mailbox;

/// The sessions of a server.
pub struct Sessions {
    /// The store.
    pub out: PathBuf,
    /// Where failures are told.
    pub log: Log,
    live: Mutex<HashMap<String, Arc<Live>>>,
    /// How many may be in memory.
    most: usize,
    /// Counts looks at sessions, to know which was looked at last.
    clock: AtomicU64,
    /// Runs are stored one after the other.
    pub storing: Mutex<()>,
    stopping: AtomicBool,
    /// Starts the replay of a session.
    spawn: Spawn,
}

/// Starts the replay of a session on a thread of its own.
pub type Spawn = fn(&Arc<Sessions>, SessionFolder, Arc<Live>) -> io::Result<()>;

/// A session in memory.
#[derive(Debug)]
pub struct Live {
    /// What it was begun with.
    pub file: SessionFile,
    /// Where its agent is asked.
    pub mailbox: Arc<Mailbox>,
    /// Why its replay has stopped, once it has.
    stopped: Mutex<Option<Stopped>>,
    looked_at: AtomicU64,
}

/// Why a replay has stopped.
#[derive(Debug, Clone)]
pub enum Stopped {
    /// The window is over, and what it came to is on disk.
    Ended,
    /// It was put away: the next request goes on with it.
    PutAway,
    /// It could not go on.
    Failed(Problem),
}

/// A session that was asked for.
#[derive(Debug, Clone)]
pub enum Found {
    /// It is played.
    Playing(Arc<Live>),
    /// It has ended.
    Ended(Box<(SessionFile, Ended)>),
}

impl Live {
    /// A session whose replay begins.
    fn new(file: SessionFile) -> Self {
        Self { file, mailbox: Arc::default(), stopped: Mutex::default(), looked_at: AtomicU64::new(0) }
    }

    /// Why its replay has stopped; `None` while it goes on.
    pub fn stopped(&self) -> Option<Stopped> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The replay has stopped.
    pub fn stop(&self, why: Stopped) {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.mailbox.finish();
    }
}

impl Sessions {
    /// Those of a store; none is in memory yet.
    pub fn new(options: &ServeOptions, log: Log, spawn: Spawn) -> Arc<Self> {
        Arc::new(Self {
            spawn,
            out: options.out.clone(),
            log,
            live: Mutex::default(),
            most: options.sessions.max(1),
            clock: AtomicU64::new(1),
            storing: Mutex::default(),
            stopping: AtomicBool::new(false),
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The folder of a session.
    ///
    /// # Errors
    /// 404 for a text that is no id.
    pub fn folder(&self, agent: &str, id: &str) -> Result<SessionFolder, Problem> {
        SessionFolder::of(&self.out, agent, id).ok_or_else(|| Problem::not_found("session"))
    }

    /// A session, in memory where it is played. Reads and writes files.
    ///
    /// # Errors
    /// 404 where the agent has no such session, 503 where the server stops.
    pub fn open(self: &Arc<Self>, agent: &str, id: &str) -> Result<Found, Problem> {
        let folder = self.folder(agent, id)?;
        if let Some(live) = self.lock().get(id)
            && live.file.agent.id == agent
            && live.stopped().is_none()
        {
            live.looked_at.store(self.clock.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
            return Ok(Found::Playing(Arc::clone(live)));
        }
        let file = folder.read().map_err(Problem::failed)?.ok_or_else(|| Problem::not_found("session"))?;
        if let Some(ended) = folder.ended().map_err(Problem::failed)? {
            return Ok(Found::Ended(Box::new((file, ended))));
        }
        if self.stopping.load(Ordering::SeqCst) {
            return Err(Problem::unavailable("the server is stopping"));
        }
        self.start(folder, file).map(Found::Playing)
    }

    /// Starts the replay of a session, where no other request has done so.
    fn start(self: &Arc<Self>, folder: SessionFolder, file: SessionFile) -> Result<Arc<Live>, Problem> {
        let mut all = self.lock();
        if let Some(live) = all.get(&file.id)
            && live.stopped().is_none()
        {
            return Ok(Arc::clone(live));
        }
        if all.len() >= self.most {
            // Its replay ends at once, and what it knows is on disk.
            let idle = all.values().min_by_key(|live| live.looked_at.load(Ordering::Relaxed)).cloned();
            if let Some(idle) = idle {
                all.remove(&idle.file.id);
                idle.mailbox.abandon();
            }
        }
        let live = Arc::new(Live::new(file));
        live.looked_at.store(self.clock.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        (self.spawn)(self, folder, Arc::clone(&live)).map_err(Problem::failed)?;
        all.insert(live.file.id.clone(), Arc::clone(&live));
        Ok(live)
    }

    /// A replay is not in memory any more.
    pub fn leave(&self, live: &Arc<Live>) {
        let mut all = self.lock();
        if all.get(&live.file.id).is_some_and(|other| Arc::ptr_eq(other, live)) {
            all.remove(&live.file.id);
        }
    }

    /// How many are in memory.
    pub fn in_memory(&self) -> usize {
        self.lock().len()
    }

    /// Starts no further one; those in memory stay as they are on disk.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.lock().values().for_each(|live| live.mailbox.abandon());
    }
}

/// Ends and removes the sessions of an agent that is deleted.
pub fn forget_agent(sessions: &Sessions, agent: &str) {
    let own: Vec<Arc<Live>> =
        sessions.lock().values().filter(|live| live.file.agent.id == agent).cloned().collect();
    own.iter().for_each(|live| live.mailbox.abandon());
    if let Err(error) = files::remove_all(&sessions.out, agent) {
        (sessions.log)(&format!("the sessions of a deleted agent cannot be removed: {error}"));
    }
}
