//! Risk profiles: the limits that hold on every order of an agent.

use serde::Serialize;

use crate::domain::Bps;

/// A named set of limits. A limit that is `None` is off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RiskProfile {
    /// `default`, `unlimited`, or the scenario's own.
    pub name: String,
    /// Largest notional of one order, of the equity (default 50 %).
    pub max_order_size: Option<Bps>,
    /// Largest position after the fill, of the equity (default 25 %).
    pub max_position_size: Option<Bps>,
    /// Most resting orders at once (default 50).
    pub max_open_orders: Option<u32>,
    /// Largest loss since 00:00 UTC, of the equity then (default 20 %).
    pub daily_loss_limit: Option<Bps>,
    /// Largest fall from the peak of the equity (default off).
    pub max_drawdown: Option<Bps>,
    /// Most losing round trips in a row (default off).
    pub max_consecutive_losses: Option<u32>,
    /// Most orders in any minute of market time (default 100).
    pub orders_per_minute: Option<u32>,
    /// What happens when a loss limit (checks 7 and 8) is reached.
    pub on_breach: OnBreach,
    /// Cut an order to the largest size that passes instead of refusing it.
    pub size_to_limit: bool,
}

impl RiskProfile {
    /// The numbers an agent gets that names no profile.
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
        }
    }

    /// Only what money itself demands: checks 1 to 3.
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
        }
    }
}

/// What happens when a loss limit is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnBreach {
    /// New exposure is refused; what is held may be held or sold.
    #[default]
    HaltNew,
    /// Everything is closed at the next open, and the agent stays flat until the day ends.
    Flatten,
    /// Everything is closed and the agent is out for the window; its loss is kept.
    Disqualify,
}
