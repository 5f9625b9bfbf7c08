//! What was tested, as text: parameters, rules, limits and instruments of a run, once for all forms.
//!
//! Values are those of `run.json`, under the keys of a scenario. Runs of older versions have none.

use serde_json::Value;

use super::numbers::count;
use super::wording::{self, plural};
use crate::scenario::Settings;
use crate::scenario::catalogue::STRATEGIES;
use crate::store::{EntrantRecord, InstrumentRecord, RunRecord};

/// The keys of a `rules` strategy that are lists of conditions.
const RULES: [&str; 4] = ["enter_all", "exit_any", "enter_short_all", "exit_short_any"];

/// A value for reading, without the quotes of a scenario: `20`, `long`, `BTC, ETH`, `atr 14, times 2.5`.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        Value::Object(table) => {
            let pairs: Vec<String> =
                table.iter().map(|(key, value)| format!("{key} {}", text(value))).collect();
            pairs.join(", ")
        }
        Value::Number(number) => {
            number.as_f64().map_or_else(|| number.to_string(), |value| value.to_string())
        }
        other => other.to_string(),
    }
}

/// Key and value of the parameters of an agent's strategy, in the catalogue's order; conditions are in [`rules`].
pub(super) fn parameters(agent: &EntrantRecord, run: &RunRecord) -> Vec<(String, String)> {
    let described = STRATEGIES.iter().find(|one| one.kind == agent.strategy);
    let order = |key: &str| {
        described
            .and_then(|one| one.parameters.iter().position(|known| known.name == key))
            .unwrap_or(usize::MAX)
    };
    let mut all: Vec<(&String, &Value)> =
        agent.parameters.iter().filter(|(key, _)| !RULES.contains(&key.as_str())).collect();
    all.sort_by_key(|(key, _)| order(key));
    let shown = |(key, value): (&String, &Value)| match value {
        Value::Array(symbols) if key == "symbols" && symbols.len() == run.market.symbols.len() => {
            (key.clone(), "all".to_owned())
        }
        value => (key.clone(), text(value)),
    };
    all.into_iter().map(shown).collect()
}

/// The conditions of an agent's rules as they were written, by key; nothing for another strategy.
pub(super) fn rules(agent: &EntrantRecord) -> Vec<(String, Vec<String>)> {
    let conditions = |key: &str| {
        let all = agent.parameters.get(key)?.as_array().filter(|all| !all.is_empty())?;
        Some((key.to_owned(), all.iter().map(condition).collect()))
    };
    RULES.into_iter().filter_map(conditions).collect()
}

/// `rsi(14) < 30`, `rsi(14) < 30 (timeframe 4h, share_pct 50)`.
fn condition(value: &Value) -> String {
    let Value::Object(table) = value else { return text(value) };
    let rest =
        table.iter().filter(|(key, _)| *key != "when").map(|(key, value)| format!("{key} {}", text(value)));
    format!("{} ({})", table.get("when").map(text).unwrap_or_default(), rest.collect::<Vec<_>>().join(", "))
}

/// `key value, key value`.
pub(super) fn listed(pairs: &[(String, String)]) -> String {
    let all: Vec<String> = pairs.iter().map(|(key, value)| format!("{key} {value}")).collect();
    all.join(", ")
}

/// Strategy, parameters and rules of an agent: `sma_cross: fast 20, slow 100`.
pub(super) fn strategy(agent: &EntrantRecord, run: &RunRecord) -> String {
    let mut parts: Vec<String> = rules(agent)
        .into_iter()
        .map(|(key, conditions)| format!("{key} [{}]", conditions.join("; ")))
        .collect();
    let parameters = listed(&parameters(agent, run));
    if !parameters.is_empty() {
        parts.push(parameters);
    }
    match parts.is_empty() {
        true => agent.strategy.clone(),
        false => format!("{}: {}", agent.strategy, parts.join(", ")),
    }
}

/// The risk profiles of the run, each once: name and limits. Two agents' profiles of one name are the same.
pub(super) fn profiles(run: &RunRecord) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for agent in run.agents.iter().filter(|agent| !agent.limits.is_empty()) {
        let profile = (agent.risk.clone(), pairs(&agent.limits));
        if !all.contains(&profile) {
            all.push(profile);
        }
    }
    all
}

fn pairs(settings: &Settings) -> String {
    listed(&settings.iter().map(|(key, value)| (key.clone(), text(value))).collect::<Vec<_>>())
}

/// Symbols with the same rules and the same bars.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InstrumentGroup {
    /// In the scenario's order.
    pub symbols: Vec<String>,
    /// `spot`, `margin`, `perpetual`.
    pub kind: String,
    /// Trading rules, margin and funding.
    pub rules: String,
    /// How many bars each has, and from when to when.
    pub bars: String,
}

impl InstrumentGroup {
    /// `BTC, ETH`.
    pub fn names(&self) -> String {
        wording::symbols(&self.symbols)
    }
}

/// The instruments of a run; those that differ in their names only share a group.
pub(super) fn instruments(run: &RunRecord) -> Vec<InstrumentGroup> {
    let mut groups: Vec<InstrumentGroup> = Vec::new();
    for one in &run.market.instruments {
        let found = group(one);
        let alike = |known: &&mut InstrumentGroup| {
            (&known.kind, &known.rules, &known.bars) == (&found.kind, &found.rules, &found.bars)
        };
        match groups.iter_mut().find(alike) {
            Some(known) => known.symbols.extend(found.symbols),
            None => groups.push(found),
        }
    }
    groups
}

fn group(one: &InstrumentRecord) -> InstrumentGroup {
    let mut rules = one.rules.clone();
    let kind = rules.remove("kind").as_ref().map(text).unwrap_or_default();
    // A base asset of the symbol's own name, and prices per one of it, go without saying.
    if rules.get("base").and_then(Value::as_str).is_some_and(|asset| one.symbol.ends_with(asset)) {
        rules.remove("base");
    }
    if rules.get("unit").and_then(Value::as_u64) == Some(1) {
        rules.remove("unit");
    }
    let bars = match (&one.first, &one.last) {
        (Some(first), Some(last)) => {
            let (first, last) = super::numbers::ends(first, last);
            format!("{}, {first} to {last}", plural(one.bars, "bar"))
        }
        _ => count(one.bars) + " bars",
    };
    InstrumentGroup { symbols: vec![one.symbol.clone()], kind, rules: pairs(&rules), bars }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_strategy_is_told_with_all_parameters_and_its_rules_as_written() {
        let mut run = fixture::stored().run;
        let agent = &mut run.agents[0];
        agent.strategy = "rules".to_owned();
        agent.parameters = serde_json::from_value(json!({
            "enter_all": ["rsi(14) < 30", { "when": "close > sma(50)", "timeframe": "4h" }],
            "exit_any": [],
            "symbols": ["BTC", "ETH"],
            "size_pct": 12.5,
            "stop_loss": { "atr": 14, "times": 2 },
        }))
        .unwrap();
        let told = strategy(&run.agents[0].clone(), &run);
        assert_eq!(
            told,
            "rules: enter_all [rsi(14) < 30; close > sma(50) (timeframe 4h)], stop_loss atr 14, times 2, symbols all, \
             size_pct 12.5"
        );
    }

    #[test]
    fn instruments_of_equal_rules_and_bars_share_a_row() {
        let mut run = fixture::stored().run;
        let one = |symbol: &str, tick: &str| InstrumentRecord {
            symbol: symbol.to_owned(),
            rules: serde_json::from_value(
                json!({ "kind": "spot", "base": symbol, "price_tick": tick, "unit": 1 }),
            )
            .unwrap(),
            bars: 4,
            first: Some("2024-01-01T00:00:00Z".to_owned()),
            last: Some("2024-01-04T00:00:00Z".to_owned()),
        };
        run.market.instruments = vec![one("BTC", "0.01"), one("ETH", "0.01"), one("XRP", "0.0001")];
        let found = instruments(&run);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].names(), "BTC, ETH");
        assert_eq!((found[0].kind.as_str(), found[0].rules.as_str()), ("spot", "price_tick 0.01"));
        assert_eq!(found[0].bars, "4 bars, 2024-01-01 to 2024-01-04");
    }
}
