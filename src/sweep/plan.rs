//! What a sweep runs.

use super::Elsewhere;
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
    /// Who evaluates batches in other processes; no result depends on it.
    pub elsewhere: Option<&'a dyn Elsewhere>,
}

impl<'a> SweepPlan<'a> {
    /// A sweep that this process evaluates alone.
    pub const fn here(plan: TournamentPlan<'a>, spec: &'a SweepSpec, options: RunOptions) -> Self {
        Self { plan, spec, options, elsewhere: None }
    }
}
