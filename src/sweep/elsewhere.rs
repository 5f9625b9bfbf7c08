//! Batches that other processes evaluate: what a sweep asks of them.

use std::fmt::Debug;

use super::{JobKey, WindowOutcome};
use crate::scenario::SweptValue;

/// A job of a batch whose outcome is not known.
#[derive(Debug, Clone, Copy)]
pub struct OpenJob<'a> {
    /// The combination, one value per parameter.
    pub values: &'a [SweptValue],
    /// Index of the plan's window.
    pub window: usize,
    /// Its key, which covers every input to its outcome.
    pub key: JobKey,
}

/// Evaluates batches in other processes. An outcome does not depend on who computed it, so neither do the trials.
pub trait Elsewhere: Debug + Send + Sync {
    /// The outcomes of these jobs, in order; `None` for those that are to be computed here. Ends soon after `stopping`
    /// says so.
    fn evaluate(&self, jobs: &[OpenJob<'_>], stopping: &dyn Fn() -> bool) -> Vec<Option<WindowOutcome>>;
}
