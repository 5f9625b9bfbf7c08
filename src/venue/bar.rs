//! A bar with exact prices.

use crate::domain::Price;
use crate::market::{Bars, Row};

/// Exact prices of one bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceBar {
    /// Open of the bar.
    pub open: Price,
    /// High of the bar.
    pub high: Price,
    /// Low of the bar.
    pub low: Price,
    /// Close of the bar.
    pub close: Price,
}

impl PriceBar {
    /// From a row of market data, each price half up at eight decimal places.
    pub fn of(bars: &Bars, row: Row) -> Self {
        Self {
            open: Price::from_f64(bars.open[row]),
            high: Price::from_f64(bars.high[row]),
            low: Price::from_f64(bars.low[row]),
            close: Price::from_f64(bars.close[row]),
        }
    }

    /// The part of the bar after a fill at `price` inside it, under the adverse assumption: it opens at
    /// `price`, and both extremes are still to come.
    #[must_use]
    pub const fn after(self, price: Price) -> Self {
        Self { open: price, ..self }
    }
}
