//! Parses one TOML value into one value of the model, checked against its described type.
//!
//! Money is parsed from its digits, never through a float.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use super::phrases;
use crate::domain::{AgentName, Bps, Cash, MoneyError, Price, Qty, Symbol, UNITS_PER_ONE, Zone};
use crate::domain::{DayStart, DayStartError};
use crate::scenario::format::{Choice, ValueType};
use crate::scenario::problem::Problems;
use crate::scenario::suggest;

/// A value of the file with its key.
pub(super) struct ValueReader<'t> {
    /// The key, or the key of the list that contains the value.
    pub(super) key: &'t str,
    /// Value with its span.
    pub(super) value: &'t Spanned<DeValue<'t>>,
    /// Collects the problems.
    pub(super) problems: &'t Problems<'t>,
}

impl<'t> ValueReader<'t> {
    /// Span of the value.
    pub(super) fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// Reports a problem with the value.
    pub(super) fn fail<T>(&self, message: String, label: String, help: Option<String>) -> Option<T> {
        self.problems.error(self.span(), message, label, help);
        None
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type<T>(&self, expected: &ValueType, help: Option<String>) -> Option<T> {
        let found = phrases::what(self.value.get_ref());
        let message = format!("`{}` must be {}, not {found}", self.key, expected.expected());
        let help = help.or_else(|| Some(format!("write it as {}", expected.example())));
        self.fail(message, format!("this is {found}"), help)
    }

    /// Reports a value whose text cannot be parsed.
    pub(super) fn unreadable<T>(&self, error: &impl std::fmt::Display, expected: &ValueType) -> Option<T> {
        let help = match expected {
            ValueType::Name => {
                Some("write a name of visible characters, without / \\ : * ? \" < > | $ or `".to_owned())
            }
            _ => Some(format!("write {}", expected.expected())),
        };
        self.fail(format!("`{}`: {error}", self.key), "cannot be used".to_owned(), help)
    }

    /// Reports a value outside its range.
    fn out_of_range<T>(&self, expected: &ValueType) -> Option<T> {
        let text = self.problems.text(&self.span());
        let allowed = expected.range().unwrap_or_else(|| expected.expected());
        let help = Some(match phrases::reason(self.key) {
            Some(reason) => format!("allowed: {allowed}; {reason}"),
            None => format!("allowed: {allowed}"),
        });
        self.fail(format!("`{}` = {text} is out of range", self.key), "out of range".to_owned(), help)
    }

    /// The value as a table; reports any other type.
    pub(super) fn table(&self, expected: &ValueType) -> Option<&'t DeTable<'t>> {
        match self.value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.wrong_type(expected, None),
        }
    }

    fn text(&self, expected: &ValueType) -> Option<&'t str> {
        match self.value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => self.wrong_type(expected, Some("put it in quotes".to_owned()).filter(|_| self.is_scalar())),
        }
    }

    fn is_scalar(&self) -> bool {
        !matches!(self.value.get_ref(), DeValue::Table(_) | DeValue::Array(_))
    }

    /// The value parsed from its text.
    pub(super) fn parsed<T, E: std::fmt::Display>(
        &self,
        expected: &ValueType,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Option<T> {
        let text = self.text(expected)?;
        match parse(text) {
            Ok(value) => Some(value),
            Err(error) => self.unreadable(&error, expected),
        }
    }

    /// The value as a number; the range is not checked.
    fn number(&self, expected: &ValueType) -> Option<f64> {
        let number = match self.value.get_ref() {
            DeValue::Integer(integer) => digits(integer).parse().ok(),
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::String(text) if text.parse::<f64>().is_ok() => {
                return self.wrong_type(expected, Some("remove the quotes".to_owned()));
            }
            _ => return self.wrong_type(expected, None),
        };
        number.or_else(|| self.out_of_range(expected))
    }

    /// The value as an exact amount.
    fn amount<T>(&self, expected: &ValueType, units: fn(&T) -> i128) -> Option<T>
    where
        T: std::str::FromStr<Err = MoneyError>,
    {
        let text = match self.value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(integer) => digits(integer),
            DeValue::Float(float) => float.as_str().to_owned(),
            _ => return self.wrong_type(expected, None),
        };
        let value: T = match text.parse() {
            Ok(value) => value,
            Err(error) => return self.unreadable(&error, expected),
        };
        let (least, most) = match expected {
            ValueType::Amount { zero, most } => (i128::from(!*zero), most.map(i128::from)),
            _ => (1, None),
        };
        let most = most.map_or(i128::MAX, |most| most * UNITS_PER_ONE);
        if (least..=most).contains(&units(&value)) { Some(value) } else { self.out_of_range(expected) }
    }
}

/// A TOML integer in decimal digits, also where it is written in another base.
fn digits(integer: &DeInteger<'_>) -> String {
    i128::from_str_radix(integer.as_str(), integer.radix())
        .map_or_else(|_| integer.as_str().to_owned(), |value| value.to_string())
}

/// A type that can be parsed from a value of the file.
pub(super) trait ReadValue: Sized {
    /// The value; `None` if a problem was reported.
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self>;
}

/// The value with its span.
impl<T: ReadValue> ReadValue for Spanned<T> {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        T::read(given, expected).map(|value| Spanned::new(given.span(), value))
    }
}

impl ReadValue for String {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        if matches!(expected, ValueType::Name) {
            return given.parsed(expected, AgentName::new).map(|name| name.as_str().to_owned());
        }
        given.text(expected).map(str::to_owned)
    }
}

impl ReadValue for AgentName {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        given.parsed(expected, Self::new)
    }
}

impl ReadValue for Symbol {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        given.parsed(expected, Self::new)
    }
}

impl ReadValue for Zone {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        given.parsed(expected, str::parse)
    }
}

impl ReadValue for DayStart {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let text = given.text(expected)?;
        let found: Result<Self, DayStartError> = text.parse();
        found.map_or_else(
            |error| {
                given.fail(
                    format!("`{}`: {error}", given.key),
                    "no start of a day".to_owned(),
                    Some(error.help()),
                )
            },
            Some,
        )
    }
}

impl ReadValue for PathBuf {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let text = given.text(expected)?;
        if text.trim().is_empty() {
            let help = "give a file, a folder or a glob of Parquet bars".to_owned();
            return given.fail(format!("`{}` is empty", given.key), "empty path".to_owned(), Some(help));
        }
        Some(Self::from(text))
    }
}

impl ReadValue for bool {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        match given.value.get_ref() {
            DeValue::Boolean(value) => Some(*value),
            DeValue::String(text) if text.parse::<bool>().is_ok() => {
                given.wrong_type(expected, Some("remove the quotes".to_owned()))
            }
            _ => given.wrong_type(expected, None),
        }
    }
}

impl ReadValue for u64 {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let DeValue::Integer(integer) = given.value.get_ref() else {
            let quoted = given.value.get_ref().as_str().is_some_and(|text| text.parse::<i64>().is_ok());
            return given.wrong_type(expected, quoted.then(|| "remove the quotes".to_owned()));
        };
        let (min, max) = match expected {
            ValueType::Integer { min, max } => (*min, *max),
            _ => (0, Self::MAX),
        };
        let value = Self::from_str_radix(integer.as_str(), integer.radix()).ok();
        value.filter(|value| (min..=max).contains(value)).or_else(|| given.out_of_range(expected))
    }
}

impl ReadValue for u32 {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let value = u64::read(given, expected)?;
        Self::try_from(value).ok().or_else(|| given.out_of_range(expected))
    }
}

impl ReadValue for f64 {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let number = given.number(expected)?;
        let allowed = match expected {
            ValueType::Number(range) | ValueType::Percent(range) | ValueType::BasisPoints(range) => {
                range.contains(number)
            }
            _ => number.is_finite(),
        };
        if allowed { Some(number) } else { given.out_of_range(expected) }
    }
}

/// Percent or basis points, as the described type says.
impl ReadValue for Bps {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let number = f64::read(given, expected)?;
        let rate = match expected {
            ValueType::Percent(_) => Self::from_percent(number),
            _ => Self::from_f64(number),
        };
        if rate == Self::ZERO && number > 0.0 { given.out_of_range(expected) } else { Some(rate) }
    }
}

impl ReadValue for Cash {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        given.amount(expected, |value: &Self| value.units())
    }
}

impl ReadValue for Price {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        given.amount(expected, |value: &Self| value.units())
    }
}

impl ReadValue for Qty {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        given.amount(expected, |value: &Self| value.units())
    }
}

impl<T: Choice> ReadValue for T {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let noun = if let ValueType::Choice { noun, .. } = expected { noun } else { "value" };
        let names: Vec<_> = T::ALL.iter().map(|&(_, name, _)| name).collect();
        let DeValue::String(text) = given.value.get_ref() else {
            return given.wrong_type(expected, Some(format!("known: {}", names.join(", "))));
        };
        if let Some((value, ..)) = T::ALL.iter().find(|(_, name, _)| name == text) {
            return Some(*value);
        }
        let help = suggest::help(text, &names);
        given.fail(format!("unknown {noun} `{text}`"), format!("no such {noun}"), help)
    }
}

/// A limit, or `None` for off.
pub(super) struct Limit<T>(pub(super) Option<T>);

impl<T: ReadValue> ReadValue for Limit<T> {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let ValueType::Limit(of) = expected else { return None };
        match given.value.get_ref() {
            DeValue::Boolean(false) => Some(Self(None)),
            DeValue::String(text) if text == "off" => Some(Self(None)),
            DeValue::Integer(_) | DeValue::Float(_) => T::read(given, of).map(|value| Self(Some(value))),
            _ => given.wrong_type(expected, None),
        }
    }
}

impl<T: ReadValue> ReadValue for Vec<T> {
    fn read(given: &ValueReader<'_>, expected: &ValueType) -> Option<Self> {
        let ValueType::List { of, min, unique } = expected else { return None };
        let DeValue::Array(list) = given.value.get_ref() else {
            let help = given.is_scalar().then(|| "put it in [ ]".to_owned());
            return given.wrong_type(expected, help);
        };
        if list.len() < *min {
            let help = format!("write at least one, such as {}", expected.example());
            return given.fail(
                format!("`{}` is empty", given.key),
                "needs at least one".to_owned(),
                Some(help),
            );
        }
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut values = Some(Self::new());
        for item in list.iter() {
            let item = ValueReader { key: given.key, value: item, problems: given.problems };
            let text = item.value.get_ref().as_str().filter(|_| *unique);
            let value = match text {
                Some(text) if seen.contains(text) => {
                    let message = format!("`{text}` is listed twice in `{}`", given.key);
                    item.fail(message, "already listed".to_owned(), Some("remove one".to_owned()))
                }
                _ => T::read(&item, of),
            };
            seen.extend(text);
            values = values.zip(value).map(|(mut values, value)| {
                values.push(value);
                values
            });
        }
        values
    }
}
