//! How orders fill and what a fill costs.

use serde::Serialize;

use crate::domain::Bps;

/// The `[venue]` table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VenueSpec {
    /// Fee on taker fills (default 10 basis points).
    pub taker_fee: Bps,
    /// Fee on maker fills (default 10 basis points).
    pub maker_fee: Bps,
    /// Slippage of taker fills.
    pub slippage: Slippage,
    /// When a market order fills.
    pub fill_at: FillAt,
    /// Which order fills in a bar that reaches both a stop and a target.
    pub intrabar: Intrabar,
    /// Whether a limit order fills only when the price goes beyond its own, not when it touches it.
    pub limit_needs_through: bool,
    /// Maximum share of a bar's volume for one fill; `None` disables the cap.
    pub participation_cap: Option<Bps>,
    /// Whether positions still open at the window's end are sold at the last close, at taker cost.
    pub close_at_end: bool,
}

impl Default for VenueSpec {
    fn default() -> Self {
        Self {
            taker_fee: Bps::from_f64(10.0),
            maker_fee: Bps::from_f64(10.0),
            slippage: Slippage::None,
            fill_at: FillAt::NextOpen,
            intrabar: Intrabar::Adverse,
            limit_needs_through: false,
            participation_cap: None,
            close_at_end: false,
        }
    }
}

/// Distance between a taker's fill price and its raw price, always against the trader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum Slippage {
    /// Fills at the raw price.
    #[default]
    None,
    /// The same slippage for every fill.
    FixedBps {
        /// Slippage in basis points.
        bps: Bps,
    },
    /// `factor * order notional / average daily notional of the last 24 h`, between `floor` and `cap`.
    VolumeShare {
        /// Impact factor; default 0.1.
        factor: f64,
        /// Default 1 bp.
        floor: Bps,
        /// Default 1000 bp.
        cap: Bps,
    },
    /// `factor * daily volatility * sqrt(order quantity / volume of the last 24 h)`.
    SquareRoot {
        /// Factor; default 1.
        factor: f64,
        /// Default 1000 bp.
        cap: Bps,
    },
}

/// When a market order fills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FillAt {
    /// At the open of the symbol's next bar.
    #[default]
    NextOpen,
    /// At the close of the decision bar. Optimistic; reports say so.
    Close,
}

/// The assumed price path inside a bar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Intrabar {
    /// Against the trader: the stop fills.
    #[default]
    Adverse,
    /// Open, the extreme nearer to the open, the other extreme, close.
    OhlcPath,
    /// The data's finer bars are replayed; bars without them use `Adverse`, and are counted.
    Detail,
}
