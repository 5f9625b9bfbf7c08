//! Evidence for a sweep's choice: applies the statistics of selection to its trials' returns.
//!
//! Uses all trials that were replayed in all windows, over the windows that do not overlap. Pruned and failed
//! trials are included in the number of trials that the result is corrected for.

use super::trial::returns;
use super::{Searched, Trial, WindowOutcome, apart, best};
use crate::metrics::Sample;
use crate::scenario::{Benchmark, SweepSpec};
use crate::statistics::evidence::{EvidenceError, Panel, SelectionEvidence, SelectionSpec, assess_selection};
use crate::tournament::{Tournament, TournamentPlan, held};

/// The evidence and its inputs.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The statistics; columns are trials.
    pub evidence: SelectionEvidence,
    /// Settings of the computation.
    pub spec: SelectionSpec,
    /// The combinations of the columns: `fast=20 slow=100`.
    pub names: Vec<String>,
    /// The benchmark's name; `None` compares with a return of 0.
    pub benchmark: Option<String>,
    /// Return periods per year.
    pub periods_per_year: f64,
}

/// The benchmark's name and its returns over the windows that do not overlap: those of an agent, or of buying
/// and holding a symbol. `None` where a window has no bar of the symbol.
pub fn benchmark_returns(
    plan: &TournamentPlan<'_>,
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
            symbol => {
                let (start, closes) = held(plan.market, symbol, ticks)?;
                returns(&Sample::of(start, &closes, plan.market, ticks, spec.periods_per_year).curve)
            }
        });
    }
    Some((benchmark.name().to_owned(), all))
}

/// Assesses the best trial of a sweep. Takes the returns out of its columns, so that they are not in memory twice.
///
/// # Errors
/// [`EvidenceError`] where no trial has a score, or its returns do not allow a test.
pub fn assess(
    plan: &TournamentPlan<'_>,
    spec: &SweepSpec,
    searched: &mut Searched,
    benchmark: Option<(String, Vec<f64>)>,
) -> Result<Selection, EvidenceError> {
    let returns = std::mem::take(&mut searched.columns.returns);
    let (trials, columns) = (&searched.trials, &searched.columns);
    let winner = best(&columns.scores);
    let complete: Vec<usize> = (0..returns.len()).filter(|&trial| returns[trial].is_some()).collect();
    let panel = Panel::new(returns.into_iter().flatten().collect())?;
    let winner = winner.and_then(|winner| complete.iter().position(|&one| one == winner));
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
    Ok(Selection {
        evidence: assess_selection(&panel, &settings)?,
        names: complete.iter().map(|&trial| named(spec, &trials[trial])).collect(),
        periods_per_year: columns.periods_per_year[complete[winner]],
        spec: settings,
        benchmark: name,
    })
}

fn named(spec: &SweepSpec, trial: &Trial) -> String {
    let pairs = spec.parameters.iter().zip(&trial.values);
    pairs.map(|(parameter, value)| format!("{}={value}", parameter.key())).collect::<Vec<_>>().join(" ")
}
