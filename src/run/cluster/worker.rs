//! A worker: evaluates the jobs of one file, and publishes their outcomes beside it.

use std::path::Path;

use super::super::stored::now;
use super::super::{Prepared, Programs, RunError, ScenarioSource, prepare_with};
use super::worker_job::WorkerJob;
use crate::scenario::Scenario;
use crate::store::outcomes::{JobsOf, PACK_FORMAT, PackInfo, PackRow, PackStore};
use crate::store::registry::StoredAgents;
use crate::store::{identify, sweep::encode_outcome};
use crate::sweep::{Evaluator, JobKeys, OutcomeStatus, TrialJob};
use crate::tournament::RunOptions;

/// Evaluates the jobs of a file that [`Workers`](super::Workers) has written, on the threads of the current pool; says how
/// many there were.
///
/// # Errors
/// Where the file, the scenario or its data cannot be read, and where the pack cannot be written.
pub fn run_worker(file: &Path) -> Result<usize, RunError> {
    let job = WorkerJob::read(file)?;
    let registry = StoredAgents::of(&job.out);
    let source = ScenarioSource::parse(&job.title, job.text.clone(), &job.base_dir, &registry)?;
    let prepared = prepare_with(&swept_alone(source.scenario), &[], &Programs::default())?;
    let mut rows = evaluate(&prepared, &job)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let store = PackStore::open(&folder.display().to_string(), false)?;
    let jobs = rows.len();
    store.publish(&info(&prepared, jobs as u64), &mut rows)?;
    Ok(jobs)
}

/// The scenario without agents that no trial needs: none of them is started, or decides what is loaded. No outcome of a trial
/// depends on them.
fn swept_alone(mut scenario: Scenario) -> Scenario {
    if let Some(sweep) = &scenario.sweep {
        scenario.agents.retain(|agent| agent.name == sweep.agent);
    }
    (scenario.tournament, scenario.report.benchmark) = (None, None);
    scenario
}

fn evaluate(prepared: &Prepared, job: &WorkerJob) -> Result<Vec<PackRow>, RunError> {
    let spec = prepared.scenario.sweep.as_ref().ok_or(RunError::NoSweep)?;
    let plan = prepared.plan();
    let memory = usize::try_from(job.memory).unwrap_or(usize::MAX);
    let options = RunOptions { engine: job.engine(), memory, ..RunOptions::default() };
    let (values, windows): (Vec<_>, Vec<_>) = job.trials().into_iter().unzip();
    let setups = spec.setups(&values).into_iter().zip(windows);
    // What is not valid here is missing in the pack, and so refused by who has asked.
    let known = |windows: &Vec<usize>| windows.iter().all(|&window| window < plan.windows.len());
    let batch: Vec<TrialJob> = setups
        .filter_map(|(setup, windows)| Some(TrialJob { setup: setup.ok()?, windows }))
        .filter(|trial| known(&trial.windows))
        .collect();
    let mut keys = JobKeys::new(plan);
    let outcomes = Evaluator::new(plan, options).evaluate(&batch);
    let mut rows = Vec::new();
    for (trial, outcomes) in batch.iter().zip(outcomes) {
        for (&window, outcome) in trial.windows.iter().zip(outcomes) {
            rows.push(PackRow {
                key: keys.key(&trial.setup, window),
                outcome: encode_outcome(&outcome),
                failed: outcome.status == OutcomeStatus::Forfeit,
            });
        }
    }
    Ok(rows)
}

fn info(prepared: &Prepared, jobs: u64) -> PackInfo {
    PackInfo {
        format: PACK_FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        jobs_of: JobsOf::Sweep,
        scenario: prepared.scenario.name.clone(),
        run: identify(&prepared.scenario, &prepared.market).to_string(),
        shard: 0,
        shards: 1,
        jobs,
        own_jobs: jobs,
        failed: 0,
        computed: jobs,
        started_at: now(),
        published_at: now(),
        finished: true,
    }
}
