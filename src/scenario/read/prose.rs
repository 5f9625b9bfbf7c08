//! Words for the messages about tables and values.

use toml::de::DeValue;

use crate::scenario::format::{KeyDoc, ROOT, ValueType};

/// What a value of the file is: `a string`.
pub(super) fn what(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// The message for a required key that is not written, and how to write it.
pub(super) fn missing(doc: &KeyDoc, title: &str) -> (String, Option<String>) {
    let key = doc.name;
    match doc.value {
        ValueType::Table(_) => {
            (format!("missing table `[{key}]`"), Some(format!("add `[{key}]`: {}", lower(doc.doc))))
        }
        ValueType::Tables(_) => {
            (format!("missing list `[[{key}]]`"), Some(format!("add `[[{key}]]`: {}", lower(doc.doc))))
        }
        _ => {
            (format!("missing key `{key}` in {title}"), Some(format!("add `{key} = ..`: {}", lower(doc.doc))))
        }
    }
}

/// Where else a key belongs, for one that stands in the wrong table.
pub(super) fn elsewhere(key: &str) -> Option<String> {
    if ROOT.keys.iter().any(|doc| doc.name == key) {
        return Some(format!("`[{key}]` is a table of its own at the top level"));
    }
    ROOT.keys.iter().find_map(|table| match table.value {
        ValueType::Table(inner) if has(inner.keys, key) => {
            Some(format!("`{key}` belongs in `[{}]`", table.name))
        }
        ValueType::Named(inner) if has(inner.keys, key) => {
            Some(format!("`{key}` belongs in `[{}.NAME]`", table.name))
        }
        ValueType::Tables(inner) if has(inner.keys, key) => {
            Some(format!("`{key}` belongs in `[[{}]]`", table.name))
        }
        ValueType::Tables(inner) => inner.keys.iter().find_map(|nested| in_variant(nested, key)),
        _ => None,
    })
}

/// Says that `key` is one of a tagged table's.
fn in_variant(table: &KeyDoc, key: &str) -> Option<String> {
    let ValueType::Tagged { tag, variants, .. } = table.value else { return None };
    let owner = variants().into_iter().find(|variant| has(variant.keys, key))?;
    Some(format!("`{key}` belongs in `{} = {{ {tag} = \"{}\", .. }}`", table.name, owner.name))
}

fn has(keys: &[KeyDoc], key: &str) -> bool {
    keys.iter().any(|doc| doc.name == key)
}

/// A sentence as the end of another.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str().trim_end_matches('.'))
}
