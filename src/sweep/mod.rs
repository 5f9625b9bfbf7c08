//! Many values for an agent's parameters, each replayed, the best kept with the evidence for it.
//!
//! Owns the space of combinations, the searches through it, the loop from one batch to the next, and the
//! trial on windows that a choice was not made by. Never touches a file: what was computed before comes from
//! a [`TrialCache`], and what is new goes to it. Invariants: a sweep's trials depend on the scenario and the bars
//! alone, not on threads, interruptions or what the memo knew; what a job is called by in the memo names
//! everything that decides its outcome.

mod error;
mod estimate;
mod evaluate;
mod evidence;
mod judged;
mod key;
mod objective;
mod plateau;
mod run;
pub mod search;
mod space;
mod trial;
mod trial_cache;
pub mod validation;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use error::SweepError;
pub use estimate::{Estimate, estimate};
pub use evaluate::{Evaluator, TrialJob};
pub use evidence::{Selection, assess, benchmark_returns};
pub use judged::{Judged, trial_record, window_score};
pub use key::{JobKey, JobKeys};
pub use objective::{Objective, best};
pub use plateau::{Plateau, plateau};
pub use run::{Searched, SweepObserver, SweepPlan, Unwatched, run};
pub use space::{Point, Space, extremes};
pub use trial::{OutcomeStatus, Trial, WindowOutcome, apart, trial_returns};
pub use trial_cache::{MemoError, NoCache, TrialCache};
