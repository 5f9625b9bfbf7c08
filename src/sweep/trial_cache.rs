//! What was computed before: outcomes by the name of their job.

use super::{JobKey, WindowOutcome};

/// Why a memo failed, in the words of the room that keeps it.
pub type MemoError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps outcomes. What one run adds, the next finds, however the first one ended.
pub trait TrialCache {
    /// The outcomes of these jobs, `None` for each that is new.
    ///
    /// # Errors
    /// Where what is kept cannot be read.
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, MemoError>;

    /// Keeps a batch: all of it or, after an error or a crash, nothing.
    ///
    /// # Errors
    /// Where it cannot be kept.
    fn append(&mut self, batch: &[(JobKey, &WindowOutcome)]) -> Result<(), MemoError>;
}

/// Keeps nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCache;

impl TrialCache for NoCache {
    fn find(&mut self, keys: &[JobKey]) -> Result<Vec<Option<WindowOutcome>>, MemoError> {
        Ok(keys.iter().map(|_| None).collect())
    }

    fn append(&mut self, _: &[(JobKey, &WindowOutcome)]) -> Result<(), MemoError> {
        Ok(())
    }
}
