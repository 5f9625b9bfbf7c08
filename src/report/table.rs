//! A table as every page shows it: heads, cells, and how each cell sorts.

use serde::Serialize;

use crate::domain::Metric;
use crate::metrics::Score;

/// Stands for a value that does not exist.
pub(super) const NONE: &str = "–";
/// An infinite score.
pub(super) const INFINITY: &str = "∞";
/// An infinite score below all numbers.
pub(super) const MINUS_INFINITY: &str = "-∞";

/// Heads and rows of equal length.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Table {
    pub columns: Vec<Head>,
    pub rows: Vec<Vec<Cell>>,
}

/// One column's head.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Head {
    pub name: String,
    /// Numbers stand to the right.
    pub numeric: bool,
    /// What it means, for a pointer over it: the definition of a metric.
    pub hint: Option<&'static str>,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Cell {
    /// Text of the cell.
    pub text: String,
    /// By which a column of numbers is sorted, in pages to nine digits; without one, by its text.
    #[serde(serialize_with = "nine_digits")]
    pub value: Option<f64>,
    /// `good`, `bad` or nothing.
    pub tone: &'static str,
    /// What it means, for a pointer over it.
    pub hint: Option<&'static str>,
}

fn nine_digits<S: serde::Serializer>(value: &Option<f64>, to: S) -> Result<S::Ok, S::Error> {
    let short = |value: f64| format!("{value:.8e}").parse().unwrap_or(value);
    value.map(short).serialize(to)
}

impl Head {
    pub fn words(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: false, hint: None }
    }

    pub fn numbers(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: true, hint: None }
    }
}

impl Head {
    /// The same with the definition of a metric.
    pub fn explained(self, metric: Option<Metric>) -> Self {
        Self { hint: metric.map(|metric| metric.info().doc), ..self }
    }
}

impl Cell {
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: None, tone: "", hint: None }
    }

    /// A number in this form.
    pub fn number(value: Option<f64>, form: impl Fn(f64) -> String) -> Self {
        Self { text: value.map_or_else(|| NONE.to_owned(), form), value, tone: "", hint: None }
    }

    /// A score in this form; an infinity by its sign, sorted beyond all numbers.
    pub fn score(score: Score, form: impl Fn(f64) -> String) -> Self {
        let sign =
            |text: &str, value| Self { text: text.to_owned(), value: Some(value), tone: "", hint: None };
        match score {
            Score::PlusInfinity => sign(INFINITY, f64::MAX),
            Score::MinusInfinity => sign(MINUS_INFINITY, f64::MIN),
            Score::Number(_) | Score::Absent => Self::number(score.number(), form),
        }
    }

    /// The same with the definition of a metric.
    pub fn explained(self, metric: Option<Metric>) -> Self {
        Self { hint: metric.map(|metric| metric.info().doc), ..self }
    }

    /// The same sorted by its text, where the digits that are shown suffice.
    pub fn by_text(self) -> Self {
        Self { value: None, ..self }
    }

    /// The same with its sign as good or bad.
    pub fn toned(self) -> Self {
        let tone = match self.text.chars().next() {
            Some('+') => "good",
            Some('-') => "bad",
            _ => "",
        };
        Self { tone, ..self }
    }

    /// A stored amount of money, shown in this form.
    pub fn money(stored: &str, form: impl Fn(&str) -> String) -> Self {
        Self { text: form(stored), value: stored.parse().ok(), tone: "", hint: None }
    }
}
