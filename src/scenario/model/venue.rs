//! How orders fill and what a fill costs.

use serde::Serialize;

use crate::domain::Bps;

/// The `[venue]` table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct VenueSpec {
    /// Fee on fills that take liquidity (default 10).
    pub taker_fee: Bps,
    /// Fee on fills that rested (default 10).
    pub maker_fee: Bps,
    /// Slippage of market-like fills.
    pub slippage: Slippage,
    /// When a market order fills.
    pub fill_at: FillAt,
    /// Which order fills if a bar reaches both a stop and a target.
    pub intrabar: Intrabar,
    /// A limit order needs a price THROUGH its own, not only at it.
    pub limit_needs_through: bool,
    /// Largest share of a bar's volume that one fill may take; off when absent.
    pub participation_cap: Option<Bps>,
    /// Positions still open at the window's end are sold at the last close, at taker cost.
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

/// Price slippage of market orders and triggered stops; always adverse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(tag = "model", rename_all = "snake_case")]
pub enum Slippage {
    /// Not at all.
    #[default]
    None,
    /// Always the same.
    FixedBps {
        /// How much.
        bps: Bps,
    },
    /// `factor * order notional / average daily notional of the last 24 h`, between `floor` and `cap`.
    VolumeShare {
        /// Default 0.1.
        factor: f64,
        /// Default 1 bp.
        floor: Bps,
        /// Default 1000 bp.
        cap: Bps,
    },
    /// `factor * daily volatility * sqrt(order quantity / volume of the last 24 h)`.
    SquareRoot {
        /// Default 1.
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
    /// At the deciding bar's close. Optimistic: reports say so.
    Close,
}

/// How the path inside a bar is read when it matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Intrabar {
    /// Against the trader: the stop is taken.
    #[default]
    Adverse,
    /// Open, the nearer extreme, the other extreme, close.
    OhlcPath,
    /// The finer bars of the data are replayed; bars without them fall back to adverse, and are counted.
    Detail,
}
