//! Where a key stands in a scenario's text, for rooms that find something wrong with its value later.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The place of the value at `path` (`["market", "path"]`), in bytes; `None` where the file has none.
pub fn place_of(text: &str, path: &[&str]) -> Option<Range<usize>> {
    let (document, _) = DeTable::parse_recoverable(text);
    let (last, tables) = path.split_last()?;
    let mut table = document.get_ref();
    for key in tables {
        table = match table.get(*key)?.get_ref() {
            DeValue::Table(inner) => inner,
            _ => return None,
        };
    }
    table.get(*last).map(toml::Spanned::span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_keys() {
        let text = "[market]\npath = \"data\"\n[battle]\nwindows = { kind = \"whole\" }\n";
        let at = |path: &[&str]| place_of(text, path).map(|span| &text[span]);
        assert_eq!(at(&["market", "path"]), Some("\"data\""));
        assert_eq!(at(&["battle", "windows", "kind"]), Some("\"whole\""));
        assert_eq!(at(&["market", "symbols"]), None);
        assert_eq!(at(&["venue", "slippage"]), None);
    }
}
