//! Specification of a synthetic market.

use crate::domain::{Interval, Seed, Symbol, Timestamp};

/// A synthetic market. It trades round the clock: every symbol has every bar.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthSpec {
    /// Seed of all random streams.
    pub seed: Seed,
    /// The symbols. Each has its own stream, so adding one changes no other.
    pub symbols: Vec<SynthSymbol>,
    /// Share of each symbol's variance that comes from the market, `0 ..= 1`: the correlation of any two
    /// symbols.
    pub correlation: f64,
    /// Open time of the first bar.
    pub start: Timestamp,
    /// Interval of the bars.
    pub interval: Interval,
    /// Number of bars of each symbol.
    pub bars: u32,
    /// Expected jumps per year, of the whole market and of each symbol on its own.
    pub jumps_per_year: f64,
    /// Standard deviation of a jump, as a fraction of the price.
    pub jump_size: f64,
}

/// One symbol of a synthetic market.
#[derive(Debug, Clone, PartialEq)]
pub struct SynthSymbol {
    /// Symbol the bars are written under.
    pub symbol: Symbol,
    /// First open, quote currency per unit of the base asset.
    pub start_price: f64,
    /// Expected growth per year in addition to that of the regimes, as a fraction.
    pub drift: f64,
    /// Standard deviation of a year's return in the sideways regime, as a fraction.
    pub volatility: f64,
    /// Decimal places of its prices, at most 8.
    pub price_decimals: u8,
    /// Typical volume of a bar, in the base asset.
    pub volume: f64,
    /// Decimal places of its volumes, at most 8.
    pub volume_decimals: u8,
}
