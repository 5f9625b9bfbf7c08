//! Finds the span of a key in a scenario's text, for rooms that detect a problem with its value later.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// The byte span of the value at `path` (`["market", "path"]`, `["agents", "0", "name"]`); `None` where the
/// key is not written.
pub fn span_of(text: &str, path: &[&str]) -> Option<Range<usize>> {
    let (document, _) = DeTable::parse_recoverable(text);
    let (first, rest) = path.split_first()?;
    let value = rest.iter().try_fold(document.get_ref().get(*first)?, |value, key| match value.get_ref() {
        DeValue::Table(table) => table.get(*key),
        DeValue::Array(items) => items.get(key.parse::<usize>().ok()?),
        _ => None,
    });
    value.map(toml::Spanned::span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_keys() {
        let text = "[market]\npath = \"data\"\n[battle]\nwindows = { kind = \"whole\" }\n";
        let at = |path: &[&str]| span_of(text, path).map(|span| &text[span]);
        assert_eq!(at(&["market", "path"]), Some("\"data\""));
        assert_eq!(at(&["battle", "windows", "kind"]), Some("\"whole\""));
        let text = "[[agents]]\nname = \"a\"\n[[agents]]\nname = \"b\"\n";
        let at_of = |index| span_of(text, &["agents", index, "name"]).map(|span| &text[span]);
        assert_eq!((at_of("1"), at_of("2"), at_of("x")), (Some("\"b\""), None, None));
        assert_eq!(at(&["market", "symbols"]), None);
        assert_eq!(at(&["venue", "slippage"]), None);
    }
}
