//! Phrases for messages about tables and values.

use toml::de::DeValue;

use crate::scenario::format::{KeyDoc, ROOT, ValueType};

/// The TOML type of a value as a phrase: `a string`.
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

/// Message and help for a required key that is missing.
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

/// Why a count is limited, for keys whose cost grows with the count.
pub(super) fn reason(key: &str) -> Option<&'static str> {
    Some(match key {
        "resamples" => {
            "fewer than 100 give unreliable intervals; more than 100,000 change them by less than a thousandth"
        }
        "trials" => "each trial replays all windows",
        "batch" => "this many trials are held in memory at once",
        "count" | "train" | "test" => "each window needs one replay per agent",
        "rounds" | "seasons" | "divisions" => "more than a thousand would hold less than one window each",
        "folds" | "groups" => "each trains and tests again",
        _ => return None,
    })
}

/// Where a key belongs, for one in the wrong table. `in_variant` says that it is in a tagged table, so that
/// keys of the other variants are not suggested.
pub(super) fn elsewhere(key: &str, in_variant: bool) -> Option<String> {
    let table = ROOT.keys.iter().find_map(|table| match table.value {
        ValueType::Table(inner) if has(inner.keys, key) => Some(format!("[{}]", table.name)),
        ValueType::Named(inner) if has(inner.keys, key) => Some(format!("[{}.NAME]", table.name)),
        ValueType::Tables(inner) if has(inner.keys, key) => Some(format!("[[{}]]", table.name)),
        _ => None,
    });
    table
        .map(|table| format!("`{key}` belongs in `{table}`"))
        .or_else(|| if in_variant { None } else { variant_with(key) })
        .or_else(|| has(ROOT.keys, key).then(|| format!("`{key}` belongs at the top level of the file")))
}

/// The tagged tables of an agent that have the key.
fn variant_with(key: &str) -> Option<String> {
    let agents = ROOT.keys.iter().filter_map(|table| match table.value {
        ValueType::Tables(inner) | ValueType::Table(inner) => Some(inner.keys),
        _ => None,
    });
    agents.flatten().find_map(|doc| {
        let ValueType::Tagged { tag, variants, .. } = doc.value else { return None };
        let owner = variants().into_iter().find(|variant| has(variant.keys, key))?;
        Some(format!("`{key}` belongs in `{} = {{ {tag} = \"{}\", .. }}`", doc.name, owner.name))
    })
}

fn has(keys: &[KeyDoc], key: &str) -> bool {
    keys.iter().any(|doc| doc.name == key)
}

/// A sentence in the form in which it can end another.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_lowercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str().trim_end_matches('.'))
}
