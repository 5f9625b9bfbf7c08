//! Outcomes that a sweep left to its cache, read again.

use std::sync::Arc;

use super::{JobKey, Outcomes, Trial, TrialCache, TrialCacheError, TrialOutcome};

/// An outcome was kept, and is not there any more.
#[derive(Debug, thiserror::Error)]
#[error("an outcome that was kept cannot be found again: another program changed the file, or it is damaged")]
pub struct OutcomeGone;

/// The outcomes of these trials, in the same order.
///
/// # Errors
/// What the cache fails with; [`OutcomeGone`] for an outcome that it no longer has.
pub fn load(trials: &[Trial], cache: &mut dyn TrialCache) -> Result<Vec<Outcomes>, TrialCacheError> {
    let key = |outcome: &TrialOutcome| match outcome {
        TrialOutcome::Cached(key) => Some(*key),
        TrialOutcome::InMemory(_) => None,
    };
    let keys: Vec<JobKey> =
        trials.iter().flat_map(|trial| trial.outcomes.iter().flatten()).filter_map(key).collect();
    let mut found = if keys.is_empty() { Vec::new() } else { cache.find(&keys)? }.into_iter();
    let mut read = |outcome: &Option<TrialOutcome>| match outcome {
        None => Ok(None),
        Some(TrialOutcome::InMemory(outcome)) => Ok(Some(Arc::clone(outcome))),
        Some(TrialOutcome::Cached(_)) => match found.next().flatten() {
            Some(outcome) => Ok(Some(Arc::new(outcome))),
            None => Err(OutcomeGone.into()),
        },
    };
    trials.iter().map(|trial| trial.outcomes.iter().map(&mut read).collect()).collect()
}
