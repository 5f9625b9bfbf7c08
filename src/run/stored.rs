//! A run that is stored: the output folder is checked before the first bar, results appear whole.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use super::{Kept, Prepared, RunError, RunObserver, RunResult, run};
use crate::domain::Timestamp;
use crate::scenario::{ReportFormat, Scenario};
use crate::store::registry::{Registry, agent_parts};
use crate::store::{self, Index, Published, Run, RunCommit, RunTiming, RunWriter, StoredRun};
use crate::tournament::{RunOptions, Tournament, WindowResult};

/// Formats that write the Parquet files as CSV too.
const CSV: [ReportFormat; 2] = [ReportFormat::Csv, ReportFormat::Spreadsheet];

/// Where results go.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// The output folder: a run lands in `OUT/<scenario>/<run-id>/`.
    pub out: &'a Path,
    /// The scenario's text, kept with the run.
    pub text: &'a str,
    /// Whether every Parquet file gets a CSV twin, also where the scenario does not ask for it.
    pub csv: bool,
}

impl<'a> Destination<'a> {
    /// Refuses an output folder that cannot be made because it or a parent of it is a file.
    ///
    /// # Errors
    /// [`RunError::OutputIsFile`].
    pub fn check(&self) -> Result<(), RunError> {
        match self.out.ancestors().find(|folder| folder.exists()) {
            Some(file) if !file.is_dir() => {
                Err(RunError::OutputIsFile { out: self.out.to_owned(), file: file.to_owned() })
            }
            _ => Ok(()),
        }
    }

    /// The run of `scenario`, by the identity of what was prepared.
    pub(super) fn run(&self, prepared: &'a Prepared, scenario: &'a Scenario) -> Run<'a> {
        Run {
            id: store::identify(&prepared.scenario, &prepared.market),
            scenario,
            source: self.text,
            market: &prepared.market,
            csv: self.csv || scenario.report.formats.iter().any(|format| CSV.contains(format)),
        }
    }
}

/// [`run()`], with its results in a store: a folder of its own, an entry in the index, and for registered agents their
/// history, all or nothing.
///
/// ```no_run
/// use tiltyard::prelude::*;
/// use tiltyard::run::{Destination, run_and_store};
///
/// let source = ScenarioSource::read("my.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// let destination = Destination { out: "reports".as_ref(), text: &source.text, csv: false };
/// let stored = run_and_store(&prepared, &destination, RunOptions::default(), &NoProgress)?;
/// println!("{}", stored.folder.join("report.html").display());
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// As [`run()`], and where the output folder cannot be written; nothing is left behind then.
pub fn run_and_store(
    prepared: &Prepared,
    destination: &Destination<'_>,
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<StoredRun, RunError> {
    // What was replayed is freed here.
    let options = RunOptions { keep_curves: false, ..options };
    run_and_keep(prepared, destination, options, observer).map(|(_, stored)| stored)
}

/// [`run_and_store`], with what was replayed.
pub(super) fn run_and_keep(
    prepared: &Prepared,
    destination: &Destination<'_>,
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<(RunResult, StoredRun), RunError> {
    let started = Instant::now();
    destination.check()?;
    let mut index = Index::open(destination.out)?;
    let registered = Registry::of(&prepared.scenario);
    let lock = match registered.as_slice() {
        [] => None,
        agents => Some(Registry::open(destination.out)?.lock(agents)?),
    };
    let writer = RunWriter::open(destination.out, destination.run(prepared, &prepared.scenario))?;
    let mut result = run(prepared, options, observer)?;
    let parts = agent_parts(&prepared.scenario, &prepared.market, &result.tournament);
    let writer = writer.recorded(prepared.collector.take()).logged(prepared.collector.take_logs());
    let writer = writer.split(result.cutoffs.clone());
    let writer = match &result.assessment {
        Some(found) => writer.assessed(found.clone()),
        None => writer,
    };
    let published = publish(writer, &mut result.tournament, options.keep_curves, observer)?;
    let timing = RunTiming { finished_at: now(), duration: prepared.loading + started.elapsed() };
    let base_dir = base_dir(&prepared.scenario);
    let contents = prepared.contents();
    let commit =
        RunCommit { base_dir: base_dir.as_deref(), contents: &contents, parts: &parts, lock: lock.as_ref() };
    index.record_with(&published.stored, &timing, &commit)?;
    Ok((result, published.stored))
}

/// The folder that the scenario's relative paths start at; the empty path is the working directory.
fn base_dir(scenario: &Scenario) -> Option<PathBuf> {
    std::path::absolute(Path::new(".").join(&scenario.market.base_dir)).ok()
}

/// Writes the agents on all threads, then makes the folder appear. Nothing is left of it where the observer cancels it.
/// What an agent's files have is freed when they are written, unless it is to be kept.
pub(super) fn publish(
    writer: RunWriter<'_>,
    tournament: &mut Tournament,
    keep_logs: bool,
    observer: &dyn RunObserver,
) -> Result<Published, RunError> {
    let writer = writer.sized(tournament);
    let (all, written) = (tournament.agents.len(), AtomicUsize::new(0));
    tournament.agents.par_iter_mut().with_max_len(1).try_for_each(|agent| {
        if observer.cancelled() {
            let done = format!("writing {} of {all} agents", written.load(Ordering::Relaxed));
            return Err(RunError::Interrupted { done, kept: Kept::Nothing });
        }
        writer.write_agent(agent)?;
        if !keep_logs {
            agent.windows.iter_mut().for_each(WindowResult::free_stored);
        }
        written.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })?;
    #[cfg(feature = "report")]
    let published = writer.finish_with(tournament, crate::report::pages)?;
    #[cfg(not(feature = "report"))]
    let published = writer.finish_with(tournament, |_| Ok::<_, store::StoreError>(Vec::new()))?;
    Ok(published)
}

/// The wall clock, for the store's index and registry alone: no result depends on it.
pub fn now() -> Timestamp {
    Timestamp::from_micros(
        chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp_micros(),
    )
}
