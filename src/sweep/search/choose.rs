//! The search that a sweep asks for.

use super::contract::Search;
use super::{cma_es, grid, latin_hypercube, random, sobol, successive_halving, tpe};
use crate::domain::Seed;
use crate::scenario::{SearchKind, SweepSpec};
use crate::sweep::Space;

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
