//! What was tested, in results: reading the settings of a checked strategy again gives the same strategy.

use serde_json::Value;

use super::{parse, with_strategy};
use crate::scenario::catalogue::STRATEGIES;
use crate::scenario::format::Fallback;
use crate::scenario::{
    Scenario, Settings, StrategyKind, instrument_settings, risk_settings, strategy_settings,
};

/// A value as TOML.
fn toml(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", ")),
        Value::Object(table) => inline(table.iter()),
        other => other.to_string(),
    }
}

fn inline<'v>(pairs: impl Iterator<Item = (&'v String, &'v Value)>) -> String {
    let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key} = {}", toml(value))).collect();
    format!("{{ {} }}", pairs.join(", "))
}

/// The scenario of a text without errors; what it warns of does not matter here.
fn checked(source: &str) -> Scenario {
    parse(source).unwrap_or_else(|problems| panic!("{problems:#?}")).0
}

fn told(scenario: &Scenario) -> Settings {
    strategy_settings(&scenario.agents[0].strategy, &scenario.market)
}

/// The scenario with the first agent's strategy as its settings say it.
fn again(scenario: &Scenario) -> Scenario {
    let kind = scenario.agents[0].strategy.kind.as_str();
    let settings = inline(told(scenario).iter());
    let text = settings
        .replacen('{', &format!("{{ kind = \"{kind}\","), 1)
        .replace(", }", " }")
        .replace(",  }", " }");
    checked(&with_strategy(&text))
}

fn assert_told(strategy: &str) {
    let first = checked(&with_strategy(strategy));
    let second = again(&first);
    let (first, second) = (&first.agents[0].strategy, &second.agents[0].strategy);
    assert_eq!(first, second, "{strategy}");
}

#[test]
fn every_example_of_the_catalogue_reads_back_from_its_settings() {
    for doc in STRATEGIES {
        if ["recorded", "process", "wasm", "signals"].contains(&doc.kind) {
            continue;
        }
        assert_told(doc.example);
    }
}

#[test]
fn programs_and_files_read_back_from_their_settings() {
    for strategy in [
        r#"{ kind = "process", command = ["python3", "a.py"], decide = { every = "4h", on = "rsi(14) < 30", on_fill = true }, window_ms = 1000, budget = { tokens = 10, cost = "1.50" }, model = { name = "m", training_cutoff = 2024-01-01T00:00:00Z }, mask = { symbols = true, dates = true, prices = true } }"#,
        r#"{ kind = "wasm", path = "a.wasm", bars = 5, timeframe = "4h", indicators = ["rsi(14)"], window_fuel = 100 }"#,
        r#"{ kind = "wasm", path = "a.wasm" }"#,
        r#"{ kind = "recorded", run = "abc", agent = "other" }"#,
        r#"{ kind = "signals", path = "w.csv", drift_pct = 2.5, rebalance = "on_row", stamped = "known_at" }"#,
        r#"{ kind = "signals", path = "w.csv", mode = "side", size_pct = 30 }"#,
        r#"{ kind = "signals", path = "w.csv", mode = "orders" }"#,
    ] {
        assert_told(strategy);
    }
}

#[test]
fn rules_of_every_form_read_back_as_written() {
    for strategy in [
        r#"{ kind = "rules", enter_all = ["rsi(14) < 30", { when = "close > sma(50)", timeframe = "4h" }], exit_any = ["rsi(14) > 55", { when = "rsi(7) > 80", share_pct = 50 }], stop_loss = { atr = 14, times = 2.5 }, take_profit_pct = 6.25, trailing_stop = { atr = 10, times = 3, timeframe = "1d" }, max_hold_bars = 72, max_positions = 2, max_entries = 3, add_size_pct = 5 }"#,
        r#"{ kind = "rules", enter_all = ["hour < 12"], zone = "America/New_York", entry = { order = "limit", offset_pct = 0.5, good_till = "6h" } }"#,
        r#"{ kind = "rules", enter_all = ["close > 1"], entry = { order = "stop", offset = { atr = 14, times = 0.5 }, good_till_bars = 4 } }"#,
        r#"{ kind = "rules", enter_all = ["close > 1"], entry = { order = "stop_limit", price = "highest(20)", limit_offset_pct = 0.25, time_in_force = "day" }, timeframe = "2h", symbols = ["ETHUSDT"], size_pct = 12.5 }"#,
        r#"{ kind = "sma_cross", fast = 5, slow = 9, quantity = "0.25" }"#,
    ] {
        assert_told(strategy);
    }
}

#[test]
fn defaults_that_were_in_force_are_told() {
    for doc in STRATEGIES.iter().filter(|doc| !["recorded", "process", "wasm", "signals"].contains(&doc.kind))
    {
        let found = told(&checked(&with_strategy(doc.example)));
        for key in doc.parameters.iter().filter(|key| matches!(key.fallback, Fallback::Value(_))) {
            let is_short =
                key.name == "exit_short_any" || key.name == "size_pct" && found.contains_key("quantity");
            assert!(is_short || found.contains_key(key.name), "{} does not tell `{}`", doc.kind, key.name);
        }
        let known = |key: &String| doc.parameters.iter().any(|one| one.name == key);
        assert!(found.keys().all(known), "{}: {found:?}", doc.kind);
    }
}

#[test]
fn limits_and_trading_rules_are_told() {
    let scenario = checked(&with_strategy("{ kind = \"cash\" }"));
    let limits = risk_settings(&scenario.agents[0].risk);
    assert_eq!(limits["max_open_orders"], Value::from(20));
    assert_eq!(
        (&limits["max_drawdown_pct"], &limits["max_order_size_pct"]),
        (&Value::from("off"), &Value::from(50))
    );
    let rules = instrument_settings(&scenario.market.instruments[0]);
    assert_eq!((&rules["kind"], &rules["price_tick"]), (&Value::from("spot"), &Value::from("0.00000001")));
    assert!(matches!(scenario.agents[0].strategy.kind, StrategyKind::Cash));
}
