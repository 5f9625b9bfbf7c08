//! What metrics need of a replay, without its logs.

use crate::domain::Cash;

/// The maximum drawdown of a curve, by index into the curve; `None` is the starting value, which comes before
/// the curve's first point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexedDrawdown {
    /// Trough over peak minus one: at most 0.
    pub depth: f64,
    /// Where the peak was reached first.
    pub peak: Option<usize>,
    /// Where the trough was reached first.
    pub trough: Option<usize>,
    /// Where the peak was reached again; `None` while the fall is open, and for a curve that never fell.
    pub recovered: Option<usize>,
}

impl IndexedDrawdown {
    /// Of a curve that never falls.
    pub const NONE: Self = Self { depth: 0.0, peak: None, trough: None, recovered: None };

    /// The same drawdown with its depth recomputed from exact levels; [`Self::NONE`] where that depth is zero.
    #[must_use]
    pub fn between(self, level: impl Fn(Option<usize>) -> f64) -> Self {
        if self.trough.is_none() {
            return self;
        }
        let depth = level(self.trough) / level(self.peak) - 1.0;
        if depth < 0.0 { Self { depth, ..self } } else { Self::NONE }
    }
}

/// The highest and the lowest point of a curve, its starting value included: the drawdown of a longer
/// curve is made from those of its parts. Indexes are `None` for the starting value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extremes {
    /// The highest value.
    pub high: f64,
    /// Where it was reached, after the last fall from it.
    pub high_at: Option<usize>,
    /// The lowest value.
    pub low: f64,
    /// Where it was reached first.
    pub low_at: Option<usize>,
}

impl Extremes {
    /// The same indexes with their exact levels.
    #[must_use]
    pub fn at_levels(self, level: impl Fn(Option<usize>) -> f64) -> Self {
        Self { high: level(self.high_at), low: level(self.low_at), ..self }
    }
}

/// One agent in one window, reduced to what its metrics are computed from.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplaySummary {
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
    /// Of the equity at every tick; indexes are ticks of the window, from 0.
    pub fall: IndexedDrawdown,
    /// Of the same curve.
    pub extremes: Extremes,
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
    pub pnl: Cash,
    /// The same over what was paid.
    pub return_fraction: f64,
    /// From the first fill to the last.
    pub seconds: f64,
}
