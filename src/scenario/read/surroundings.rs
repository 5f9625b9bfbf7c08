//! What agents refer to in the rest of the scenario.

use super::risk::Profiles;
use crate::domain::{Instrument, Interval, Symbol};
use crate::scenario::Registry;

/// What agents refer to; each part is absent where something was wrong with it.
pub(super) struct Surroundings<'a> {
    /// The scenario's symbols.
    pub(super) symbols: Option<&'a [Symbol]>,
    /// The same with their rules, under the names that results show.
    pub(super) instruments: Option<&'a [Instrument]>,
    /// The scenario's interval.
    pub(super) interval: Option<Interval>,
    /// Its own risk profiles.
    pub(super) profiles: Option<&'a Profiles>,
    /// The currency of wallets.
    pub(super) quote: Option<&'a str>,
    /// Where registered agents are found.
    pub(super) registry: &'a dyn Registry,
}
