//! Searches: each proposes points of the unit cube batch by batch, and may learn from what came out.
//!
//! One search a file, all behind [`Search`]. Batches are synchronous: a search learns of a batch when all of
//! it is done, so that what it proposes next depends on the seed and on outcomes alone, never on threads.
//! Never replays anything. A point may be excluded by the sweep's conditions or known from before; the
//! search is told either way.

mod cma_es;
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

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{Point, Space};
use crate::domain::Seed;
use crate::metrics::Score;
use crate::scenario::{SearchKind, SweepSpec};

/// Points to try, and in how many of the windows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ask {
    /// None: the search is over.
    pub points: Vec<Point>,
    /// The first so many of the windows; all where not given.
    pub windows: Option<usize>,
}

/// What came of a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The point that was asked for.
    pub point: Point,
    /// Its score over the windows asked for; `None` where the point was excluded.
    pub score: Option<Score>,
    /// Whether its combination had been tried in these windows before.
    pub repeated: bool,
}

/// A way through the space of combinations.
pub trait Search: Send {
    /// The next points, at most `most` of them new; none once the search is over. With `most` 0 nothing new
    /// may be proposed.
    fn ask(&mut self, most: usize) -> Ask;

    /// What came of all points of the last [`Search::ask`], in order.
    fn tell(&mut self, told: Vec<Told>);
}

/// The search that a sweep names.
pub fn search(spec: &SweepSpec, seed: Seed, windows: usize) -> Box<dyn Search> {
    let space = Space::of(spec);
    let batch = spec.batch as usize;
    let trials = spec.trials.map_or(usize::MAX, |trials| trials as usize);
    match spec.search {
        SearchKind::Grid => Box::new(grid::Grid::new(spec)),
        SearchKind::Random => Box::new(random::Random::new(space.dimensions(), seed)),
        SearchKind::Sobol => Box::new(sobol::Shifted::new(space.dimensions(), seed)),
        SearchKind::LatinHypercube => {
            Box::new(latin_hypercube::LatinHypercube::new(space.dimensions(), trials, seed))
        }
        SearchKind::Tpe => Box::new(tpe::Tpe::new(&space, seed)),
        SearchKind::CmaEs => Box::new(cma_es::CmaEs::new(space.dimensions(), batch, seed)),
        SearchKind::SuccessiveHalving => {
            let candidates: Box<dyn Search> = match spec.trials {
                None => Box::new(grid::Grid::new(spec)),
                Some(_) => Box::new(random::Random::new(space.dimensions(), seed)),
            };
            let reduction = spec.reduction as usize;
            Box::new(successive_halving::SuccessiveHalving::new(candidates, windows, reduction, batch))
        }
    }
}

/// The stream of a search.
fn stream(seed: Seed, search: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(seed.key(&["sweep", search]))
}
