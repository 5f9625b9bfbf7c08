//! What one agent is replayed on.

use super::Window;
use crate::domain::{CarriedPosition, Cash, SymbolId};
use crate::market::Market;
use crate::scenario::{Delisted, RiskProfile, VenueSpec};

/// What one agent is replayed on.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// Bars of all symbols.
    pub market: &'a Market,
    /// Which ticks; inside the market's clock and not empty.
    pub window: Window,
    /// How orders fill.
    pub venue: &'a VenueSpec,
    /// What a position in a symbol without further bars is worth.
    pub delisted: Delisted,
    /// Quote currency at the start.
    pub starting_balance: Cash,
    /// Positions at the start, for an agent that continues from an earlier run: not empty ones, each symbol
    /// once, and each with a bar at or before the window's first tick.
    pub carried: &'a [(SymbolId, CarriedPosition)],
    /// The limits on every order.
    pub risk: &'a RiskProfile,
}

impl Job<'_> {
    /// What the agent starts with: its quote currency, and its positions as the run before valued them.
    pub fn starting_equity(&self) -> Cash {
        self.starting_balance + self.carried.iter().map(|(_, position)| position.worth()).sum()
    }

    /// Whether any instrument of the market is on margin.
    pub fn on_margin(&self) -> bool {
        self.market.symbols.iter().any(|series| series.instrument.margin.is_some())
    }

    /// Whether the agent starts with a position in `symbol`.
    pub(super) fn carries(&self, symbol: SymbolId) -> bool {
        self.carried.iter().any(|(held, _)| *held == symbol)
    }
}
