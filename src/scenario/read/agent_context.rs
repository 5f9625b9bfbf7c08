//! What agents refer to in the rest of the scenario.

use super::risk::Profiles;
use crate::domain::{Instrument, Interval, Symbol, Zone};
use crate::scenario::Registry;

/// What an agent can refer to; `None` where that part had errors.
pub(super) struct AgentContext<'a> {
    /// The scenario's symbols.
    pub(super) symbols: Option<&'a [Symbol]>,
    /// The instruments, under the names that results show.
    pub(super) instruments: Option<&'a [Instrument]>,
    /// The scenario's interval.
    pub(super) interval: Option<Interval>,
    /// Its own risk profiles.
    pub(super) profiles: Option<&'a Profiles>,
    /// The quote currency of wallets.
    pub(super) quote: Option<&'a str>,
    /// Zone of rules that name none.
    pub(super) zone: Zone,
    /// The registry of agents.
    pub(super) registry: &'a dyn Registry,
}
