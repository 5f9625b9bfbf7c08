//! Checked strategies, risk profiles and instruments as the keys and values of a scenario: what a run tested, for its
//! results.
//!
//! The inverse of `read`. Values are those in force, defaults included, under the catalogue's keys; reading them again
//! gives the same value. Never shows a value that nobody could write in a scenario.

mod instrument;
mod risk;
mod rules;
mod strategy;

use std::collections::BTreeMap;

pub use instrument::instrument_settings;
pub use risk::risk_settings;
pub use strategy::strategy_settings;

use serde_json::Value;

use super::format::Choice;
use crate::domain::Bps;

/// Values by key, as a scenario writes them.
pub type Settings = BTreeMap<String, Value>;

/// Keys with their values.
fn settings<const N: usize>(pairs: [(&str, Value); N]) -> Settings {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A number without a fraction where it has none: `20`, not `20.0`.
fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    let whole = (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64);
    whole.map_or_else(|| Value::from(value), Value::from)
}

/// A share in percent, exact to the ten decimal places that it has.
fn percent(share: Bps) -> Value {
    number((share.to_f64() * 1e8).round() / 1e10)
}

/// The word of a variant.
fn word<T: Choice + PartialEq>(value: T) -> Value {
    let found = T::ALL.iter().find(|(known, ..)| *known == value);
    Value::from(found.map_or("", |(_, name, _)| *name))
}
