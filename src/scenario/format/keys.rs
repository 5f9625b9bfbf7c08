//! Constructors for [`KeyDoc`]s.

use super::{Fallback, KeyDoc, Range, ValueType};

/// Maximum period of an indicator and maximum count of bars.
const MAX_PERIOD: u64 = 100_000;

/// A required key.
pub(in crate::scenario) const fn required(name: &'static str, value: ValueType, doc: &'static str) -> KeyDoc {
    KeyDoc { name, value, fallback: Fallback::Required, doc }
}

/// A key with a default, in TOML that is also JSON.
pub(in crate::scenario) const fn with_default(
    name: &'static str,
    value: ValueType,
    default: &'static str,
    doc: &'static str,
) -> KeyDoc {
    KeyDoc { name, value, fallback: Fallback::Value(default), doc }
}

/// An optional key; `otherwise` says what applies where it is omitted.
pub(in crate::scenario) const fn optional(
    name: &'static str,
    value: ValueType,
    otherwise: &'static str,
    doc: &'static str,
) -> KeyDoc {
    KeyDoc { name, value, fallback: Fallback::Described(otherwise), doc }
}

/// A number of bars with a default.
pub(in crate::scenario) const fn period(
    name: &'static str,
    default: &'static str,
    doc: &'static str,
) -> KeyDoc {
    with_default(name, ValueType::Integer { min: 1, max: MAX_PERIOD }, default, doc)
}

/// A percentage above 0 and up to 100.
pub(in crate::scenario) const fn percent() -> ValueType {
    ValueType::Percent(Range::above(0.0, 100.0))
}

/// A number above 0.
pub(in crate::scenario) const fn number(max: f64) -> ValueType {
    ValueType::Number(Range::above(0.0, max))
}
