//! What every search takes and gives.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::domain::Seed;
use crate::metrics::Score;
use crate::sweep::Point;

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

/// The stream of a search.
pub(super) fn stream(seed: Seed, search: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(seed.key(&["sweep", search]))
}
