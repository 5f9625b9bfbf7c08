//! Expands `{ from, to, step }` and `{ log_from, log_to, points }` to values. Steps are added in decimal
//! arithmetic, so that 0.1 to 0.5 by 0.1 contains exactly 0.3.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::value::{ReadValue, ValueReader};
use crate::scenario::format::ValueType;
use crate::scenario::{SweptValue, SweptValues, suggest};

/// Maximum number of values of one parameter.
const MAX_VALUES: u32 = 100_000;
/// Significant digits of the values of a logarithmic range.
const DIGITS: i32 = 6;

const STEP_KEYS: [&str; 3] = ["from", "to", "step"];
const LOG_KEYS: [&str; 3] = ["log_from", "log_to", "points"];

/// The values of a range; both ends are checked as values of the parameter.
pub(super) fn read<'t>(
    given: &ValueReader<'t>,
    table: &'t DeTable<'t>,
    of: &ValueType,
    check: impl Fn(&ValueReader<'_>) -> Option<SweptValue>,
) -> Option<SweptValues> {
    let log = table.keys().any(|key| LOG_KEYS.contains(&&**key.get_ref()));
    let keys = if log { LOG_KEYS } else { STEP_KEYS };
    if let Some(key) = table.keys().find(|key| !keys.contains(&&**key.get_ref())) {
        let name: &str = key.get_ref();
        let message = format!("unknown key `{name}` in the range of `{}`", given.key);
        let help = suggest::help(name, &keys);
        given.problems.error(key.span(), message, "not a key of a range".to_owned(), help);
        return None;
    }
    let whole = matches!(of, ValueType::Integer { .. });
    let end = |key: &'static str| {
        let Some(value) = table.get(key) else {
            let message = format!("the range of `{}` has no `{key}`", given.key);
            return given.fail(
                message,
                format!("needs `{key}`"),
                Some(format!("known keys: {}", keys.join(", "))),
            );
        };
        let inner = ValueReader { key: given.key, value, problems: given.problems };
        check(&inner)?;
        number(&inner).map(|number| (number, inner))
    };
    let (from, to) = (end(keys[0]), end(keys[1]));
    let ((from, _), (to, last)) = (from?, to?);
    if from >= to {
        let message = format!("the range of `{}` ends at {to}, not above {from}", given.key);
        let help = format!("write an end above {from}, or a list of values");
        return last.fail(message, "not above its start".to_owned(), Some(help));
    }
    let third = table.get(keys[2]).map(|value| ValueReader { key: keys[2], value, problems: given.problems });
    if log { logarithmic(given, (from, to), third, whole) } else { stepped(given, (from, to), third, whole) }
}

/// A number exactly as written.
fn number(given: &ValueReader<'_>) -> Option<Decimal> {
    let text = match given.value.get_ref() {
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|value| value.to_string())
        }
        DeValue::Float(float) => Some(float.as_str().to_owned()),
        _ => None,
    };
    let decimal = text.and_then(|text| text.parse().or_else(|_| Decimal::from_scientific(&text)).ok());
    let help = "write a number without quotes, such as 5 or 0.5";
    let message = || format!("`{}` must be a number", given.key);
    decimal.or_else(|| given.fail(message(), "not a number".to_owned(), Some(help.to_owned())))
}

fn value(decimal: Decimal, whole: bool) -> Option<SweptValue> {
    if whole { decimal.to_i64().map(SweptValue::Integer) } else { decimal.to_f64().map(SweptValue::Number) }
}

fn stepped(
    given: &ValueReader<'_>,
    (from, to): (Decimal, Decimal),
    step: Option<ValueReader<'_>>,
    whole: bool,
) -> Option<SweptValues> {
    let step = match step {
        Some(step) => {
            let size = number(&step)?;
            if size <= Decimal::ZERO || whole && !size.is_integer() {
                let what = if whole { "a whole number above 0" } else { "above 0" };
                let help = Some("write a step such as 1, or a list of values".to_owned());
                return step.fail(format!("`step` = {size} must be {what}"), "not possible".to_owned(), help);
            }
            size
        }
        None if whole => Decimal::ONE,
        None => {
            return Some(SweptValues::Continuous { from: from.to_f64()?, to: to.to_f64()?, log: false });
        }
    };
    let last = ((to - from) / step).floor();
    match last.to_u32().filter(|last| *last < MAX_VALUES) {
        Some(last) => {
            let values = (0..=last).map(|i| value(from + step * Decimal::from(i), whole));
            values.collect::<Option<Vec<_>>>().map(SweptValues::Listed)
        }
        None => too_many(given),
    }
}

fn logarithmic(
    given: &ValueReader<'_>,
    (from, to): (Decimal, Decimal),
    points: Option<ValueReader<'_>>,
    whole: bool,
) -> Option<SweptValues> {
    if from <= Decimal::ZERO {
        let message = format!("the log range of `{}` starts at {from}", given.key);
        let help = "write a start above 0, or `from` and `to` for a range that is not logarithmic".to_owned();
        return given.fail(message, "must start above 0".to_owned(), Some(help));
    }
    let (low, high) = (from.to_f64()?, to.to_f64()?);
    let Some(points) = points else {
        if !whole {
            return Some(SweptValues::Continuous { from: low, to: high, log: true });
        }
        let message = format!("the log range of `{}`, a whole number, needs `points`", given.key);
        let help = Some("add `points = ..`: the number of values".to_owned());
        return given.fail(message, "needs `points`".to_owned(), help);
    };
    let points = u32::read(&points, &ValueType::Integer { min: 2, max: u64::from(MAX_VALUES) })?;
    let ratio = libm::log(high / low) / f64::from(points - 1);
    let mut values: Vec<SweptValue> = Vec::new();
    for i in 0..points {
        let next = match i {
            0 => value(from, whole),
            _ if i == points - 1 => value(to, whole),
            _ => Some(inner(low * libm::exp(ratio * f64::from(i)), whole)),
        }?;
        // Close values can round to the same integer.
        if values.last() != Some(&next) {
            values.push(next);
        }
    }
    Some(SweptValues::Listed(values))
}

/// A value between the ends, rounded to an integer or to six significant digits.
#[expect(clippy::cast_possible_truncation, reason = "between the ends, which are i64")]
fn inner(exact: f64, whole: bool) -> SweptValue {
    if whole {
        return SweptValue::Integer(libm::round(exact) as i64);
    }
    let text = format!("{exact:.*e}", (DIGITS - 1) as usize);
    SweptValue::Number(text.parse().unwrap_or(exact))
}

fn too_many<T>(given: &ValueReader<'_>) -> Option<T> {
    let message = format!("the range of `{}` has more than {MAX_VALUES} values", given.key);
    given.fail(message, "too many".to_owned(), Some("use a larger `step`".to_owned()))
}

/// The spans of a list's items, or the span of the whole range.
pub(super) fn spans(value: &Spanned<DeValue<'_>>) -> Vec<std::ops::Range<usize>> {
    match value.get_ref() {
        DeValue::Array(list) => list.iter().map(Spanned::span).collect(),
        _ => vec![value.span()],
    }
}
