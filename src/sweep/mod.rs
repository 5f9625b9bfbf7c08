//! Parameter sweeps: replays many combinations of an agent's parameters and picks the best, with evidence.
//!
//! Owns the space of combinations, the search algorithms, the loop over batches, and out-of-sample
//! validation. Never touches a file: earlier outcomes come from a [`TrialCache`], new ones are added to it.
//! Invariants: a sweep's trials depend only on the scenario and the bars, not on threads, interruptions or
//! the cache's content; a job's cache key covers every input to its result. Memory grows with the outcomes only where
//! the cache keeps none.

mod columns;
mod elsewhere;
mod error;
mod estimate;
mod evaluate;
mod evidence;
mod judged;
mod key;
mod objective;
mod outcomes;
mod plan;
mod plateau;
mod register;
mod run;
pub mod search;
mod share;
mod space;
mod trial;
mod trial_cache;
pub mod validation;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use columns::{Chosen, TrialColumns};
pub use elsewhere::{Elsewhere, OpenJob};
pub use error::SweepError;
pub use estimate::{Estimate, estimate, foreseen};
pub use evaluate::{Evaluator, TrialJob};
pub use evidence::{Selection, assess, benchmark_returns};
pub use judged::{Judged, trial_record, window_score};
pub use key::{JobKey, JobKeys};
pub use objective::{Objective, best};
pub use outcomes::{OutcomeGone, load};
pub use plan::SweepPlan;
pub use plateau::{Plateau, plateau};
pub use run::{NoObserver, Searched, SweepObserver, run};
pub use share::{OwnJobs, evaluate_own, own_jobs};
pub use space::{Point, Space, extremes};
pub use trial::{OutcomeStatus, Outcomes, Trial, TrialOutcome, WindowOutcome, apart, trial_returns};
pub use trial_cache::{NoCache, TrialCache, TrialCacheError};
