//! What a sweep's trials came to: scores, ranks, the winner and its surroundings.

use super::objective::ranks;
use super::{Outcomes, Plateau, Searched, WindowOutcome, best, plateau};
use crate::metrics::{Metrics, Missing, Score, record_metrics};
use crate::scenario::{Scenario, SweepSpec};
use crate::tournament::score;

/// The trials of a sweep, ranked by its objective. Lists are in the order of the trials.
#[derive(Debug)]
pub struct Judged {
    /// Each trial's score; absent where it was pruned or has none.
    pub scores: Vec<Score>,
    /// Why a score is no number.
    pub reasons: Vec<Option<Missing>>,
    /// From 1; none without a score.
    pub ranks: Vec<Option<u32>>,
    /// Which trial is the best.
    pub winner: Option<usize>,
    /// The scores around it.
    pub plateau: Option<Plateau>,
    /// How many windows there are.
    pub windows: usize,
    /// How many trials were replayed in all of them.
    pub complete: usize,
}

impl Judged {
    /// Ranks what was searched.
    pub fn of(spec: &SweepSpec, searched: &Searched) -> Self {
        let (trials, columns) = (&searched.trials, &searched.columns);
        let windows: Vec<usize> = (0..trials.first().map_or(0, |trial| trial.outcomes.len())).collect();
        let scores = columns.scores.clone();
        let winner = best(&scores);
        Self {
            reasons: columns.reasons.clone(),
            ranks: ranks(&scores),
            plateau: winner.and_then(|index| plateau(spec, trials, &scores, index)),
            complete: trials.iter().filter(|trial| trial.is_complete(&windows)).count(),
            windows: windows.len(),
            winner,
            scores,
        }
    }
}

/// The metrics of a trial's record, its windows one after the other; none where it was not replayed.
pub fn trial_record(outcomes: &Outcomes, scenario: &Scenario) -> Option<Metrics> {
    let outcomes = || outcomes.iter().flatten();
    let measured: Vec<&Metrics> = outcomes().map(|outcome| &outcome.metrics).collect();
    let ruined = measured.iter().any(|window| window.record.summary.ruined);
    let returns = || outcomes().flat_map(|outcome| outcome.returns.iter().copied()).collect();
    let returns: Result<Vec<f64>, Missing> = if ruined { Err(Missing::Ruined) } else { Ok(returns()) };
    record_metrics(&measured, returns, scenario.market.interval.span().seconds(), &scenario.metrics)
}

/// The objective's score of one window.
pub fn window_score(outcome: &WindowOutcome, scenario: &Scenario, spec: &SweepSpec) -> Score {
    score(&outcome.metrics, spec.objective, &scenario.metrics)
}
