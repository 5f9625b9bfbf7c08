//! The JSON schema agrees with the parser.

use std::collections::BTreeSet;

use serde_json::Value;

use super::parse;
use crate::scenario::catalogue::STRATEGIES;
use crate::scenario::format::{Fallback, KeyDoc, ROOT, ValueType};
use crate::scenario::{STARTER, json_schema};

/// Checks a value against a schema, for the keywords that ours uses. The error is the path of the first
/// mismatch.
fn fits(value: &Value, schema: &Value, at: &str) -> Result<(), String> {
    let no = |why: &str| Err(format!("{at}: {why} in {value}"));
    if let Some(kind) = schema["type"].as_str() {
        let right = match kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            other => return no(&format!("unknown type {other}")),
        };
        if !right {
            return no(kind);
        }
    }
    if let Some(word) = schema.get("const")
        && word != value
    {
        return no("const");
    }
    for (keyword, beyond) in [
        ("minimum", (|number, limit| number < limit) as fn(f64, f64) -> bool),
        ("maximum", |number, limit| number > limit),
        ("exclusiveMinimum", |number, limit| number <= limit),
    ] {
        if let (Some(limit), Some(number)) = (schema[keyword].as_f64(), value.as_f64())
            && beyond(number, limit)
        {
            return no(keyword);
        }
    }
    if let Some(forms) = schema["oneOf"].as_array() {
        let fitting = forms.iter().filter(|form| fits(value, form, at).is_ok()).count();
        if fitting != 1 {
            return no(&format!("{fitting} forms of oneOf"));
        }
    }
    if let Some(forms) = schema["anyOf"].as_array()
        && !forms.iter().any(|form| fits(value, form, at).is_ok())
    {
        return no("anyOf");
    }
    if let Some(items) = value.as_array() {
        if (items.len() as u64) < schema["minItems"].as_u64().unwrap_or(0) {
            return no("minItems");
        }
        for item in items {
            fits(item, &schema["items"], at)?;
        }
    }
    if let Some(fields) = value.as_object() {
        for name in schema["required"].as_array().into_iter().flatten() {
            if !fields.contains_key(name.as_str().unwrap()) {
                return no(&format!("required {name}"));
            }
        }
        for (name, field) in fields {
            let inner = format!("{at}.{name}");
            match (schema["properties"].get(name), &schema["additionalProperties"]) {
                (Some(property), _) => fits(field, property, &inner)?,
                (None, Value::Bool(false)) => return no(&format!("additional {name}")),
                (None, rest) => fits(field, rest, &inner)?,
            }
        }
    }
    Ok(())
}

fn as_json(source: &str) -> Value {
    serde_json::to_value(toml::from_str::<toml::Table>(source).unwrap()).map(plain_times).unwrap()
}

/// TOML times as the strings that editors see.
fn plain_times(value: Value) -> Value {
    match value {
        Value::Object(fields) if fields.keys().any(|key| key.starts_with("$__toml")) => {
            fields.into_iter().next().unwrap().1
        }
        Value::Object(fields) => fields.into_iter().map(|(key, field)| (key, plain_times(field))).collect(),
        Value::Array(items) => items.into_iter().map(plain_times).collect(),
        other => other,
    }
}

#[test]
fn the_example_and_the_starter_fit_the_schema() {
    for source in [include_str!("example.toml"), STARTER] {
        fits(&as_json(source), &json_schema(), "").unwrap();
    }
}

#[test]
fn whatever_the_parser_refuses_violates_the_schema() {
    let schema = json_schema();
    let example = as_json(include_str!("example.toml"));
    for (pointer, bad) in [
        ("/scenario/seed", Value::from("42")),
        ("/battle/ranking_metric", Value::from("sharp_ratio")),
        ("/agents/0/strategy/kind", Value::from("sma")),
        ("/agents/0/strategy/fast", Value::from(0)),
        ("/agents/0/strategy/size_pct", Value::from(100_001)),
        ("/risk/standard/max_open_orders", Value::from(true)),
        ("/market/symbols", Value::from(Vec::<String>::new())),
        ("/battle/windows/kind", Value::from("whole")),
    ] {
        let mut broken = example.clone();
        *broken.pointer_mut(pointer).unwrap() = bad;
        assert!(fits(&broken, &schema, "").is_err(), "{pointer}");
    }
}

/// Every key under a description, as paths; compared with the same set from the schema.
fn described(keys: &[KeyDoc], at: &str, out: &mut BTreeSet<String>) {
    for doc in keys {
        let path = format!("{at}/{}", doc.name);
        out.insert(path.clone());
        match doc.value {
            ValueType::Table(table) | ValueType::Tables(table) | ValueType::Named(table) => {
                described(table.keys, &path, out);
            }
            ValueType::Tagged { tag, variants, .. } => {
                for variant in variants() {
                    out.insert(format!("{path}/{}/{tag}", variant.name));
                    described(variant.keys, &format!("{path}/{}", variant.name), out);
                }
            }
            _ => {}
        }
    }
}

fn in_schema(schema: &Value, at: &str, out: &mut BTreeSet<String>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{at}/{name}");
        out.insert(path.clone());
        in_schema(property, &path, out);
        in_schema(&property["items"], &path, out);
        in_schema(&property["additionalProperties"], &path, out);
        for form in property["oneOf"].as_array().into_iter().flatten() {
            let tag = form["properties"]
                .as_object()
                .and_then(|fields| fields.values().find_map(|field| field["const"].as_str()));
            in_schema(form, &format!("{path}/{}", tag.unwrap_or_default()), out);
        }
    }
}

/// Every debug run of `Table::finish` asserts that the parser reads exactly the described keys.
#[test]
fn the_schema_has_exactly_the_described_keys() {
    let (mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new());
    described(ROOT.keys, "", &mut ours);
    in_schema(&json_schema(), "", &mut theirs);
    assert_eq!(ours, theirs);
    assert!(
        ours.contains("/agents/strategy/rules/max_hold_bars") && ours.contains("/market/instruments/base")
    );
}

#[test]
fn every_default_is_both_toml_and_json() {
    fn check(keys: &[KeyDoc]) {
        for doc in keys {
            if let Fallback::Value(text) = doc.fallback {
                let json: Value = serde_json::from_str(text).unwrap();
                let toml: toml::Table = toml::from_str(&format!("value = {text}")).unwrap();
                assert_eq!(serde_json::to_value(&toml["value"]).unwrap(), json, "{}", doc.name);
            }
            match doc.value {
                ValueType::Table(table) | ValueType::Tables(table) | ValueType::Named(table) => {
                    check(table.keys)
                }
                ValueType::Tagged { variants, .. } => variants().iter().for_each(|one| check(one.keys)),
                _ => {}
            }
        }
    }
    check(ROOT.keys);
}

#[test]
fn every_word_of_a_choice_can_be_read() {
    let words = |table: &str, key: &str| {
        let schema = json_schema();
        let property = &schema["properties"][table]["properties"][key];
        let list = property["oneOf"].as_array().or(property["items"]["oneOf"].as_array());
        list.unwrap().iter().map(|word| word["const"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (table, key, list) in [
        ("market", "warm_up", false),
        ("market", "delisted", false),
        ("venue", "fill_at", false),
        ("venue", "intrabar", false),
        ("battle", "ranking_metric", false),
        ("battle", "aggregate", false),
        ("battle", "tie_break", true),
        ("report", "formats", true),
    ] {
        for word in words(table, key) {
            let value = if list { format!("[\"{word}\"]") } else { format!("\"{word}\"") };
            let source = super::GOOD.replace("ranking_metric = \"roi_pct\"", "");
            let source = if source.contains(&format!("[{table}]")) {
                source.replace(&format!("[{table}]"), &format!("[{table}]\n{key} = {value}"))
            } else {
                format!("{source}\n[{table}]\n{key} = {value}\n")
            };
            parse(&source).unwrap_or_else(|problems| panic!("{problems:#?}"));
        }
    }
}

#[test]
fn the_catalogue_serialises_for_the_command_line() {
    let json = serde_json::to_value(STRATEGIES).unwrap();
    let sma = json.as_array().unwrap().iter().find(|one| one["kind"] == "sma_cross").unwrap();
    let fast = &sma["parameters"][0];
    assert_eq!(fast["name"], "fast");
    assert_eq!(fast["type"], "integer");
    assert_eq!(fast["default"], "20");
    assert_eq!(fast["range"], "1 to 100000");
    assert_eq!(STRATEGIES.len(), 17);
}
