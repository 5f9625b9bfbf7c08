//! What every search takes and gives.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::domain::Seed;
use crate::metrics::Score;
use crate::sweep::Point;

/// A batch of points, and the windows to evaluate them in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PointBatch {
    /// The points; empty when the search is finished.
    pub points: Vec<Point>,
    /// Number of windows, from the first; all where `None`.
    pub windows: Option<usize>,
}

/// The result of a point.
#[derive(Debug, Clone, PartialEq)]
pub struct PointResult {
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
    fn ask(&mut self, most: usize) -> PointBatch;

    /// The results of all points of the last [`Search::ask`], in order.
    fn tell(&mut self, results: Vec<PointResult>);
}

/// The random stream of a search.
pub(super) fn stream(seed: Seed, search: &str) -> ChaCha8Rng {
    ChaCha8Rng::from_seed(seed.key(&["sweep", search]))
}
