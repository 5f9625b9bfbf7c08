//! The merge of scores: rankings, standings and tests of a tournament, without a run.

use super::super::observer::Relay;
use super::super::replay::assessment;
use super::super::{Destination, Merging, Prepared, RunError, RunEvent, RunObserver};
use crate::store::{StoredRun, write_scores};
use crate::tournament::{Results, RunOptions, cutoff_splits, run_scores};

/// Ranks by the scores that shards have published, and computes what is missing. Writes the files of a run that say who
/// won, with the bytes they have in its folder, to `OUT/<scenario>/<run-id>.scores/`. No run is stored: registered agents
/// keep their history as it is.
///
/// # Errors
/// [`RunError::Interrupted`], [`RunError::Format`], and where the files cannot be written.
pub fn merge_scores(
    prepared: Prepared,
    destination: &Destination<'_>,
    options: RunOptions,
    observer: &dyn RunObserver,
    merging: Merging,
) -> Result<StoredRun, RunError> {
    destination.check()?;
    let prepared = merging.into_prepared(prepared)?;
    let plan = prepared.plan();
    observer.event(&RunEvent::ReplayStarted { jobs: plan.jobs() });
    let tournament = run_scores(&plan, &prepared.own, &*prepared.known, &Relay(observer), options)?;
    observer.event(&RunEvent::ReplayDone);
    let results = Results::of(&tournament, &prepared.scenario)?;
    let assessment = assessment(&prepared, &results, observer)?;
    let cutoffs = cutoff_splits(&results, &prepared.scenario, &prepared.windows);
    let run = destination.run(&prepared, &prepared.scenario);
    Ok(write_scores(destination.out, run, &tournament, (assessment, cutoffs))?)
}
