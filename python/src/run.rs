//! Runs and sweeps.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use tiltyard::internals::domain::Shard;
use tiltyard::internals::market::Market;
use tiltyard::internals::store::outcomes::PackStore;
use tiltyard::internals::store::registry::StoredAgents;
use tiltyard::prelude::*;
use tiltyard::run::{
    HeldBars, Merging, Programs, SWEEP_MEMORY, ShardOptions, StoredSweepRun, check_with, on_threads,
    prepare_again, run_shard, sweep_and_store, sweep_merged,
};

use crate::bars::Held;
use crate::context::Wants;
use crate::failure;
use crate::observer::{OnMain, Watch};
use crate::strategy::{Class, PythonStrategy};

/// How often a shard publishes.
const PUBLISH: Duration = Duration::from_secs(60);
/// How often a run looks for Ctrl-C.
const LOOK: Duration = Duration::from_millis(50);
/// Times that a run begins again because its strategies have asked for something new.
const RESTARTS: usize = 1_000;

/// An agent of the program's own, as Python gives it.
#[derive(FromPyObject)]
pub struct OwnAgent {
    /// As the text of its `[[agents]]` table, without a strategy.
    #[pyo3(item)]
    table: String,
    #[pyo3(item)]
    name: String,
    #[pyo3(item)]
    version: String,
    /// Makes the strategy of a window.
    #[pyo3(item)]
    factory: Py<PyAny>,
}

/// Where a run comes from and goes to.
#[derive(FromPyObject)]
pub struct Request {
    /// The scenario's text.
    #[pyo3(item)]
    text: String,
    /// What it is called in messages.
    #[pyo3(item)]
    title: String,
    /// The folder that its relative paths start at.
    #[pyo3(item)]
    folder: PathBuf,
    /// The folder that the run is stored in.
    #[pyo3(item)]
    out: PathBuf,
    #[pyo3(item)]
    threads: Option<usize>,
    /// The program `tiltyard`, which isolates agents that are programs.
    #[pyo3(item)]
    helper: Option<PathBuf>,
    #[pyo3(item)]
    replay: Option<String>,
    #[pyo3(item)]
    fresh: bool,
    /// Where shards have published outcomes that the run is made of.
    #[pyo3(item)]
    outcomes: Option<String>,
}

/// What comes back.
struct Stored {
    folder: PathBuf,
    notes: Vec<String>,
    /// Whether a trial of a sweep won; `None` for no sweep.
    has_winner: Option<bool>,
}

/// Why there is no result.
enum Failed {
    Run(Box<RunError>),
    Cancelled,
}

impl From<RunError> for Failed {
    fn from(error: RunError) -> Self {
        Self::Run(Box::new(error))
    }
}

/// A scenario with agents of the program's own, about to be replayed.
struct Round {
    scenario: Scenario,
    /// The scenario's text with the tables of the program's own agents.
    text: String,
    entrants: Vec<Entrant>,
    held: Option<HeldBars>,
    /// What was loaded for a run that begins again.
    market: Mutex<Option<Market>>,
    watch: Watch,
    /// Whether strategies in Python play, which stay on Python's own thread.
    is_python: bool,
}

impl Round {
    fn new(
        py: Python<'_>,
        request: &Request,
        agents: Vec<OwnAgent>,
        bars: Option<Bound<'_, Held>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Self> {
        let wants: Vec<Arc<Wants>> = agents.iter().map(|_| Arc::default()).collect();
        let watch = Watch::new(progress, wants.clone());
        let is_python = !agents.is_empty();
        let source = source(request, &agents).map_err(|error| failure::of_run(py, &error, &request.text))?;
        let (scenario, entrants) = entrants(&source, agents, &wants, &watch);
        let held = bars.map(|bars| bars.get().bars.clone());
        let market = Mutex::default();
        Ok(Self { scenario, text: source.text, entrants, held, market, watch, is_python })
    }

    fn play<T: Send>(
        &self,
        py: Python<'_>,
        request: &Request,
        work: impl Fn(&dyn RunObserver) -> Result<T, Failed> + Sync,
    ) -> Result<T, Failed> {
        if self.is_python {
            on_main(py, &self.watch, work)
        } else {
            aside(py, request.threads, &self.watch, work)
        }
    }

    fn prepared(&self, request: &Request) -> Result<Prepared, RunError> {
        let before = self.market.lock().unwrap_or_else(PoisonError::into_inner).take();
        prepare_again(&self.scenario, self.held.as_ref(), &self.entrants, &programs(request), before)
    }

    /// After a run that may begin again: what was loaded for it.
    fn give_back(&self, prepared: Prepared) {
        *self.market.lock().unwrap_or_else(PoisonError::into_inner) = Some(prepared.market);
    }

    /// What Python is told: Ctrl-C as its own exception, with `stopped` as its text.
    fn error(&self, py: Python<'_>, failed: Failed, stopped: &'static str) -> PyErr {
        match failed {
            Failed::Cancelled => PyErr::take(py).unwrap_or_else(|| PyKeyboardInterrupt::new_err(stopped)),
            Failed::Run(error) => failure::of_run(py, &error, &self.text),
        }
    }
}

/// Runs a scenario with agents of the program's own, and stores the run: its folder, notes, and whether a trial won.
#[pyfunction]
#[pyo3(signature = (request, agents, bars = None, progress = None))]
pub fn run(
    py: Python<'_>,
    request: Request,
    agents: Vec<OwnAgent>,
    bars: Option<Bound<'_, Held>>,
    progress: Option<Py<PyAny>>,
) -> PyResult<(PathBuf, Vec<String>, Option<bool>)> {
    let round = Round::new(py, &request, agents, bars, progress)?;
    let Stored { folder, notes, has_winner } = round
        .play(py, &request, |observer| stored(&request, &round, observer))
        .map_err(|failed| round.error(py, failed, "stopped; the same call goes on where it was"))?;
    round.watch.look(py);
    Ok((folder, notes, has_winner))
}

/// Replays on Python's own thread, attached once: strategies in Python are called without waiting for a lock.
fn on_main<T>(
    py: Python<'_>,
    watch: &Watch,
    work: impl Fn(&dyn RunObserver) -> Result<T, Failed> + Sync,
) -> Result<T, Failed> {
    for _ in 0..RESTARTS {
        let result = single_thread(|| work(&OnMain::new(watch)));
        if watch.wants.iter().any(|wants| wants.has_new()) {
            watch.wants.iter().for_each(|wants| wants.accept());
            watch.look(py);
            continue;
        }
        return match result {
            Err(_) if watch.cancelled() => Err(Failed::Cancelled),
            result => result,
        };
    }
    Err(RunError::Entrant {
        name: "strategy".to_owned(),
        problem: format!("it has asked for something new {RESTARTS} times; declare what it reads"),
    }
    .into())
}

/// Does the work in a pool of which this thread is the only one.
fn single_thread<T>(work: impl FnOnce() -> Result<T, Failed>) -> Result<T, Failed> {
    use std::cell::OnceCell;
    thread_local! {
        static POOL: OnceCell<Result<rayon::ThreadPool, String>> = const { OnceCell::new() };
    }
    POOL.with(|pool| {
        let pool = pool.get_or_init(|| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
            pool.map_err(|error| error.to_string())
        });
        match pool {
            // This thread is the pool's: what the work spreads over the pool is done here, one after the other.
            Ok(_) => work(),
            // On other threads the work would wait for the interpreter that this one holds.
            Err(problem) => {
                let (name, problem) = ("strategies in Python".to_owned(), problem.clone());
                Err(RunError::Entrant { name, problem }.into())
            }
        }
    })
}

/// Replays on threads of their own, while this one looks for Ctrl-C.
fn aside<T: Send>(
    py: Python<'_>,
    threads: Option<usize>,
    watch: &Watch,
    work: impl Fn(&dyn RunObserver) -> Result<T, Failed> + Sync,
) -> Result<T, Failed> {
    py.detach(|| {
        std::thread::scope(|scope| {
            let (done, finished) = channel();
            let work = &work;
            let handle = scope.spawn(move || {
                let result = on_threads(threads, || work(watch));
                let _ = done.send(());
                result
            });
            while let Err(RecvTimeoutError::Timeout) = finished.recv_timeout(LOOK) {
                Python::attach(|py| watch.look(py));
            }
            match handle.join() {
                Ok(Err(_)) if watch.cancelled() => Err(Failed::Cancelled),
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    })
}

fn programs(request: &Request) -> Programs {
    Programs {
        helper: request.helper.clone(),
        out: Some(request.out.clone()),
        fresh: request.fresh,
        replay: request.replay.clone(),
    }
}

fn stored(request: &Request, round: &Round, observer: &dyn RunObserver) -> Result<Stored, Failed> {
    let prepared = round.prepared(request)?;
    let notes = prepared.notes().to_vec();
    let mut merging = match &request.outcomes {
        Some(dest) => Some(Merging::of(&prepared, &open(dest, false)?, None, observer)?),
        None => None,
    };
    let destination = Destination { out: &request.out, text: &request.text, csv: false };
    if prepared.scenario.sweep.is_some() {
        let options = RunOptions { memory: SWEEP_MEMORY, ..RunOptions::default() };
        let swept = match &mut merging {
            Some(merging) => sweep_merged(&prepared, &destination, options, observer, merging),
            None => sweep_and_store(&prepared, &destination, options, observer),
        };
        return match swept {
            Ok(StoredSweepRun { stored, has_winner }) => {
                Ok(Stored { folder: stored.folder, notes, has_winner: Some(has_winner) })
            }
            Err(error) => {
                round.give_back(prepared);
                Err(error.into())
            }
        };
    }
    let prepared = match merging {
        Some(merging) => merging.into_prepared(prepared)?,
        None => prepared,
    };
    match run_and_store(&prepared, &destination, RunOptions::default(), observer) {
        Ok(stored) => Ok(Stored { folder: stored.folder, notes, has_winner: None }),
        Err(error) => {
            round.give_back(prepared);
            Err(error.into())
        }
    }
}

fn open(dest: &str, create: bool) -> Result<PackStore, RunError> {
    PackStore::open(dest, create).map_err(RunError::from)
}

/// Computes a shard of a run's jobs and publishes their outcomes: jobs of the shard, and those that it computed.
#[pyfunction]
pub fn shard(
    py: Python<'_>,
    request: Request,
    agents: Vec<OwnAgent>,
    bars: Option<Bound<'_, Held>>,
    index: u32,
    count: u32,
) -> PyResult<(u64, u64)> {
    let shard = Shard::new(index, count).map_err(|error| failure::plain(py, error))?;
    let dest = request.outcomes.clone().unwrap_or_default();
    let round = Round::new(py, &request, agents, bars, None)?;
    let done = round.play(py, &request, |observer| {
        let prepared = round.prepared(&request)?;
        let memory = if prepared.scenario.sweep.is_some() { SWEEP_MEMORY } else { usize::MAX };
        let options = RunOptions { memory, ..RunOptions::default() };
        let options = ShardOptions { shard, publish_every: PUBLISH, options };
        let report = run_shard(&prepared, &open(&dest, true)?, &options, observer)?;
        if report.stopped { Err(Failed::Cancelled) } else { Ok((report.jobs, report.computed)) }
    });
    done.map_err(|failed| round.error(py, failed, "stopped; what was computed is published"))
}

/// The scenario, with a table for each agent of the program's own: its name, balance and risk profile are read as those
/// of any other.
fn source(request: &Request, agents: &[OwnAgent]) -> Result<ScenarioSource, RunError> {
    let mut text = request.text.clone();
    for agent in agents {
        text += &format!("\n[[agents]]\n{}\nstrategy = {{ kind = \"cash\" }}\n", agent.table);
    }
    let registry = StoredAgents::of(&request.out);
    ScenarioSource::parse(Path::new(&request.title), text, &request.folder, &registry)
}

/// The scenario's own agents, and those of the program's own.
fn entrants(
    source: &ScenarioSource,
    agents: Vec<OwnAgent>,
    wants: &[Arc<Wants>],
    watch: &Watch,
) -> (Scenario, Vec<Entrant>) {
    let mut scenario = source.scenario.clone();
    let mut entrants = Vec::new();
    for (agent, wants) in agents.into_iter().zip(wants) {
        let found = scenario.agents.iter().position(|spec| spec.name.as_str() == agent.name);
        let Some(spec) = found.map(|index| scenario.agents.remove(index)) else { continue };
        let class = Arc::new(Class {
            factory: agent.factory,
            wants: Arc::clone(wants),
            cancel: Arc::clone(&watch.cancel),
        });
        let entrant = Entrant::new(agent.name, move || Box::new(PythonStrategy::new(Arc::clone(&class))))
            .version(agent.version)
            .description(spec.description)
            .risk(spec.risk)
            .starting_balance(spec.starting_balance);
        entrants.push(entrant);
    }
    (scenario, entrants)
}

/// Checks a scenario and its data: messages with their lines, empty where all is well.
#[pyfunction]
pub fn check(py: Python<'_>, request: Request) -> PyResult<Vec<String>> {
    let found = py.detach(|| {
        let source = source(&request, &[])?;
        on_threads(request.threads, || check_with(&source.scenario, &[], &programs(&request)))
    });
    found.map(|report| report.notes.clone()).map_err(|error| failure::of_run(py, &error, &request.text))
}
