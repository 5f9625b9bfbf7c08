//! Tables and numbers for the terminal.

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::cli::{Exit, Failure, output};
use crate::domain::Timestamp;

/// An empty table with these headings: as wide as the terminal, plain and a line a row when piped.
pub fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    if output::stdout_is_terminal() {
        table.load_style(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    }
    table.set_header(headings.iter().copied());
    table
}

/// Prints a line or a table to stdout.
pub fn print(text: impl std::fmt::Display) -> Result<(), Failure> {
    output::result(&format!("{text}\n"))
}

/// Prints as JSON to stdout.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::plain(Exit::RunFailed, error, "report this as a bug"))?;
    print(text)
}

/// Says something on stderr.
pub fn say(text: impl std::fmt::Display) {
    output::say(&text.to_string());
}

/// `1 234 567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(" ")
}

/// A time to the second, or nothing.
pub fn time(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "-".to_owned(), |at| at.to_string())
}

/// `12.3 kB`.
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn bytes(number: u64) -> String {
    match number {
        0..10_000 => format!("{} B", count(number)),
        10_000..10_000_000 => format!("{:.1} kB", number as f64 / 1e3),
        _ => format!("{:.1} MB", number as f64 / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!((count(0), count(999), count(1_234_567)), ("0".into(), "999".into(), "1 234 567".into()));
        assert_eq!(bytes(12_345), "12.3 kB");
    }
}
