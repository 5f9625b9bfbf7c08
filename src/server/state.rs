//! What all requests share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::battles::Battles;
use super::options::{Log, ServeOptions};
use super::rates::Rates;
use super::scenarios::FoundScenario;
use super::sessions::{self, Sessions};
use super::token::Tokens;
use crate::domain::Timestamp;
use crate::run::{RunError, session_windows};
use crate::store::StoreError;
use crate::store::registry::Registry;

/// How long the windows of a scenario are known.
const KNOWN: Duration = Duration::from_secs(10);

/// The spans of a scenario's windows.
pub type Windows = Arc<[(Timestamp, Timestamp)]>;

/// What a server has.
pub struct State {
    /// Its settings.
    pub options: ServeOptions,
    /// Makes and checks tokens.
    pub tokens: Tokens,
    /// Limits of callers.
    pub rates: Rates,
    /// Sessions of agents.
    pub sessions: Arc<Sessions>,
    /// Battles of accounts.
    pub battles: Arc<Battles>,
    /// Where the log goes.
    pub log: Log,
    /// The windows of scenarios that sessions were begun with lately.
    windows: Mutex<HashMap<blake3::Hash, (Instant, Windows)>>,
    /// To be changed.
    changes: Mutex<Registry>,
    /// To be looked up.
    lookups: Mutex<Registry>,
}

impl State {
    /// Opens the store.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn open(options: ServeOptions, log: Log) -> Result<Self, StoreError> {
        let no_random = |error: rand::rngs::SysError| StoreError::NoRandom { reason: error.to_string() };
        let (changes, lookups) = (Registry::open(&options.out)?, Registry::open(&options.out)?);
        Ok(Self {
            tokens: Tokens::new().map_err(no_random)?,
            rates: Rates::new(options.rate),
            sessions: Sessions::new(&options, Arc::clone(&log), sessions::spawn),
            battles: Battles::new(&options, Arc::clone(&log)),
            windows: Mutex::default(),
            changes: Mutex::new(changes),
            lookups: Mutex::new(lookups),
            options,
            log,
        })
    }

    /// The windows of a scenario. They are looked up in the bars, and known for a short time.
    ///
    /// # Errors
    /// As [`session_windows`].
    pub fn windows(&self, found: &FoundScenario) -> Result<Windows, RunError> {
        let key = blake3::hash(found.text.as_bytes());
        let lock = || self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, windows)) = lock().get(&key)
            && at.elapsed() < KNOWN
        {
            return Ok(Arc::clone(windows));
        }
        let windows: Windows = session_windows(&found.text, &found.base_dir)?.into();
        let mut all = lock();
        all.retain(|_, (at, _)| at.elapsed() < KNOWN);
        all.insert(key, (Instant::now(), Arc::clone(&windows)));
        Ok(windows)
    }

    /// The registry, to be changed.
    pub fn change(&self) -> MutexGuard<'_, Registry> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The registry, to be looked up.
    pub fn look(&self) -> MutexGuard<'_, Registry> {
        self.lookups.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Seconds since 1970.
pub fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
