//! What a table of scores or of returns proves: tests, intervals and corrections for selection.
//!
//! Owns the statistics by which a winner is called or a sweep's best trial is believed: one method per file,
//! each with its formula's source. Pure functions over [`Panel`]s of finite numbers, higher is better. Never
//! runs a battle, reads a file or prints. Invariant: the same numbers and the same key give the same answer
//! on any number of threads, and two identical columns are never told apart.

mod block_length;
mod convention;
mod cscv;
mod deflated_sharpe;
mod elo_difference;
mod error;
mod friedman;
mod influence;
mod intervals;
mod largest;
mod mcs;
mod multiple_testing;
mod nemenyi;
mod numeric;
mod paired;
mod panel;
mod psr;
mod ranks;
mod selection;
mod sharpe_difference;
mod spa;
mod sprt;
mod stationary_bootstrap;
mod stepm;
#[cfg(test)]
mod testing;
mod wilcoxon;
mod winner_rule;

pub use block_length::{BlockLength, block_length, window_block_length};
pub use convention::Convention;
pub use cscv::{Overfitting, Split, cscv};
pub use deflated_sharpe::{
    deflated_sharpe_ratio, expected_maximum_sharpe, expected_maximum_z, implied_independent_trials,
    minimum_backtest_years, trial_sharpe_ratios,
};
pub use elo_difference::{EloEstimate, estimate_elo};
pub use error::EvidenceError;
pub use friedman::{Friedman, friedman, mean_ranks};
pub use influence::{Influence, Studentised};
pub use intervals::{Interval, clopper_pearson, wilson};
pub use largest::Recentring;
pub use mcs::{ConfidenceSet, McsStatistic, model_confidence_set};
pub use multiple_testing::{Correction, adjust, rejected};
pub use nemenyi::{critical_difference, nemenyi, studentized_range_quantile, studentized_range_sf};
pub use numeric::spearman;
pub use paired::{Paired, paired_t, sign_test};
pub use panel::{Distinct, Panel};
pub use psr::{SharpeEstimate, minimum_track_record_length, probabilistic_sharpe_ratio};
pub use ranks::{Ranks, ResampledRanks};
pub use selection::{
    DEFENSIBLE_DSR, DEFENSIBLE_PBO, DEFENSIBLE_SPA, Deflation, SelectionEvidence, SelectionSpec, TrialSet,
    assess_selection,
};
pub use sharpe_difference::{
    HacGradient, SharpeDifference, sharpe_difference_bootstrap, sharpe_difference_hac,
    sharpe_difference_memmel,
};
pub use spa::{Spa, Superiority, spa};
pub use sprt::{Decision, EloModel, GameCounts, Sprt, SprtError};
pub use stationary_bootstrap::{Resamples, index_steps};
pub use stepm::{stepm, superior};
pub use wilcoxon::{Wilcoxon, wilcoxon};
pub use winner_rule::{CallingRule, MINIMUM_WINDOWS};
