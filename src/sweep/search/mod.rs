//! Search algorithms: each proposes points of the unit cube in batches and may learn from their scores.
//!
//! One algorithm per file, all behind [`Search`]. Batches are synchronous: a search learns of a batch when
//! all of it is finished, so its proposals depend only on the seed and the outcomes, never on threads. Never
//! replays anything. A point may be excluded by the sweep's conditions or already known; the search is told
//! in either case.

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

/// A batch of points, and the windows to evaluate them in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ask {
    /// The points; empty when the search is finished.
    pub points: Vec<Point>,
    /// Number of windows, from the first; all where `None`.
    pub windows: Option<usize>,
}

/// The result of a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The proposed point.
    pub point: Point,
    /// Its score over the requested windows; `None` where the point was excluded.
    pub score: Option<Score>,
    /// Whether its combination had already been evaluated in these windows.
    pub repeated: bool,
}

/// A search algorithm.
pub trait Search: Send {
    /// The next points, at most `most` of them new; none when the search is finished. With `most == 0` no new
    /// point may be proposed.
    fn ask(&mut self, most: usize) -> Ask;

    /// The results of all points of the last [`Search::ask`], in order.
    fn tell(&mut self, told: Vec<Told>);
}

/// The search algorithm of a sweep.
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

/// The random stream of a search.
fn stream(seed: Seed, search: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(seed.key(&["sweep", search]))
}
