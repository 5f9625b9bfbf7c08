//! An indicator and its parameters: the key of a column in the `indicator` room.

use std::fmt;

/// One column of a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum BarField {
    /// Open of the bar.
    Open,
    /// High of the bar.
    High,
    /// Low of the bar.
    Low,
    /// Close of the bar.
    Close,
    /// Traded volume in the base asset.
    Volume,
}

/// A multiplier of an indicator (the width of a Bollinger band) in thousandths, an integer so that it can be
/// compared and hashed exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Thousandths(pub u32);

/// An indicator with its parameters; periods are in bars of its timeframe and at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum IndicatorSpec {
    /// A column of the bar itself.
    Field(BarField),
    /// Simple moving average of the close over `n` bars.
    Sma {
        /// Length in bars.
        n: u32,
    },
    /// Exponential moving average of the close, factor `2 / (n + 1)`, seeded with the SMA of the first `n`.
    Ema {
        /// Length in bars.
        n: u32,
    },
    /// Wilder's relative strength index, 0 to 100.
    Rsi {
        /// Length in bars.
        n: u32,
    },
    /// EMA(fast) - EMA(slow) of the close.
    MacdLine {
        /// Bars of the fast EMA.
        fast: u32,
        /// Bars of the slow EMA.
        slow: u32,
    },
    /// EMA(signal) of the MACD line.
    MacdSignal {
        /// Bars of the fast EMA.
        fast: u32,
        /// Bars of the slow EMA.
        slow: u32,
        /// Bars of the signal's EMA.
        signal: u32,
    },
    /// SMA(n) + k population standard deviations of the close.
    BollingerUpper {
        /// Length in bars.
        n: u32,
        /// Width in standard deviations.
        k: Thousandths,
    },
    /// SMA(n) - k population standard deviations of the close.
    BollingerLower {
        /// Length in bars.
        n: u32,
        /// Width in standard deviations.
        k: Thousandths,
    },
    /// Wilder's average true range, in quote currency.
    Atr {
        /// Length in bars.
        n: u32,
    },
    /// Wilder's average directional index, 0 to 100.
    Adx {
        /// Length in bars.
        n: u32,
    },
    /// Highest high of the `n` bars before this one; this bar is excluded so that its close can break the
    /// channel.
    DonchianHigh {
        /// Length in bars.
        n: u32,
    },
    /// Lowest low of the `n` bars before this one.
    DonchianLow {
        /// Length in bars.
        n: u32,
    },
    /// Rate of change of the close over `n` bars, in percent.
    Roc {
        /// Length in bars.
        n: u32,
    },
    /// Population standard deviation of the close over `n` bars.
    Stddev {
        /// Length in bars.
        n: u32,
    },
    /// Simple moving average of the volume over `n` bars.
    VolumeSma {
        /// Length in bars.
        n: u32,
    },
}

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", f64::from(self.0) / 1000.0)
    }
}
