//! What a sweep's choice is worth: its trials' returns brought before the statistics of selection.
//!
//! All trials that were replayed in all windows take part, over the windows that do not overlap; pruned and
//! failed ones count among the trials that the choice is corrected for.

use super::trial::returns;
use super::{Objective, Searched, Trial, WindowOutcome, apart, best, trial_returns};
use crate::metrics::Sample;
use crate::scenario::{Benchmark, SweepSpec};
use crate::statistics::evidence::{EvidenceError, Panel, SelectionEvidence, SelectionSpec, assess_selection};
use crate::tournament::{Plan, Tournament, held};

/// The evidence, with what is needed to name what it speaks of.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The statistics; trials are columns.
    pub evidence: SelectionEvidence,
    /// What they were computed with.
    pub spec: SelectionSpec,
    /// The columns' combinations: `fast=20 slow=100`.
    pub names: Vec<String>,
    /// The benchmark's name; `None`: the winner must beat 0, as cash does not.
    pub benchmark: Option<String>,
    /// Return periods in a year.
    pub periods_per_year: f64,
}

/// The benchmark's name with its returns over the windows that do not overlap: an agent's, or those of buying
/// and holding a symbol. `None` where a window has no bar of the symbol.
pub fn benchmark_returns(
    plan: &Plan<'_>,
    tournament: &Tournament,
    benchmark: &Benchmark,
) -> Option<(String, Vec<f64>)> {
    let spec = &plan.scenario.metrics;
    let mut all = Vec::new();
    for window in apart(plan.windows) {
        let ticks = plan.windows[window].window.ticks;
        all.extend(match benchmark {
            Benchmark::Agent(name) => {
                let agent = tournament.agents.iter().find(|agent| agent.name == *name)?;
                WindowOutcome::of(&agent.windows[window].replay, plan.market, spec).returns
            }
            Benchmark::Symbol { id, .. } => {
                let (start, closes) = held(plan.market, *id, ticks)?;
                returns(&Sample::of(start, &closes, plan.market, ticks, spec.periods_per_year).curve)
            }
        });
    }
    Some((benchmark.name().to_owned(), all))
}

/// Assesses the best trial of a sweep.
///
/// # Errors
/// [`EvidenceError`] where no trial has a score, or nothing can be said of its returns.
pub fn assess(
    plan: &Plan<'_>,
    spec: &SweepSpec,
    searched: &Searched,
    benchmark: Option<(String, Vec<f64>)>,
) -> Result<Selection, EvidenceError> {
    let windows: Vec<usize> = (0..plan.windows.len()).collect();
    let trials = &searched.trials;
    let winner = best(&Objective::of(plan.scenario, spec.objective).scores(trials, &windows));
    let complete: Vec<&Trial> = trials.iter().filter(|trial| trial.is_complete(&windows)).collect();
    let taken = apart(plan.windows);
    let columns: Vec<Vec<f64>> = complete.iter().filter_map(|trial| trial_returns(trial, &taken)).collect();
    let panel = Panel::new(columns)?;
    let winner =
        winner.and_then(|winner| complete.iter().position(|one| one.number == trials[winner].number));
    let Some(winner) = winner else {
        return Err(crate::metrics::Missing::NoDispersion.into());
    };
    let (name, returns) = benchmark.unzip();
    let settings = SelectionSpec {
        benchmark: returns,
        winner: Some(winner),
        trials: Some(trials.len()),
        seed: plan.scenario.seed,
        ..SelectionSpec::default()
    };
    let periods_per_year =
        complete[winner].outcomes[0].as_ref().map_or(1.0, |first| first.metrics.periods_per_year);
    Ok(Selection {
        evidence: assess_selection(&panel, &settings)?,
        names: complete.iter().map(|trial| named(spec, trial)).collect(),
        spec: settings,
        benchmark: name,
        periods_per_year,
    })
}

fn named(spec: &SweepSpec, trial: &Trial) -> String {
    let pairs = spec.parameters.iter().zip(&trial.values);
    pairs.map(|(parameter, value)| format!("{}={value}", parameter.key())).collect::<Vec<_>>().join(" ")
}
