//! The prices between which a bar cannot trigger any open order of a symbol.

use super::working::{Stage, Working};
use crate::domain::{Side, SymbolId};
use crate::venue::Reach;

/// Between `down` and `up` nothing happens to the open orders of a symbol.
#[derive(Debug, Clone, Copy)]
pub(super) struct TriggerBand {
    pub symbol: SymbolId,
    /// A low at or under this concerns some order.
    pub down: f64,
    /// A high at or over this does.
    pub up: f64,
}

impl TriggerBand {
    /// Narrows the band by an order; with `walks` a trailing stop is concerned by any bar.
    pub fn add(&mut self, order: &Working, walks: bool) {
        // A market order, and one that has a single bar, are concerned by any bar.
        if order.ioc || order.stage == Stage::Market || (order.trail.is_some() && walks) {
            self.down = f64::INFINITY;
        }
        match order.resting().map(|resting| resting.reach(order.side)) {
            Some(Reach::Down) => self.down = self.down.max(order.wake),
            Some(Reach::Up) => self.up = self.up.min(order.wake),
            None => {}
        }
        match (order.trail, order.side) {
            (Some(trail), Side::Sell) => self.up = self.up.min(trail.best),
            (Some(trail), Side::Buy) => self.down = self.down.max(trail.best),
            (None, _) => {}
        }
    }
}
