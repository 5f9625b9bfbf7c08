//! Risk profiles: limits on every order of an agent.

use serde::Serialize;

use crate::domain::Bps;

/// A named set of limits. `None` disables a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RiskProfile {
    /// `default`, `unlimited`, or one defined in the scenario.
    pub name: String,
    /// Maximum notional of one order, as a share of equity (default 50 %).
    pub max_order_size: Option<Bps>,
    /// Maximum position after the fill, as a share of equity (default 25 %).
    pub max_position_size: Option<Bps>,
    /// Maximum number of resting orders (default 50).
    pub max_open_orders: Option<u32>,
    /// Maximum loss since 00:00 UTC, as a share of the equity then (default 20 %).
    pub daily_loss_limit: Option<Bps>,
    /// Maximum drawdown of equity from its peak (default off).
    pub max_drawdown: Option<Bps>,
    /// Maximum number of consecutive losing round trips (default off).
    pub max_consecutive_losses: Option<u32>,
    /// Maximum number of orders in any minute of market time (default 100).
    pub orders_per_minute: Option<u32>,
    /// Action when a loss limit (checks 7 and 8) is reached.
    pub on_breach: OnBreach,
    /// Whether an order above a limit is cut to the largest allowed size instead of refused.
    pub size_to_limit: bool,
    /// Margin and short positions. Left out of a run's identity where nothing of it is written.
    #[serde(skip_serializing_if = "MarginLimits::is_default")]
    pub margin: MarginLimits,
}

/// What a profile allows in instruments that are held on margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MarginLimits {
    /// Maximum gross notional over equity; 10,000 basis points are a leverage of 1 (default).
    pub max_leverage: Bps,
    /// Whether a sell may open or add to a short position (default no).
    pub allow_short: bool,
    /// How much of the account stands behind a perpetual position.
    pub mode: MarginMode,
}

impl Default for MarginLimits {
    fn default() -> Self {
        Self { max_leverage: Bps::WHOLE, allow_short: false, mode: MarginMode::Cross }
    }
}

impl MarginLimits {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How much of the account stands behind a perpetual position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MarginMode {
    /// All of it.
    #[default]
    Cross,
    /// The margin that was set aside when it opened.
    Isolated,
}

impl RiskProfile {
    /// The limits of an agent that names no profile.
    pub fn standard() -> Self {
        Self {
            name: "default".to_owned(),
            max_order_size: Some(Bps::from_percent(50.0)),
            max_position_size: Some(Bps::from_percent(25.0)),
            max_open_orders: Some(50),
            daily_loss_limit: Some(Bps::from_percent(20.0)),
            max_drawdown: None,
            max_consecutive_losses: None,
            orders_per_minute: Some(100),
            on_breach: OnBreach::HaltNew,
            size_to_limit: false,
            margin: MarginLimits::default(),
        }
    }

    /// No limits beyond validity and solvency: checks 1 to 3 only.
    pub fn unlimited() -> Self {
        Self {
            name: "unlimited".to_owned(),
            max_order_size: None,
            max_position_size: None,
            max_open_orders: None,
            daily_loss_limit: None,
            max_drawdown: None,
            max_consecutive_losses: None,
            orders_per_minute: None,
            on_breach: OnBreach::HaltNew,
            size_to_limit: false,
            margin: MarginLimits::default(),
        }
    }
}

/// Action when a loss limit is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBreach {
    /// New exposure is refused; existing positions may be kept or sold.
    #[default]
    HaltNew,
    /// All positions are closed at the next open, and the agent stays flat until the end of the trading day.
    Flatten,
    /// All positions are closed and the agent is out for the rest of the window; its loss counts.
    Disqualify,
}
