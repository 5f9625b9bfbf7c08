//! What all parameterisations of a grid are replayed on.

use crate::engine::Job;
use crate::scenario::WarmUp;

/// What all parameterisations of a grid are replayed on.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Market, window, venue, wallet, limits.
    pub job: Job<'a>,
    /// Whether bars before the window may be read.
    pub warm_up: WarmUp,
    /// The ticks of the market's clock at which the equity is sampled, ascending, inside the window.
    pub samples: &'a [usize],
}
