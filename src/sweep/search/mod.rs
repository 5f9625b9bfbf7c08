//! Search algorithms: each proposes points of the unit cube in batches and may learn from their scores.
//!
//! One algorithm per file, all behind [`Search`]. Batches are synchronous: a search learns of a batch when
//! all of it is finished, so its proposals depend only on the seed and the outcomes, never on threads. Never
//! replays anything. A point may be excluded by the sweep's conditions or already known; the search is told
//! in either case.

mod choose;
mod cma_es;
mod contract;
mod grid;
mod latin_hypercube;
mod normal;
mod random;
mod sobol;
mod successive_halving;
mod tpe;

#[cfg(test)]
mod tests;

pub use self::sobol::sobol_points;
pub use choose::search;
pub use contract::{PointBatch, PointResult, Search};
