//! What an account on margin keeps beside its wallet.

use crate::domain::{Cash, Price, Timestamp};

/// State of an account on margin.
#[derive(Debug)]
pub(in crate::engine) struct MarginBook {
    /// Margin set aside for isolated positions, by symbol.
    pub set_aside: Vec<Cash>,
    /// Mark price of each symbol as far as the bar being matched has gone.
    pub prices: Vec<Price>,
    /// Funding up to here has been paid, exclusive.
    pub paid_to: Timestamp,
}

impl MarginBook {
    /// For a market of so many symbols.
    pub fn new(symbols: usize, from: Timestamp) -> Self {
        Self { set_aside: vec![Cash::ZERO; symbols], prices: vec![Price::ZERO; symbols], paid_to: from }
    }
}
