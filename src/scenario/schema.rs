//! The file format as a JSON Schema (draft 2020-12), for editors.
//!
//! Generated from the same tables as the parser; nothing is described twice.

use serde_json::{Map, Value, json};

use super::format::{CONDITION, FIXED_FUNDING};
use super::format::{Fallback, KeyDoc, ROOT, Range, TableDoc, ValueType, VariantDoc};

/// The schema of a scenario file.
pub fn json_schema() -> Value {
    let mut schema = object(ROOT.keys, None);
    let head = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tiltyard scenario",
        "description": ROOT.doc,
    });
    merge(&mut schema, head);
    schema
}

/// The schema of a table with these keys, and the tag of a variant.
fn object(keys: &[KeyDoc], tag: Option<(&str, &VariantDoc)>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut unless = Vec::new();
    if let Some((tag, variant)) = tag {
        properties.insert(tag.to_owned(), json!({ "const": variant.name, "description": variant.doc }));
        required.push(tag);
    }
    for doc in keys {
        properties.insert(doc.name.to_owned(), property(doc));
        match doc.fallback {
            Fallback::Required => required.push(doc.name),
            Fallback::RequiredWithout(other) => unless.push((doc.name, other)),
            _ => {}
        }
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if let Some((_, other)) = unless.first() {
        let names: Vec<_> = unless.iter().map(|(name, _)| name).collect();
        merge(&mut schema, json!({ "anyOf": [{ "required": [other] }, { "required": names }] }));
    }
    schema
}

/// The schema of a key's type, with its description and default.
fn property(doc: &KeyDoc) -> Value {
    let mut schema = value(&doc.value);
    let text = match doc.fallback {
        Fallback::Described(otherwise) => format!("{} Default: {otherwise}.", doc.doc),
        _ => doc.doc.to_owned(),
    };
    merge(&mut schema, json!({ "description": text }));
    match (doc.fallback, doc.value) {
        (Fallback::Value(default), _) => {
            // Every default is valid TOML and JSON; a test parses them all as both.
            if let Ok(default) = serde_json::from_str::<Value>(default) {
                merge(&mut schema, json!({ "default": default }));
            }
        }
        (Fallback::Variant(name), ValueType::Tagged { tag, .. }) => {
            merge(&mut schema, json!({ "default": { tag: name } }));
        }
        _ => {}
    }
    schema
}

/// Pattern of a name; the program refuses some more, such as device names.
const NAME: &str = "^[^-~.\\s/\\\\:*?\"<>|$`][^/\\\\:*?\"<>|$`]*$";

fn value(kind: &ValueType) -> Value {
    match kind {
        ValueType::Text | ValueType::Zone | ValueType::DayStart => json!({ "type": "string" }),
        ValueType::Path => json!({ "type": "string", "minLength": 1 }),
        ValueType::Name => {
            json!({ "type": "string", "minLength": 1, "maxLength": 100, "pattern": NAME })
        }
        ValueType::Boolean => json!({ "type": "boolean" }),
        ValueType::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        ValueType::Number(range) | ValueType::Percent(range) | ValueType::BasisPoints(range) => {
            number(*range)
        }
        ValueType::Amount { .. } => json!({ "anyOf": [
            { "type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,8})?$" },
            { "type": "number", "minimum": 0 },
        ] }),
        ValueType::Time => json!({ "anyOf": [
            { "type": "string", "format": "date-time" },
            { "type": "string", "format": "date" },
            { "type": "string" },
        ] }),
        ValueType::Span | ValueType::Interval => {
            json!({ "type": "string", "pattern": "^[0-9]+ *[smhdw]$" })
        }
        ValueType::Choice { choices, .. } => {
            let words: Vec<_> =
                choices().iter().map(|word| json!({ "const": word.name, "description": word.doc })).collect();
            json!({ "oneOf": words })
        }
        ValueType::Limit(of) => json!({ "anyOf": [value(of), { "const": false }, { "const": "off" }] }),
        ValueType::List { of, min, unique } => {
            json!({ "type": "array", "items": value(of), "minItems": min, "uniqueItems": unique })
        }
        ValueType::Symbols => {
            let name = json!({ "type": "string", "minLength": 1, "maxLength": 100 });
            json!({ "anyOf": [name, { "type": "array", "items": name, "minItems": 1, "uniqueItems": true }] })
        }
        ValueType::Funding => {
            json!({ "anyOf": [{ "type": "string", "minLength": 1 }, described(&FIXED_FUNDING)] })
        }
        ValueType::Condition => {
            json!({ "anyOf": [{ "type": "string" }, described(&CONDITION)] })
        }
        ValueType::Swept => swept(),
        ValueType::Table(table) => described(table),
        ValueType::Tables(table) => json!({ "type": "array", "items": described(table), "minItems": 1 }),
        ValueType::Named(table) => json!({ "type": "object", "additionalProperties": described(table) }),
        ValueType::Tagged { tag, variants, .. } => {
            let forms: Vec<_> =
                variants().iter().map(|variant| object(variant.keys, Some((tag, variant)))).collect();
            json!({ "type": "object", "required": [tag], "oneOf": forms })
        }
    }
}

/// The schema of swept values, nested like the parameters' paths.
fn swept() -> Value {
    let scalar = json!({ "type": ["number", "boolean", "string"] });
    let number = json!({ "type": "number" });
    let range = json!({
        "type": "object",
        "properties": { "from": number, "to": number, "step": number },
        "required": ["from", "to"],
        "additionalProperties": false,
    });
    let log_range = json!({
        "type": "object",
        "properties": {
            "log_from": number,
            "log_to": number,
            "points": { "type": "integer", "minimum": 2 },
        },
        "required": ["log_from", "log_to"],
        "additionalProperties": false,
    });
    let list = json!({ "type": "array", "items": scalar, "minItems": 1, "uniqueItems": true });
    let nested = json!({ "type": "object", "minProperties": 1 });
    let values = json!({ "anyOf": [list, range, log_range, nested] });
    json!({ "type": "object", "additionalProperties": values, "minProperties": 1 })
}

fn described(table: &TableDoc) -> Value {
    let mut schema = object(table.keys, None);
    merge(&mut schema, json!({ "description": table.doc }));
    schema
}

fn number(range: Range) -> Value {
    let lower = if range.min_included { "minimum" } else { "exclusiveMinimum" };
    json!({ "type": "number", lower: range.min, "maximum": range.max })
}

/// Adds the fields of one object to another.
fn merge(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}
