//! Searches: each proposes points of the unit cube batch by batch, and may learn from what came out.
//!
//! One search a file, all behind [`Search`]. Batches are synchronous: a search learns of a batch when all of
//! it is done, so that what it proposes next depends on the seed and on outcomes alone, never on threads.
//! Never replays anything. A point may be excluded by the sweep's conditions or known from before; the
//! search is told either way.

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
pub use contract::{Ask, Search, Told};
