//! What a sweep runs.

use crate::scenario::SweepSpec;
use crate::tournament::{RunOptions, TournamentPlan};

/// A sweep with its market and settings.
#[derive(Debug, Clone, Copy)]
pub struct SweepPlan<'a> {
    /// Scenario, bars and windows.
    pub plan: TournamentPlan<'a>,
    /// The scenario's sweep.
    pub spec: &'a SweepSpec,
    /// Engine and memory settings; no result depends on them.
    pub options: RunOptions,
}
