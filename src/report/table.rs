//! A table as every page shows it: heads, cells, and how each cell sorts.

use serde::Serialize;

/// Stands for a value that does not exist.
pub(super) const NONE: &str = "–";

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
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Cell {
    /// As shown.
    pub text: String,
    /// By which a column of numbers is sorted; none sorts last.
    pub value: Option<f64>,
    /// `good`, `bad` or nothing.
    pub tone: &'static str,
}

impl Head {
    pub fn words(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: false }
    }

    pub fn numbers(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: true }
    }
}

impl Cell {
    pub fn words(text: impl Into<String>) -> Self {
        Self { text: text.into(), value: None, tone: "" }
    }

    /// A number in this form.
    pub fn number(value: Option<f64>, form: impl Fn(f64) -> String) -> Self {
        Self { text: value.map_or_else(|| NONE.to_owned(), form), value, tone: "" }
    }

    /// A number whose sign is good or bad.
    pub fn gain(value: Option<f64>, form: impl Fn(f64) -> String) -> Self {
        let cell = Self::number(value, form);
        let tone = match cell.text.chars().next() {
            Some('+') => "good",
            Some('-') => "bad",
            _ => "",
        };
        Self { tone, ..cell }
    }

    /// A stored amount of money, shown in this form.
    pub fn money(stored: &str, form: impl Fn(&str) -> String) -> Self {
        Self { text: form(stored), value: stored.parse().ok(), tone: "" }
    }
}
