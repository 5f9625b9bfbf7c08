//! The words the format is described in.

use std::fmt;

use super::ChoiceDoc;

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub struct KeyDoc {
    /// As written in the file.
    pub name: &'static str,
    /// What it takes.
    pub value: ValueType,
    /// What holds where it is not written.
    pub fallback: Fallback,
    /// What it is.
    pub doc: &'static str,
}

/// What holds where a key is not written.
#[derive(Debug, Clone, Copy)]
pub enum Fallback {
    /// Nothing: the key must be written.
    Required,
    /// Nothing: the key must be written unless this other key is.
    RequiredWithout(&'static str),
    /// This value, in TOML that is also JSON.
    Value(&'static str),
    /// This variant of a tagged table, with its own defaults.
    Variant(&'static str),
    /// No fixed value; what holds instead, in words.
    Described(&'static str),
}

/// A table and its keys.
#[derive(Debug, Clone, Copy)]
pub struct TableDoc {
    /// What it is.
    pub doc: &'static str,
    /// All that it may hold.
    pub keys: &'static [KeyDoc],
}

/// One of the forms of a table that a tag key selects.
#[derive(Debug, Clone, Copy)]
pub struct VariantDoc {
    /// The tag's value.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// What it may hold besides the tag.
    pub keys: &'static [KeyDoc],
}

/// Which numbers are allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end.
    pub min: f64,
    /// The upper end, included.
    pub max: f64,
    /// Whether the lower end itself is allowed.
    pub min_included: bool,
}

impl Range {
    /// Both ends included.
    pub const fn from_to(min: f64, max: f64) -> Self {
        Self { min, max, min_included: true }
    }

    /// More than `min`, at most `max`.
    pub const fn above(min: f64, max: f64) -> Self {
        Self { min, max, min_included: false }
    }

    /// Whether the number is allowed; one that is no number never is.
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

/// What a key takes.
#[derive(Debug, Clone, Copy)]
pub enum ValueType {
    /// Any string.
    Text,
    /// A string that can be the name of something, also of a file.
    Name,
    /// A file, folder or glob.
    Path,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// A number.
    Number(Range),
    /// A number of percent.
    Percent(Range),
    /// A number of basis points.
    BasisPoints(Range),
    /// An exact amount: a string or a number, taken digit by digit.
    Amount {
        /// Whether zero is allowed.
        zero: bool,
        /// The largest, where a smaller one than all amounts have.
        most: Option<u64>,
    },
    /// An instant.
    Time,
    /// A length of time above zero.
    Span,
    /// A bar interval.
    Interval,
    /// One of a set of words.
    Choice {
        /// What the words name.
        noun: &'static str,
        /// The words.
        choices: fn() -> Vec<ChoiceDoc>,
    },
    /// A value, or `false` or `"off"` for none.
    Limit(&'static ValueType),
    /// A list.
    List {
        /// Of what.
        of: &'static ValueType,
        /// Fewest.
        min: usize,
        /// Whether a string may appear only once.
        unique: bool,
    },
    /// A condition: an expression, or a table of one and its timeframe.
    Condition,
    /// Values to sweep, by parameter.
    Swept,
    /// A table.
    Table(&'static TableDoc),
    /// A list of tables.
    Tables(&'static TableDoc),
    /// A table of tables, each under a name of the user's.
    Named(&'static TableDoc),
    /// A table whose keys depend on the value of one of them.
    Tagged {
        /// The key that decides.
        tag: &'static str,
        /// What its values name.
        noun: &'static str,
        /// The forms.
        variants: fn() -> Vec<VariantDoc>,
    },
}

impl ValueType {
    /// A short name for lists of parameters.
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
            Self::Choice { noun, .. } => (*noun).to_owned(),
            Self::Limit(of) => format!("{} or false", of.name()),
            Self::List { of, .. } => format!("list of {}s", of.name()),
            Self::Condition => "condition".to_owned(),
            Self::Table(_) | Self::Tagged { .. } => "table".to_owned(),
            Self::Tables(_) => "list of tables".to_owned(),
            Self::Swept => "values by parameter".to_owned(),
            Self::Named(_) => "tables by name".to_owned(),
        }
    }

    /// Which values are allowed, where the type alone does not say it.
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
            Self::List { min: 1.., .. } => Some("at least one".to_owned()),
            _ => None,
        }
    }

    /// What a value of this type is, for a message: `a whole number`.
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
            Self::Choice { noun, .. } => format!("the name of a {noun}"),
            Self::Limit(of) => format!("{}, or false for no limit", of.expected()),
            Self::List { of, .. } => format!("a list, each {}", of.expected()),
            Self::Condition => "an expression, or { when = \"..\", timeframe = \"..\" }".to_owned(),
            Self::Table(_) | Self::Named(_) => "a table".to_owned(),
            Self::Swept => "a table such as { fast = [5, 10, 20] }".to_owned(),
            Self::Tagged { tag, .. } => format!("a table such as {{ {tag} = \"..\" }}"),
            Self::Tables(_) => "a list of tables".to_owned(),
        }
    }
}

impl KeyDoc {
    /// The default as a person reads it; `None` for a required key.
    pub fn default_text(&self) -> Option<&'static str> {
        match self.fallback {
            Fallback::Required | Fallback::RequiredWithout(_) => None,
            Fallback::Value(text) | Fallback::Variant(text) | Fallback::Described(text) => Some(text),
        }
    }
}

/// As `name`, `type`, `required`, `default`, `range`, `doc`.
impl serde::Serialize for KeyDoc {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = s.serialize_struct("KeyDoc", 6)?;
        fields.serialize_field("name", self.name)?;
        fields.serialize_field("type", &self.value.name())?;
        fields.serialize_field("required", &matches!(self.fallback, Fallback::Required))?;
        fields.serialize_field("default", &self.default_text())?;
        fields.serialize_field("range", &self.value.range())?;
        fields.serialize_field("doc", self.doc)?;
        fields.end()
    }
}
