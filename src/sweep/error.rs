//! Why a sweep did not come to its end.

use super::MemoError;

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The observer cancelled it; all batches before were given to the memo.
    #[error("interrupted after {trials} trials")]
    Interrupted {
        /// Trials that are done.
        trials: usize,
    },
    /// What was computed could not be kept, or not be found again.
    #[error(transparent)]
    TrialCache(MemoError),
    /// The conditions and the reader left no combination.
    #[error("no combination of the swept values can be tried")]
    NothingToTry,
}
