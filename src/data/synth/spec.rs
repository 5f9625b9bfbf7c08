//! What a synthetic market is made from.

use crate::domain::{Interval, Seed, Symbol, Timestamp};

/// A synthetic market. It trades round the clock: every symbol has every bar.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthSpec {
    /// Random seed.
    pub seed: Seed,
    /// Each drawn from its own stream, so that adding one changes no other.
    pub symbols: Vec<SynthSymbol>,
    /// Share of each symbol's variance that is the market's, `0 ..= 1`: the correlation of any two symbols.
    pub correlation: f64,
    /// Open of the first bar.
    pub start: Timestamp,
    /// Spacing.
    pub interval: Interval,
    /// Bars per symbol.
    pub bars: u32,
    /// Jumps of the whole market a year, and of each symbol on its own.
    pub jumps_per_year: f64,
    /// Standard deviation of a jump, as a fraction of the price.
    pub jump_size: f64,
}

/// One symbol of a synthetic market.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthSymbol {
    /// Its name.
    pub symbol: Symbol,
    /// First open, quote per base.
    pub start_price: f64,
    /// Expected annual growth in addition to that of the regimes, as a fraction.
    pub drift: f64,
    /// Annual volatility in calm regimes, as a fraction.
    pub volatility: f64,
    /// Decimal places of its prices, at most 8.
    pub price_decimals: u8,
    /// Typical base quantity of a bar.
    pub volume: f64,
    /// Decimal places of its volumes, at most 8.
    pub volume_decimals: u8,
}
