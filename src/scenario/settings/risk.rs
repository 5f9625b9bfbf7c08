//! A risk profile as its table.

use serde_json::Value;

use super::{Settings, number, percent, settings, word};
use crate::domain::Bps;
use crate::scenario::RiskProfile;

/// The limits of a profile by key; `"off"` for one that is disabled.
pub fn risk_settings(profile: &RiskProfile) -> Settings {
    let share = |limit: Option<Bps>| limit.map_or_else(off, percent);
    let count = |limit: Option<u32>| limit.map_or_else(off, Value::from);
    settings([
        ("max_order_size_pct", share(profile.max_order_size)),
        ("max_position_size_pct", share(profile.max_position_size)),
        ("max_open_orders", count(profile.max_open_orders)),
        ("daily_loss_limit_pct", share(profile.daily_loss_limit)),
        ("max_drawdown_pct", share(profile.max_drawdown)),
        ("max_consecutive_losses", count(profile.max_consecutive_losses)),
        ("orders_per_minute", count(profile.orders_per_minute)),
        ("on_breach", word(profile.on_breach)),
        ("size_to_limit", Value::from(profile.size_to_limit)),
        ("max_leverage", number(profile.margin.max_leverage.to_f64() / 10_000.0)),
        ("allow_short", Value::from(profile.margin.allow_short)),
        ("margin_mode", word(profile.margin.mode)),
    ])
}

fn off() -> Value {
    Value::from("off")
}
