//! Whether the best of many trials is more than the luck of having been picked.
//!
//! Owns the assembly for the winner of a search, whoever made the trials: how sure its Sharpe ratio is (PSR), what is
//! left of it after the search (DSR), how long a record it needs (MinTRL), how often the search overfits (PBO by
//! CSCV), whether it beats the benchmark (SPA, StepM) and which trials cannot be distinguished from the best (MCS).
//! Invariants: "defensible" only if DSR, PBO and SPA all say so; what cannot be computed has its reason, and is no
//! proof; the same returns and settings give the same answer on any number of threads.

use std::borrow::Cow;

use super::block_length::trial_block_length;
use super::convention::Convention;
use super::cscv::{Overfitting, cscv, split_count};
use super::deflated_sharpe::{expected_maximum_sharpe, implied_independent_trials, trial_sharpe_ratios};
use super::error::EvidenceError;
use super::mcs::{McsStatistic, model_confidence_set};
use super::numeric::{mean, real};
use super::panel::Panel;
use super::psr::{SharpeEstimate, minimum_track_record_length, probabilistic_sharpe_ratio};
use super::spa::{Spa, Superiority};
use super::stationary_bootstrap::Resamples;
use super::stepm::superior;
use crate::domain::{Seed, counted};

/// The least deflated Sharpe ratio of a defensible winner.
pub const DEFENSIBLE_DSR: f64 = 0.95;
/// The largest probability of overfitting of a defensible winner's search.
pub const DEFENSIBLE_PBO: f64 = 0.2;
/// The SPA p-value that a defensible winner stays under.
pub const DEFENSIBLE_SPA: f64 = 0.05;

/// CSCV compares at most this many trials times splits: beyond it, it takes fewer blocks.
const MOST_COMPARISONS: usize = 400_000_000;
/// Rows that a block of CSCV must have for a Sharpe ratio.
const LEAST_ROWS_IN_A_BLOCK: usize = 2;

/// What the assessment depends on besides the returns.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectionSpec {
    /// Returns of the benchmark in the same periods; `None`: the winner must beat 0.
    pub benchmark: Option<Vec<f64>>,
    /// The trial that was picked; `None`: the one with the highest Sharpe ratio, the first of equals.
    pub winner: Option<usize>,
    /// How many trials the search made, failed and pruned ones included; `None`: as many as there are columns. Never
    /// taken as fewer than that.
    pub trials: Option<usize>,
    /// Blocks of CSCV: even, from 2 to 20. Fewer are taken where there are too few rows or too many trials.
    pub blocks: usize,
    /// Significance level of StepM and of the confidence set.
    pub alpha: f64,
    /// PSR that the minimum track record length asks for.
    pub confidence: f64,
    /// How often rows are resampled.
    pub resamples: usize,
    /// Seed of the resampling.
    pub seed: Seed,
    /// The confidence set takes the trials with the highest mean returns, at most so many, and the winner.
    pub set_size: usize,
}

impl Default for SelectionSpec {
    /// The best by Sharpe ratio against 0; 16 blocks, alpha 0.05, confidence 0.95, 1,000 resamples, the best 30.
    fn default() -> Self {
        Self {
            benchmark: None,
            winner: None,
            trials: None,
            blocks: 16,
            alpha: 0.05,
            confidence: 0.95,
            resamples: 1000,
            seed: Seed(0),
            set_size: 30,
        }
    }
}

/// What remains of the winner. All Sharpe ratios are per period. Indices are columns of the panel.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectionEvidence {
    /// The trial that was picked.
    pub winner: usize,
    /// Trials that the search made.
    pub trials: usize,
    /// Trials whose returns are known.
    pub columns: usize,
    /// Periods of each.
    pub periods: usize,
    /// The winner's Sharpe ratio, with the shape of its returns.
    pub sharpe: SharpeEstimate,
    /// Sharpe ratio of each trial; `None` where it never moved.
    pub sharpe_ratios: Vec<Option<f64>>,
    /// PSR: the probability that the winner's true Sharpe ratio is above 0, if it had not been picked.
    pub psr: Result<f64, EvidenceError>,
    /// The same after the search, all its trials counted.
    pub deflated: Result<Deflation, EvidenceError>,
    /// The same with as many trials as the correlated ones are worth.
    pub deflated_independent: Result<Deflation, EvidenceError>,
    /// Periods after which the same Sharpe ratio has the PSR asked for; `None` where no record is long enough.
    pub minimum_track_record: Result<Option<f64>, EvidenceError>,
    /// Blocks that CSCV took.
    pub blocks: usize,
    /// How often a pick like this one is worse than the median out of sample.
    pub overfitting: Result<Overfitting, EvidenceError>,
    /// Mean length of the blocks of periods that were resampled.
    pub block_length: f64,
    /// Whether the best beats the benchmark.
    pub spa: Result<Spa, EvidenceError>,
    /// All that beat it (StepM), in order.
    pub superior: Result<Vec<usize>, EvidenceError>,
    /// Which cannot be distinguished from the best.
    pub confidence_set: Result<TrialSet, EvidenceError>,
}

/// A Sharpe ratio after a search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deflation {
    /// DSR: the probability that the true Sharpe ratio is above what luck alone finds.
    pub probability: f64,
    /// That: the expected largest Sharpe ratio of so many trials without skill.
    pub threshold: f64,
    /// How many trials that takes.
    pub trials: usize,
    /// Variance of the trials' Sharpe ratios.
    pub variance: f64,
}

/// The model confidence set among the best.
#[derive(Debug, Clone, PartialEq)]
pub struct TrialSet {
    /// The trials compared, in order: those with the highest mean returns, and the winner.
    pub compared: Vec<usize>,
    /// The p-value of each.
    pub p_values: Vec<f64>,
    /// Those that cannot be distinguished from the best: p over alpha.
    pub members: Vec<usize>,
}

/// Assesses the winner among these trials' returns (rows = periods, columns = trials).
///
/// # Errors
/// [`EvidenceError::NoStatistic`] where no trial, or not the one that was picked, has a Sharpe ratio;
/// [`EvidenceError::Lengths`] for a benchmark of another length; [`EvidenceError::OutOfRange`] for settings that are
/// impossible, a winner that is no column among them.
pub fn assess_selection(returns: &Panel, spec: &SelectionSpec) -> Result<SelectionEvidence, EvidenceError> {
    check(returns, spec)?;
    let (sharpe_ratios, variance) = ratios(returns);
    let winner = spec.winner.unwrap_or_else(|| best(&sharpe_ratios));
    let sharpe = SharpeEstimate::of(returns.column(winner))?;
    let excess = match &spec.benchmark {
        Some(benchmark) => Cow::Owned(returns.less(benchmark)?),
        None => Cow::Borrowed(returns),
    };
    let trials = spec.trials.unwrap_or(0).max(returns.width());
    let deflate = |trials: usize| -> Result<Deflation, EvidenceError> {
        let variance = variance.clone()?;
        let threshold = expected_maximum_sharpe(variance, trials)?;
        let probability = probabilistic_sharpe_ratio(&sharpe, threshold)?;
        Ok(Deflation { probability, threshold, trials, variance })
    };
    let block_length = trial_block_length(&excess, winner);
    let key = spec.seed.key(&["selection"]);
    let resamples = Resamples::stationary(returns.rows(), block_length, spec.resamples, key)?;
    let mut simulated = Superiority::new(&excess, &resamples, block_length, Convention::Standard);
    let blocks = fitting_blocks(returns, spec.blocks);
    Ok(SelectionEvidence {
        winner,
        trials,
        columns: returns.width(),
        periods: returns.rows(),
        sharpe,
        psr: probabilistic_sharpe_ratio(&sharpe, 0.0),
        deflated: deflate(trials),
        deflated_independent: implied_independent_trials(returns).and_then(|count| deflate(count.max(2))),
        minimum_track_record: minimum_track_record_length(&sharpe, 0.0, spec.confidence),
        blocks,
        overfitting: cscv(returns, blocks),
        block_length,
        spa: simulated.as_mut().map(|found| found.test()).map_err(|error| error.clone()),
        superior: simulated
            .as_mut()
            .map_err(|error| error.clone())
            .and_then(|found| superior(found, spec.alpha)),
        confidence_set: confidence_set(returns, winner, &resamples, spec),
        sharpe_ratios,
    })
}

fn check(returns: &Panel, spec: &SelectionSpec) -> Result<(), EvidenceError> {
    if let Some(winner) = spec.winner.filter(|&winner| winner >= returns.width()) {
        return Err(EvidenceError::OutOfRange { what: "column of the trials", value: real(winner) });
    }
    super::error::probability(spec.alpha)?;
    super::error::probability(spec.confidence)?;
    if !spec.blocks.is_multiple_of(2) || !(2..=20).contains(&spec.blocks) {
        let what = "even number of blocks from 2 to 20";
        return Err(EvidenceError::OutOfRange { what, value: real(spec.blocks) });
    }
    Ok(())
}

/// Sharpe ratios and their variance; without a variance where fewer than two trials have a ratio.
fn ratios(returns: &Panel) -> (Vec<Option<f64>>, Result<f64, EvidenceError>) {
    match trial_sharpe_ratios(returns) {
        Ok((ratios, variance)) => (ratios, Ok(variance)),
        Err(error) => {
            let ratio = |column: &Vec<f64>| crate::metrics::sharpe_ratio_per_period(column, 0.0).ok();
            (returns.columns().iter().map(ratio).collect(), Err(error))
        }
    }
}

/// The trial with the highest ratio, the first of equals.
fn best(ratios: &[Option<f64>]) -> usize {
    let better = |best: usize, trial: usize| if ratios[trial] > ratios[best] { trial } else { best };
    (0..ratios.len()).fold(0, better)
}

/// As many of the blocks as the rows fill and the work allows.
fn fitting_blocks(returns: &Panel, asked: usize) -> usize {
    let fits = |blocks: usize| {
        returns.rows() / blocks >= LEAST_ROWS_IN_A_BLOCK
            && split_count(blocks).saturating_mul(returns.width()) <= MOST_COMPARISONS
    };
    (2..=asked).rev().step_by(2).find(|&blocks| fits(blocks)).unwrap_or(2)
}

fn confidence_set(
    returns: &Panel,
    winner: usize,
    resamples: &Resamples,
    spec: &SelectionSpec,
) -> Result<TrialSet, EvidenceError> {
    let means: Vec<f64> = returns.columns().iter().map(|column| mean(column)).collect();
    let mut compared: Vec<usize> = (0..returns.width()).collect();
    // A stable sort: of equal means the first comes first.
    compared.sort_by(|&a, &b| means[b].total_cmp(&means[a]));
    compared.truncate(spec.set_size.max(2));
    if !compared.contains(&winner) {
        compared.push(winner);
    }
    compared.sort_unstable();
    let best = Panel::new(compared.iter().map(|&trial| returns.column(trial).to_vec()).collect())?;
    let set = model_confidence_set(&best, resamples, McsStatistic::Range, Convention::Standard)?;
    let members = set.members(spec.alpha)?.into_iter().map(|index| compared[index]).collect();
    Ok(TrialSet { compared, p_values: set.p_values, members })
}

impl SelectionEvidence {
    /// Whether the winner may be believed: DSR at least 0.95, PBO at most 0.2, SPA p under 0.05, all three known.
    pub fn defensible(&self) -> bool {
        self.doubts().is_empty()
    }

    /// What speaks against the winner, a part of a sentence each; nothing where it is defensible.
    pub fn doubts(&self) -> Vec<String> {
        let dsr = self.deflated.as_ref().map(|found| found.probability);
        let pbo = self.overfitting.as_ref().map(|found| found.probability);
        let spa = self.spa.as_ref().map(|found| found.consistent);
        let doubt =
            |name: &str, found: Result<f64, &EvidenceError>, holds: fn(f64) -> bool, bound: String| {
                match found {
                    Ok(value) if holds(value) => None,
                    Ok(value) => Some(format!("{name} {value:.3} is {bound}")),
                    Err(reason) => Some(format!("{name} is unknown ({reason})")),
                }
            };
        let doubts = [
            doubt("DSR", dsr, |p| p >= DEFENSIBLE_DSR, format!("under {DEFENSIBLE_DSR}")),
            doubt("PBO", pbo, |p| p <= DEFENSIBLE_PBO, format!("over {DEFENSIBLE_PBO}")),
            doubt("SPA p", spa, |p| p < DEFENSIBLE_SPA, format!("not under {DEFENSIBLE_SPA}")),
        ];
        doubts.into_iter().flatten().collect()
    }

    /// The verdict on the winner of this name, in one sentence without a full stop.
    pub fn sentence(&self, name: &str) -> String {
        let trials = counted(self.trials as u64, "trial");
        let doubts = self.doubts();
        if !doubts.is_empty() {
            return format!(
                "not distinguishable from selection luck: {name}, the best of {trials}: {}",
                doubts.join("; ")
            );
        }
        let known = |found: Option<f64>| found.map_or_else(String::new, |value| format!("{value:.3}"));
        format!(
            "defensible: {name}, the best of {trials}: DSR {}, PBO {}, SPA p {}",
            known(self.deflated.as_ref().ok().map(|found| found.probability)),
            known(self.overfitting.as_ref().ok().map(|found| found.probability)),
            known(self.spa.as_ref().ok().map(|found| found.consistent)),
        )
    }
}

#[cfg(test)]
mod tests;
