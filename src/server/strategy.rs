//! Strategies and risk limits between JSON and the text that the registry keeps.

use serde_json::{Map, Number, Value};

use super::bodies::{RiskConfig, StrategyBody, kinds};
use super::problem::Problem;
use crate::scenario::{RiskProfile, RiskText, read_risk, read_strategy};

/// The strategy of an agent that decides over HTTP.
pub const OVER_HTTP: &str = "{ kind = \"process\", transport = \"http\" }";
/// The name of limits that were given over HTTP.
const OWN_LIMITS: &str = "custom";

/// A strategy as the registry keeps it.
///
/// # Errors
/// 422 for one that is none, or that would read files or start programs of the server.
pub fn to_text(StrategyBody(body): &StrategyBody) -> Result<String, Problem> {
    let kind = body.get("kind").and_then(Value::as_str).unwrap_or_default();
    let is_http = body.get("transport").and_then(Value::as_str) == Some("http");
    if !kinds().contains(&kind) {
        return Err(Problem::invalid(format!("`{kind}` is no kind of strategy that can be given here"))
            .help(format!("the kinds are {}", kinds().join(", "))));
    }
    if kind == "process" && !is_http {
        return Err(Problem::invalid("no client may start a program on the server")
            .help("give `\"transport\": \"http\"`: the agent then decides in sessions"));
    }
    let text = toml_text(&Value::Object(body.clone()))?;
    read_strategy(&text).map_err(|problems| match problems.into_iter().next() {
        Some(problem) => Problem { help: problem.help, ..Problem::invalid(problem.message) },
        None => Problem::invalid("this is no strategy"),
    })
}

/// Whether a strategy decides over HTTP.
pub fn is_over_http(text: &str) -> bool {
    let strategy = to_json(text);
    strategy.get("transport").and_then(Value::as_str) == Some("http")
}

/// A strategy that the registry keeps, as JSON.
pub fn to_json(text: &str) -> Map<String, Value> {
    let table: Option<toml::Table> = toml::from_str(&format!("value = {text}")).ok();
    match table.and_then(|mut table| table.remove("value")).map(json) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
        toml::Value::Boolean(flag) => Value::Bool(flag),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(all) => all.into_iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json(value))).collect())
        }
    }
}

/// A JSON value as TOML in one line.
///
/// # Errors
/// 422 for what TOML does not have.
fn toml_text(value: &Value) -> Result<String, Problem> {
    Ok(match value {
        Value::Null => return Err(Problem::invalid("a strategy has no `null`").help("leave the key out")),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) if number.as_u64().is_some_and(|number| number > i64::MAX as u64) => {
            return Err(Problem::invalid(format!("{number} is too large")));
        }
        Value::Number(number) => number.to_string(),
        Value::String(text) => toml::Value::String(text.clone()).to_string(),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(toml_text).collect::<Result<_, _>>()?;
            format!("[{}]", all.join(", "))
        }
        Value::Object(all) => {
            let entry = |(key, value): (&String, &Value)| {
                Ok(format!("{} = {}", toml_edit::Key::new(key).display_repr(), toml_text(value)?))
            };
            let all: Vec<String> = all.iter().map(entry).collect::<Result<_, Problem>>()?;
            format!("{{ {} }}", all.join(", "))
        }
    })
}

/// Limits as the registry keeps them.
///
/// # Errors
/// 422 for limits out of their range.
pub fn risk_text(config: &RiskConfig) -> Result<RiskText, Problem> {
    let percent = [
        ("max_order_size_pct", config.max_order_size_pct),
        ("max_position_size_pct", config.max_position_size_pct),
        ("daily_loss_limit_pct", config.daily_loss_limit_pct),
    ];
    let mut source = format!("[risk.{OWN_LIMITS}]\n");
    for (key, value) in percent {
        match value {
            Some(Some(value)) if (0.01..=100.0).contains(&value) => {
                source.push_str(&format!("{key} = {value:?}\n"));
            }
            Some(Some(value)) => {
                return Err(Problem::invalid(format!("`{key}` = {value} is not from 0.01 to 100")));
            }
            Some(None) => source.push_str(&format!("{key} = false\n")),
            None => {}
        }
    }
    match config.max_open_orders {
        Some(Some(value)) => source.push_str(&format!("max_open_orders = {value}\n")),
        Some(None) => source.push_str("max_open_orders = false\n"),
        None => {}
    }
    if *config == RiskConfig::default() {
        return Ok(RiskText::built_in("default"));
    }
    read_risk(&source).map_err(|problems| match problems.into_iter().next() {
        Some(problem) => Problem { help: problem.help, ..Problem::invalid(problem.message) },
        None => Problem::invalid("these are no limits"),
    })
}

/// The four limits of a profile that the registry keeps.
pub fn risk_config(name: &str, limits: Option<&str>) -> RiskConfig {
    let written = limits.map(to_json).unwrap_or_default();
    let standard = RiskProfile::standard();
    let percent = |key: &str, standard: Option<crate::domain::Bps>| {
        if name == "unlimited" && limits.is_none() {
            return Some(None);
        }
        match written.get(key) {
            Some(value) => Some(value.as_f64()),
            None => Some(standard.map(|share| share.to_f64() / 100.0)),
        }
    };
    let open_orders = match written.get("max_open_orders") {
        _ if name == "unlimited" && limits.is_none() => None,
        Some(value) => value.as_u64().and_then(|value| u32::try_from(value).ok()),
        None => standard.max_open_orders,
    };
    RiskConfig {
        max_order_size_pct: percent("max_order_size_pct", standard.max_order_size),
        max_position_size_pct: percent("max_position_size_pct", standard.max_position_size),
        daily_loss_limit_pct: percent("daily_loss_limit_pct", standard.daily_loss_limit),
        max_open_orders: Some(open_orders),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> Result<String, Problem> {
        to_text(&StrategyBody(value.as_object().unwrap().clone()))
    }

    #[test]
    fn a_strategy_comes_back_as_it_was_given() {
        for value in [
            json!({ "kind": "sma_cross", "fast": 20, "slow": 100 }),
            json!({ "kind": "rules", "enter_all": ["rsi(14) < 30"], "stop_loss_pct": 2.5 }),
            json!({ "kind": "process", "transport": "http", "decide": { "every": "4h", "on_fill": true } }),
        ] {
            let kept = text(&value).unwrap();
            assert_eq!(Value::Object(to_json(&kept)), value, "{kept}");
        }
        assert!(is_over_http(OVER_HTTP) && !is_over_http("{ kind = \"cash\" }"));
    }

    #[test]
    fn no_client_reads_a_file_or_starts_a_program() {
        for value in [
            json!({ "kind": "process", "command": ["sh"] }),
            json!({ "kind": "process", "command": ["sh"], "transport": "http" }),
            json!({ "kind": "process", "command": ["sh"], "transport": "pipes" }),
            json!({ "kind": "wasm", "path": "/etc/passwd" }),
            json!({ "kind": "signals", "path": "/etc/passwd", "mode": "weight" }),
            json!({ "kind": "recorded", "run": "../.." }),
            json!({ "kind": "cash\" }\nmore = { \"a\" = \"" }),
            json!({ "kind": null }),
        ] {
            assert_eq!(text(&value).unwrap_err().status, 422, "{value}");
        }
    }

    #[test]
    fn limits_come_back_and_those_left_out_have_their_defaults() {
        let given: RiskConfig =
            serde_json::from_value(json!({ "max_order_size_pct": 12.5, "max_open_orders": null })).unwrap();
        let kept = risk_text(&given).unwrap();
        let back = serde_json::to_value(risk_config(&kept.name, kept.limits.as_deref())).unwrap();
        assert_eq!(
            back,
            json!({ "max_order_size_pct": 12.5, "max_position_size_pct": 25.0, "daily_loss_limit_pct": 20.0,
                    "max_open_orders": null })
        );
        assert_eq!(risk_text(&RiskConfig::default()).unwrap(), RiskText::built_in("default"));
        for value in [0.0, -1.0, 100.5, f64::NAN] {
            let wrong = RiskConfig { max_order_size_pct: Some(Some(value)), ..RiskConfig::default() };
            assert_eq!(risk_text(&wrong).unwrap_err().status, 422, "{value}");
        }
    }
}
