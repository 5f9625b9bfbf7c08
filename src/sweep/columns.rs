//! Numbers of every trial, taken while its outcomes are in memory: what rankings, validation and tests need, so that no
//! outcome is read again for them.

use super::validation::splits;
use super::{Objective, OutcomeStatus, Outcomes, SweepPlan, Trial, apart, trial_returns};
use crate::metrics::{Missing, Score};

/// Numbers of all trials. Lists are in the order of the trials.
#[derive(Debug, Clone, Default)]
pub struct TrialColumns {
    /// Score over the windows of the search; absent where it was not replayed in all of them.
    pub scores: Vec<Score>,
    /// Why a score is no number.
    pub reasons: Vec<Option<Missing>>,
    /// Whether it is a forfeit in any window.
    pub failed: Vec<bool>,
    /// Return periods per year in the first window that was replayed.
    pub periods_per_year: Vec<f64>,
    /// Returns over the windows that do not overlap; `None` of a trial that was not replayed in all windows.
    pub returns: Vec<Option<Vec<f64>>>,
    /// The best trial on the training windows of each split of the scenario's validation; empty for a search that is
    /// run again for each split.
    pub chosen: Vec<Chosen>,
}

/// A split's best trial.
#[derive(Debug, Clone, Copy)]
pub struct Chosen {
    /// Its index, the first among equals; `None` where no trial has a score.
    pub trial: Option<usize>,
    /// Its score on the training windows.
    pub score: Score,
}

/// Fills the columns.
#[derive(Debug)]
pub(super) struct Measuring {
    objective: Objective,
    /// Windows of the search.
    searched: Vec<usize>,
    /// All windows of the plan.
    all: Vec<usize>,
    /// Windows that do not overlap.
    apart: Vec<usize>,
    /// Training windows of each split.
    training: Vec<Vec<usize>>,
    columns: TrialColumns,
}

impl Measuring {
    /// For a search in these windows.
    pub fn new(sweep: &SweepPlan<'_>, windows: &[usize]) -> Self {
        let SweepPlan { plan, spec, .. } = *sweep;
        let validation = plan.scenario.validation.filter(|_| !spec.search.is_adaptive());
        let splits = validation.map_or_else(Vec::new, |validation| splits(plan.windows.len(), validation));
        let training: Vec<Vec<usize>> = splits.into_iter().map(|split| split.train).collect();
        let chosen = vec![Chosen { trial: None, score: Score::Absent }; training.len()];
        Self {
            objective: Objective::of(plan.scenario, spec.objective),
            searched: windows.to_vec(),
            all: (0..plan.windows.len()).collect(),
            apart: apart(plan.windows),
            training,
            columns: TrialColumns { chosen, ..TrialColumns::default() },
        }
    }

    /// A trial without outcomes joins.
    pub fn enter(&mut self) {
        let columns = &mut self.columns;
        columns.scores.push(Score::Absent);
        columns.reasons.push(None);
        columns.failed.push(false);
        columns.periods_per_year.push(1.0);
        columns.returns.push(None);
    }

    /// Measures a trial by all outcomes that it has. Splits choose among the trials in the order in which they come.
    pub fn take(&mut self, index: usize, trial: &Trial, outcomes: &Outcomes) {
        let columns = &mut self.columns;
        columns.scores[index] = self.objective.score(outcomes, &self.searched);
        columns.reasons[index] = self.objective.why(outcomes, &self.searched);
        let failed = |status| status == OutcomeStatus::Forfeit;
        columns.failed[index] = outcomes.iter().flatten().any(|outcome| failed(outcome.status));
        let first = outcomes.iter().flatten().next();
        columns.periods_per_year[index] = first.map_or(1.0, |first| first.metrics.periods_per_year);
        let complete = trial.is_complete(&self.all);
        columns.returns[index] = if complete { trial_returns(outcomes, &self.apart) } else { None };
        for (training, chosen) in self.training.iter().zip(&mut columns.chosen) {
            let score = self.objective.score(outcomes, training);
            if !score.is_absent() && (chosen.trial.is_none() || score > chosen.score) {
                *chosen = Chosen { trial: Some(index), score };
            }
        }
    }

    /// All columns.
    pub fn finish(self) -> TrialColumns {
        self.columns
    }
}
