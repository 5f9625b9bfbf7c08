//! The batches of a sweep, given to worker processes that a command of the user's starts.
//!
//! Each batch is cut into as many parts as there are workers. A part is a file with its jobs in a folder of its own, into
//! which its worker publishes a pack. A part whose worker fails is given again, then left to this process: no result depends
//! on who computes. Invariants: workers end with the batch; a pack whose jobs are not exactly those asked for is not used.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use super::super::{Prepared, RunError, ScenarioSource};
use super::exchange::Exchange;
use super::worker_job::{WorkerJob, WorkerTrial};
use crate::engine::Loop;
use crate::process::{Tail, Worker};
use crate::store::outcomes::{PackStore, merge_packs};
use crate::store::{StoreError, sweep::decode_outcome};
use crate::sweep::{Elsewhere, JobKey, OpenJob, WindowOutcome};

/// How often a part is given to a worker.
const TRIES: u32 = 3;
/// Time between two looks at the workers.
const LOOK: Duration = Duration::from_millis(5);

/// How workers are started.
#[derive(Debug, Clone)]
pub struct WorkerOptions {
    /// Words of a shell that start a program somewhere, such as `srun -N1 -n1 --exact`; the program's own words follow.
    pub command: String,
    /// How many at the same time.
    pub count: usize,
    /// The program `tiltyard` where they run.
    pub program: PathBuf,
    /// Threads of each; all cores where `None`.
    pub threads: Option<usize>,
    /// The replay loop.
    pub engine: Loop,
    /// Bytes that the indicator columns of each may take.
    pub memory: usize,
}

/// Told of each worker that has failed, as a sentence.
pub type WorkerNotice = Arc<dyn Fn(&str) + Send + Sync>;

/// Workers for the batches of a sweep.
pub struct Workers {
    options: WorkerOptions,
    job: WorkerJob,
    exchange: Exchange,
    notice: WorkerNotice,
    parts: AtomicU64,
    /// Set when no worker of a batch came to its end.
    given_up: AtomicBool,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Workers {
    /// Workers for the sweep of a scenario. Files are exchanged in a hidden folder of `out`, which all machines must see.
    ///
    /// # Errors
    /// [`RunError::NoSweep`], and where the folder cannot be made.
    pub fn new(
        source: &ScenarioSource,
        out: &Path,
        options: WorkerOptions,
        notice: WorkerNotice,
    ) -> Result<Self, RunError> {
        let scenario = &source.scenario;
        if scenario.sweep.is_none() {
            return Err(RunError::NoSweep);
        }
        let absolute =
            |path: &Path| std::path::absolute(Path::new(".").join(path)).unwrap_or_else(|_| path.to_owned());
        let (base, out) = (absolute(&scenario.market.base_dir), absolute(out));
        let job = WorkerJob::of(&source.title, &source.text, &base, &out, options.engine, options.memory);
        let exchange = Exchange::below(&out)?;
        Ok(Self {
            options,
            job,
            exchange,
            notice,
            parts: AtomicU64::new(0),
            given_up: AtomicBool::new(false),
        })
    }

    /// What was prepared, with these workers for its sweep.
    pub fn into_prepared(self, prepared: Prepared) -> Prepared {
        Prepared { elsewhere: Some(Arc::new(self)), ..prepared }
    }

    /// Writes the file of a part into a folder of its own, and starts a worker on it.
    fn start(&self, jobs: &[OpenJob<'_>]) -> Result<(PathBuf, Worker), StoreError> {
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        let folder = self.exchange.folder().join(number.to_string());
        let failed = |source| StoreError::Write { path: folder.clone(), source };
        fs::create_dir(&folder).map_err(failed)?;
        let (file, log) = (folder.join("job"), folder.join("log"));
        self.job.with(trials(jobs)).write(&file)?;
        let log = File::create(log).map_err(failed)?;
        let threads = self.options.threads.map(|threads| threads.to_string());
        let mut words: Vec<&OsStr> =
            vec![self.options.program.as_os_str(), "cluster".as_ref(), "worker".as_ref(), file.as_os_str()];
        if let Some(threads) = &threads {
            words.extend([OsStr::new("--threads"), OsStr::new(threads)]);
        }
        let worker = Worker::start(&self.options.command, &words, log).map_err(failed)?;
        Ok((folder, worker))
    }

    /// Works on one part until it is done or given up.
    fn part<'j, 'k>(&self, jobs: &'k [OpenJob<'j>]) -> Part<'j, 'k> {
        let mut part = Part { jobs, tries: 0, running: None, found: None };
        self.again(&mut part, None);
        part
    }

    /// Starts a worker for a part that has none, unless that was tried often enough.
    fn again(&self, part: &mut Part<'_, '_>, failure: Option<String>) {
        let mut failure = failure;
        while part.running.is_none() && part.tries < TRIES {
            if let Some(failure) = &failure {
                (self.notice)(&format!("a worker has failed and is started again: {failure}"));
            }
            part.tries += 1;
            match self.start(part.jobs) {
                Ok(running) => part.running = Some(running),
                Err(error) => failure = Some(error.to_string()),
            }
        }
        if part.running.is_none()
            && let Some(failure) = &failure
        {
            let jobs = crate::domain::counted(part.jobs.len() as u64, "job");
            (self.notice)(&format!("{TRIES} workers have failed, and {jobs} are computed here: {failure}"));
        }
    }

    /// Looks whether the worker of a part has ended; says whether the part is over.
    fn look(&self, part: &mut Part<'_, '_>) -> bool {
        let Some((folder, mut worker)) = part.running.take() else { return true };
        let failure = match worker.ended() {
            Ok(None) => {
                part.running = Some((folder, worker));
                return false;
            }
            Ok(Some(status)) if status.success() => match read(&folder, part.jobs) {
                Ok(found) => {
                    part.found = Some(found);
                    None
                }
                Err(problem) => Some(problem),
            },
            Ok(Some(status)) => Some(format!("{status}{}", said(&folder))),
            Err(error) => Some(error.to_string()),
        };
        drop(worker);
        // What stays goes with the folder of all.
        let _ = fs::remove_dir_all(&folder);
        if failure.is_some() {
            self.again(part, failure);
        }
        part.running.is_none()
    }
}

/// Jobs that one worker is given.
struct Part<'j, 'k> {
    jobs: &'k [OpenJob<'j>],
    tries: u32,
    running: Option<(PathBuf, Worker)>,
    found: Option<Vec<WindowOutcome>>,
}

impl Elsewhere for Workers {
    fn evaluate(&self, jobs: &[OpenJob<'_>], stopping: &dyn Fn() -> bool) -> Vec<Option<WindowOutcome>> {
        if jobs.is_empty() || self.given_up.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let size = jobs.len().div_ceil(self.options.count.max(1));
        let mut parts: Vec<Part<'_, '_>> = jobs.chunks(size).map(|jobs| self.part(jobs)).collect();
        while !stopping() {
            let over: Vec<bool> = parts.iter_mut().map(|part| self.look(part)).collect();
            if over.into_iter().all(|over| over) {
                break;
            }
            std::thread::sleep(LOOK);
        }
        let stopped = stopping();
        let running = parts.iter_mut().filter_map(|part| part.running.take());
        Worker::stop(running.map(|(_, worker)| worker).collect());
        if !stopped && parts.iter().all(|part| part.found.is_none()) {
            self.given_up.store(true, Ordering::Relaxed);
            (self.notice)("no worker has come to its end: the rest is computed here");
        }
        let of_part = |part: Part<'_, '_>| -> Vec<Option<WindowOutcome>> {
            match part.found {
                Some(found) => found.into_iter().map(Some).collect(),
                None => part.jobs.iter().map(|_| None).collect(),
            }
        };
        parts.into_iter().flat_map(of_part).collect()
    }
}

/// Jobs by their combinations; those of one combination follow each other.
fn trials(jobs: &[OpenJob<'_>]) -> Vec<WorkerTrial> {
    let mut trials: Vec<WorkerTrial> = Vec::new();
    for job in jobs {
        match trials.last_mut().filter(|(values, _)| values == job.values) {
            Some((_, windows)) => windows.push(job.window),
            None => trials.push((job.values.to_vec(), vec![job.window])),
        }
    }
    trials
}

/// The outcomes that a worker has published, in the order of the jobs.
fn read(folder: &Path, jobs: &[OpenJob<'_>]) -> Result<Vec<WindowOutcome>, String> {
    let mut found: HashMap<JobKey, WindowOutcome> = HashMap::new();
    let packs = PackStore::open(&folder.display().to_string(), false).and_then(|store| store.packs());
    let merged = packs.and_then(|packs| {
        merge_packs(&packs, |key, outcome| {
            found.extend(decode_outcome(outcome).map(|outcome| (key, outcome)));
            Ok(())
        })
    });
    merged.map_err(|error| error.to_string())?;
    let outcomes: Option<Vec<WindowOutcome>> = jobs.iter().map(|job| found.remove(&job.key)).collect();
    outcomes.ok_or_else(|| "it has not computed the jobs that it was given: it sees other data".to_owned())
}

/// The end of what a worker has said, for a message.
fn said(folder: &Path) -> String {
    let mut tail = Tail::default();
    tail.add(&fs::read(folder.join("log")).unwrap_or_default());
    tail.quoted().map_or_else(String::new, |text| format!(": {text}"))
}
