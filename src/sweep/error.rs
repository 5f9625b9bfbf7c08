//! Errors of a sweep.

use super::TrialCacheError;
use crate::scenario::SearchKind;

/// Why a sweep has no result.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The observer cancelled it; the outcomes of all finished batches are in the cache.
    #[error("interrupted after {trials} trials")]
    Interrupted {
        /// Number of finished trials.
        trials: usize,
    },
    /// The search learns from outcomes, so that its jobs cannot be divided beforehand.
    #[error("the search `{}` cannot be divided into shards: it proposes each batch by the results before", search.as_str())]
    Learns {
        /// The search of the scenario.
        search: SearchKind,
    },
    /// The trial cache could not be read or written.
    #[error(transparent)]
    TrialCache(TrialCacheError),
    /// No combination is left after the conditions and the parser.
    #[error("no combination of the swept values can be tried")]
    NothingToTry {
        /// Why the first of them is not valid for the agent.
        reason: Option<String>,
    },
}
