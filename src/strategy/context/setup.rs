//! What this crate prepares a strategy from.

use crate::domain::Seed;
use crate::indicator::History;

/// What a strategy is prepared from, besides its own parameters. A strategy of a user's own never gets to see it:
/// it declares its [`Needs`](super::Needs), and reads a [`BarContext`](super::BarContext).
#[derive(Debug, Clone, Copy)]
pub struct Setup<'m> {
    /// Market, window, indicator columns.
    pub history: History<'m>,
    /// The scenario's seed.
    pub seed: Seed,
    /// Whose strategy it is.
    pub agent: &'m str,
    /// The window's number.
    pub window: u32,
}
