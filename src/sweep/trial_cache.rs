//! The trial cache: stored outcomes by job key.

use super::{JobKey, WindowOutcome};

/// A cache error, from the room that implements it.
pub type TrialCacheError = Box<dyn std::error::Error + Send + Sync>;

/// Stores outcomes. A later run finds whatever an earlier one appended, even if that run was killed.
pub trait TrialCache {
    /// The outcomes of these jobs, `None` for new ones.
    ///
    /// # Errors
    /// Where the stored outcomes cannot be read.
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, TrialCacheError>;

    /// Whether an outcome that was found or appended can be found again as long as this cache is open. A sweep then
    /// has its key alone, and memory does not grow with the number of outcomes.
    fn keeps(&self) -> bool {
        false
    }

    /// Stores a batch atomically: all of it or, after an error or a crash, nothing.
    ///
    /// # Errors
    /// Where it cannot be stored.
    fn append(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> Result<(), TrialCacheError>;
}

/// A cache that stores nothing: a sweep keeps all outcomes in memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCache;

impl TrialCache for NoCache {
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, TrialCacheError> {
        Ok(keys.iter().map(|_| None).collect())
    }

    fn append(&mut self, _: &[(JobKey, &WindowOutcome)]) -> Result<(), TrialCacheError> {
        Ok(())
    }
}
