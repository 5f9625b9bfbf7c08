//! Types that describe the file format.

use std::fmt;

use super::ChoiceDoc;

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    /// As written in the file.
    pub name: &'static str,
    /// Type of the value.
    pub value: ValueType,
    /// What applies where the key is omitted.
    pub fallback: Fallback,
    /// Text shown in the schema reference.
    pub doc: &'static str,
}

/// What applies where a key is omitted.
#[derive(Debug, Clone, Copy)]
pub enum Fallback {
    /// The key is required.
    Required,
    /// The key is required unless this other key is present.
    RequiredWithout(&'static str),
    /// This value, in TOML that is also JSON.
    Value(&'static str),
    /// This variant of a tagged table, with the variant's defaults.
    Variant(&'static str),
    /// No constant value; described in words.
    Described(&'static str),
}

/// A table and its keys.
#[derive(Debug, Clone, Copy)]
pub struct TableDoc {
    /// Text shown in the schema reference.
    pub doc: &'static str,
    /// All allowed keys.
    pub keys: &'static [KeyDoc],
}

/// One variant of a tagged table.
#[derive(Debug, Clone, Copy)]
pub struct VariantDoc {
    /// The value of the tag.
    pub name: &'static str,
    /// Text shown in the schema reference.
    pub doc: &'static str,
    /// Allowed keys besides the tag.
    pub keys: &'static [KeyDoc],
}

/// A range of allowed numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lower bound, if any.
    pub min: f64,
    /// Upper bound, inclusive.
    pub max: f64,
    /// Whether the lower bound is inclusive.
    pub min_included: bool,
}

impl Range {
    /// Both bounds inclusive.
    pub const fn from_to(min: f64, max: f64) -> Self {
        Self { min, max, min_included: true }
    }

    /// Greater than `min`, at most `max`.
    pub const fn above(min: f64, max: f64) -> Self {
        Self { min, max, min_included: false }
    }

    /// Whether the number is in the range; NaN never is.
    pub fn contains(&self, value: f64) -> bool {
        value <= self.max && if self.min_included { value >= self.min } else { value > self.min }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.min_included {
            write!(f, "{} to {}", self.min, self.max)
        } else {
            write!(f, "more than {}, at most {}", self.min, self.max)
        }
    }
}

/// The type of a key's value.
#[derive(Debug, Clone, Copy)]
pub enum ValueType {
    /// Text of any content.
    Text,
    /// A string that is a valid name, see [`crate::domain::check_name`].
    Name,
    /// A file, folder or glob.
    Path,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// Smallest value allowed.
        min: u64,
        /// Largest value allowed.
        max: u64,
    },
    /// A number in a range.
    Number(Range),
    /// A percentage in a range.
    Percent(Range),
    /// A number of basis points.
    BasisPoints(Range),
    /// An exact decimal amount: a string or a number, parsed from its digits.
    Amount {
        /// Whether zero is allowed.
        zero: bool,
        /// The maximum, where it is below the largest amount.
        most: Option<u64>,
    },
    /// An RFC 3339 instant.
    Time,
    /// A positive duration.
    Span,
    /// A bar interval.
    Interval,
    /// A time zone of the IANA database.
    Zone,
    /// Where trading days begin: a time of day with a zone, or the name of a market.
    DayStart,
    /// One of a set of words.
    Choice {
        /// Noun for messages: what the words name.
        noun: &'static str,
        /// The allowed words.
        choices: fn() -> Vec<ChoiceDoc>,
    },
    /// A value, or `false` or `"off"` for no limit.
    Limit(&'static ValueType),
    /// A list of values.
    List {
        /// Type of the items.
        of: &'static ValueType,
        /// Minimum number of items.
        min: usize,
        /// Whether strings in it must be unique.
        unique: bool,
    },
    /// Symbols: a list of names and patterns, a pattern, or `"all"`.
    Symbols,
    /// Funding rates: a file or folder, or a table with a fixed rate.
    Funding,
    /// A condition: an expression, or a table with an expression and its timeframe.
    Condition,
    /// The values of swept parameters, by parameter.
    Swept,
    /// A nested table.
    Table(&'static TableDoc),
    /// A list of tables.
    Tables(&'static TableDoc),
    /// A table of tables, each under a name chosen by the user.
    Named(&'static TableDoc),
    /// A table whose allowed keys depend on the value of its tag key.
    Tagged {
        /// The tag key.
        tag: &'static str,
        /// Noun for messages: what the tag's values name.
        noun: &'static str,
        /// Variants of the choice.
        variants: fn() -> Vec<VariantDoc>,
    },
}

impl ValueType {
    /// Short type name for lists of parameters.
    pub fn name(&self) -> String {
        match self {
            Self::Text | Self::Name | Self::Path => "string".to_owned(),
            Self::Boolean => "boolean".to_owned(),
            Self::Integer { .. } => "integer".to_owned(),
            Self::Number(_) => "number".to_owned(),
            Self::Percent(_) => "percent".to_owned(),
            Self::BasisPoints(_) => "basis points".to_owned(),
            Self::Amount { .. } => "amount".to_owned(),
            Self::Time => "time".to_owned(),
            Self::Span => "duration".to_owned(),
            Self::Interval => "interval".to_owned(),
            Self::Zone => "time zone".to_owned(),
            Self::DayStart => "time of day and zone".to_owned(),
            Self::Choice { noun, .. } => (*noun).to_owned(),
            Self::Limit(of) => format!("{} or false", of.name()),
            Self::List { of, .. } => format!("list of {}s", of.name()),
            Self::Symbols => "list of names or \"all\"".to_owned(),
            Self::Funding => "path or table".to_owned(),
            Self::Condition => "condition".to_owned(),
            Self::Table(_) | Self::Tagged { .. } => "table".to_owned(),
            Self::Tables(_) => "list of tables".to_owned(),
            Self::Swept => "values by parameter".to_owned(),
            Self::Named(_) => "tables by name".to_owned(),
        }
    }

    /// The allowed values, where the type alone does not say it.
    pub fn range(&self) -> Option<String> {
        match self {
            Self::Integer { min, max } if *max >= i64::MAX as u64 => Some(format!("at least {min}")),
            Self::Integer { min, max } => Some(format!("{min} to {max}")),
            Self::Number(range) | Self::Percent(range) | Self::BasisPoints(range) => Some(range.to_string()),
            Self::Amount { zero, most } => {
                let least = if *zero { "at least 0" } else { "more than 0" };
                Some(most.map_or_else(|| least.to_owned(), |most| format!("{least}, at most {most}")))
            }
            Self::Choice { choices, .. } => {
                Some(choices().iter().map(|choice| choice.name).collect::<Vec<_>>().join(", "))
            }
            Self::Limit(of) => of.range(),
            Self::Symbols | Self::List { min: 1.., .. } => Some("at least one".to_owned()),
            _ => None,
        }
    }

    /// What a file may say, for help: `"1h"`.
    pub fn example(&self) -> String {
        let inside = |range: &Range| {
            let least = if range.min_included { range.min } else { range.min + 1.0 };
            if range.contains(least.max(1.0)) { least.max(1.0) } else { least.clamp(range.min, range.max) }
        };
        match self {
            Self::Text | Self::Name => "\"..\"".to_owned(),
            Self::Path => "\"data/prices\"".to_owned(),
            Self::Boolean => "true".to_owned(),
            Self::Integer { min, max } => (*min).max(1).min(*max).to_string(),
            Self::Number(range) | Self::Percent(range) | Self::BasisPoints(range) => {
                inside(range).to_string()
            }
            Self::Amount { .. } => "\"10000.00\"".to_owned(),
            Self::Time => "2024-01-31".to_owned(),
            Self::Span => "\"30d\"".to_owned(),
            Self::Interval => "\"1h\"".to_owned(),
            Self::Zone => "\"America/New_York\"".to_owned(),
            Self::DayStart => "\"17:00 America/New_York\"".to_owned(),
            Self::Choice { choices, .. } => {
                choices().first().map_or_else(String::new, |choice| format!("\"{}\"", choice.name))
            }
            Self::Limit(of) => format!("{}, or false for no limit", of.example()),
            Self::List { of, .. } => format!("[{}]", of.example()),
            Self::Symbols => "[\"BTCUSDT\"], or \"all\"".to_owned(),
            Self::Funding => "{ rate_bps = 1, every = \"8h\" }".to_owned(),
            Self::Condition => "\"close > sma(20)\"".to_owned(),
            Self::Swept => "{ fast = [5, 10, 20] }".to_owned(),
            Self::Table(_) | Self::Named(_) => "a table: a line in [ ] with its keys below".to_owned(),
            Self::Tables(_) => "a list of tables: a line in [[ ]] above the keys of each".to_owned(),
            Self::Tagged { tag, variants, .. } => {
                variants().first().map_or_else(String::new, |one| format!("{{ {tag} = \"{}\" }}", one.name))
            }
        }
    }

    /// A phrase for messages: `a whole number`.
    pub fn expected(&self) -> String {
        match self {
            Self::Text | Self::Name | Self::Path => "a string".to_owned(),
            Self::Boolean => "true or false".to_owned(),
            Self::Integer { .. } => "a whole number".to_owned(),
            Self::Number(_) => "a number".to_owned(),
            Self::Percent(_) => "a number of percent".to_owned(),
            Self::BasisPoints(_) => "a number of basis points".to_owned(),
            Self::Amount { .. } => "an amount such as \"10000.00\"".to_owned(),
            Self::Time => "a time such as 2024-01-31T00:00:00Z or 2024-01-31".to_owned(),
            Self::Span => "a duration such as \"30d\"".to_owned(),
            Self::Interval => "a bar interval such as \"1h\"".to_owned(),
            Self::Zone => "a time zone such as \"America/New_York\"".to_owned(),
            Self::DayStart => "a time of day with a zone such as \"17:00 America/New_York\", or the name of a market such as \"nyse\"".to_owned(),
            Self::Choice { noun, .. } => format!("the name of a {noun}"),
            Self::Limit(of) => format!("{}, or false for no limit", of.expected()),
            Self::List { of, .. } => format!("a list, each {}", of.expected()),
            Self::Symbols => "a list of names, \"all\", or a pattern such as \"*USDT\"".to_owned(),
            Self::Funding => "a path, or { rate_bps = 1, every = \"8h\" }".to_owned(),
            Self::Condition => "an expression, or { when = \"..\", timeframe = \"..\" }".to_owned(),
            Self::Table(_) | Self::Named(_) => "a table".to_owned(),
            Self::Swept => "a table such as { fast = [5, 10, 20] }".to_owned(),
            Self::Tagged { tag, .. } => format!("a table such as {{ {tag} = \"..\" }}"),
            Self::Tables(_) => "a list of tables".to_owned(),
        }
    }
}

impl KeyDoc {
    /// The default in readable form; `None` for a required key.
    pub fn default_text(&self) -> Option<&'static str> {
        match self.fallback {
            Fallback::Required | Fallback::RequiredWithout(_) => None,
            Fallback::Value(text) | Fallback::Variant(text) | Fallback::Described(text) => Some(text),
        }
    }
}

/// Serialised as `name`, `type`, `required`, `default`, `range`, `doc`.
impl serde::Serialize for KeyDoc {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = s.serialize_struct("KeyDoc", 6)?;
        fields.serialize_field("name", self.name)?;
        fields.serialize_field("type", &self.value.name())?;
        fields.serialize_field("required", &matches!(self.fallback, Fallback::Required))?;
        let default = match self.fallback {
            Fallback::RequiredWithout(other) => Some(format!("none where `{other}` is given")),
            _ => self.default_text().map(str::to_owned),
        };
        fields.serialize_field("default", &default)?;
        fields.serialize_field("range", &self.value.range())?;
        fields.serialize_field("doc", self.doc)?;
        fields.end()
    }
}
