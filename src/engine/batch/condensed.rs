//! What metrics need of a replay, without its logs.

use crate::domain::Cash;

/// The deepest fall of a curve. A place is `None` for the starting value, which comes before the curve's
/// first point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fall {
    /// Trough over peak minus one: at most 0.
    pub depth: f64,
    /// Where the peak was reached first.
    pub peak: Option<usize>,
    /// Where the trough was reached first.
    pub trough: Option<usize>,
    /// Where the peak was reached again; `None` while the fall is open, and for a curve that never fell.
    pub recovered: Option<usize>,
}

impl Fall {
    /// Of a curve that never falls.
    pub const NONE: Self = Self { depth: 0.0, peak: None, trough: None, recovered: None };

    /// The same places with the depth between their exact levels; none where there is nothing between them.
    #[must_use]
    pub fn between(self, level: impl Fn(Option<usize>) -> f64) -> Self {
        if self.trough.is_none() {
            return self;
        }
        let depth = level(self.trough) / level(self.peak) - 1.0;
        if depth < 0.0 { Self { depth, ..self } } else { Self::NONE }
    }
}

/// One agent in one window, as far as statistics go: what all its metrics are computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct Condensed {
    /// Wallet at the start.
    pub starting_balance: Cash,
    /// Equity after the last tick, exact.
    pub final_equity: Cash,
    /// Fees paid in all.
    pub fees: Cash,
    /// Notional of all fills, added up in their order.
    pub notional: f64,
    /// The starting balance, then the equity at each sampled tick.
    pub curve: Vec<f64>,
    /// Of the equity at every tick; places are ticks of the window, from 0.
    pub fall: Fall,
    /// Closed round trips, in order of closing.
    pub trades: Vec<ClosedTrade>,
    /// Ticks of the window.
    pub ticks: usize,
    /// Ticks at whose close a position was held.
    pub ticks_in_market: usize,
    /// Ticks in which a position was held at any time, entry and exit included.
    pub ticks_touched: usize,
}

/// A closed round trip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClosedTrade {
    /// After all fees, quote currency.
    pub pnl: f64,
    /// The same over what was paid.
    pub return_fraction: f64,
    /// From the first fill to the last.
    pub seconds: f64,
}
