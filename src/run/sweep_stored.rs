//! A sweep that is stored: outcomes are kept batch by batch, the results appear as a run's folder.

use std::time::Instant;

use super::stored::{now, publish};
use super::{Destination, Merging, Prepared, RunError, RunObserver, SweepResult, sweep};
use crate::store::sweep::{SweepResults, TrialStore, write_sweep};
use crate::store::{Index, RunTiming, RunWriter, StoredRun};
use crate::sweep::{Judged, assess, benchmark_returns};
use crate::tournament::{RunOptions, TournamentPlan};

/// A sweep that has been stored.
#[derive(Debug)]
pub struct StoredSweepRun {
    /// The run with the winner's values; the sweep's files lie in its folder.
    pub stored: StoredRun,
    /// Whether a trial won; else the run has the scenario's own values.
    pub has_winner: bool,
}

/// [`sweep()`](super::sweep()), with its outcomes and results in a store. An interrupted sweep goes on where it was.
///
/// ```no_run
/// use tiltyard::prelude::*;
/// use tiltyard::run::{SWEEP_MEMORY, sweep_and_store};
///
/// let source = ScenarioSource::read("scenarios/sweep_sma_cross.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// let destination = Destination { out: "reports".as_ref(), text: &source.text, csv: false };
/// let options = RunOptions { memory: SWEEP_MEMORY, ..RunOptions::default() };
/// let swept = sweep_and_store(&prepared, &destination, options, &NoProgress)?;
/// println!("{}", swept.stored.folder.display());
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// As [`sweep()`](super::sweep()), and where the store cannot be read or written.
pub fn sweep_and_store(
    prepared: &Prepared,
    destination: &Destination<'_>,
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<StoredSweepRun, RunError> {
    sweep_with(prepared, destination, options, observer, None)
}

/// [`sweep_and_store`], without computing what shards have published.
///
/// # Errors
/// As [`sweep_and_store`].
pub fn sweep_merged(
    prepared: &Prepared,
    destination: &Destination<'_>,
    options: RunOptions,
    observer: &dyn RunObserver,
    merging: &mut Merging,
) -> Result<StoredSweepRun, RunError> {
    sweep_with(prepared, destination, options, observer, Some(merging))
}

fn sweep_with(
    prepared: &Prepared,
    destination: &Destination<'_>,
    options: RunOptions,
    observer: &dyn RunObserver,
    merging: Option<&mut Merging>,
) -> Result<StoredSweepRun, RunError> {
    let started = Instant::now();
    destination.check()?;
    let scenario = &prepared.scenario;
    let spec = scenario.sweep.as_ref().ok_or(RunError::NoSweep)?;
    let mut index = Index::open(destination.out)?;
    let mut cache = TrialStore::open(destination.out, &scenario.name)?;
    if let Some(merged) = merging.and_then(Merging::take) {
        cache = cache.after(merged);
    }
    let found = sweep(prepared, &mut cache, options, observer)?;
    let SweepResult { mut searched, validation, scenario: won, has_winner, mut tournament } = found;
    let plan = TournamentPlan { scenario: &won, ..prepared.plan() };
    let benchmark = scenario.report.benchmark.as_ref();
    let benchmark = benchmark.and_then(|benchmark| benchmark_returns(&plan, &tournament, benchmark));
    let run = destination.run(prepared, &won);
    let evidence = assess(&plan, spec, &mut searched, benchmark);
    let results = SweepResults {
        scenario,
        spec,
        judged: &Judged::of(spec, &searched),
        searched: &searched,
        evidence,
        validation: validation.as_ref(),
        csv: run.csv,
    };
    let writer = RunWriter::open(destination.out, run)?;
    write_sweep(writer.folder(), &run.id, &results, &mut cache)?;
    // Pages are made next: nothing of the trials is needed in memory for them.
    drop(results);
    drop((searched, cache));
    let published = publish(writer, &mut tournament, false, observer)?;
    let timing = RunTiming { finished_at: now(), duration: prepared.loading + started.elapsed() };
    index.record(&published.stored, &timing)?;
    Ok(StoredSweepRun { stored: published.stored, has_winner })
}
