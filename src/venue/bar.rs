//! A bar in exact prices.

use crate::domain::Price;
use crate::market::{Bars, Row};

/// One bar's prices, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceBar {
    /// First.
    pub open: Price,
    /// Highest.
    pub high: Price,
    /// Lowest.
    pub low: Price,
    /// Last.
    pub close: Price,
}

impl PriceBar {
    /// A row of market data, each price half up at eight places.
    pub fn of(bars: &Bars, row: Row) -> Self {
        Self {
            open: Price::from_f64(bars.open[row]),
            high: Price::from_f64(bars.high[row]),
            low: Price::from_f64(bars.low[row]),
            close: Price::from_f64(bars.close[row]),
        }
    }

    /// The part of the bar that follows a fill at `price` inside it, read adversely: it starts there, and
    /// both extremes may still come.
    #[must_use]
    pub const fn after(self, price: Price) -> Self {
        Self { open: price, ..self }
    }
}
