//! A strategy as its table, without its kind.

use serde_json::{Value, json};

use super::rules::{condition, rules};
use super::{Settings, number, percent, settings, word};
use crate::domain::{Bps, Interval};
use crate::scenario::catalogue::STRATEGIES;
use crate::scenario::{
    DecideSpec, MarketSpec, ProcessSpec, RecordedSpec, SignalMode, SignalsSpec, StrategyKind, StrategySpec,
    WasmSpec,
};

/// The parameters of a strategy by key, as the catalogue lists them.
pub fn strategy_settings(strategy: &StrategySpec, market: &MarketSpec) -> Settings {
    let symbols: Vec<&str> =
        strategy.symbols.iter().map(|symbol| market.instrument(*symbol).source.as_str()).collect();
    let mut all = settings([
        ("symbols", json!(symbols)),
        ("timeframe", Value::from(strategy.timeframe.to_string())),
        ("direction", word(strategy.entries.direction)),
    ]);
    match strategy.entries.quantity {
        Some(quantity) => all.extend(settings([("quantity", Value::from(quantity.to_string()))])),
        None if strategy.size > Bps::ZERO => all.extend(settings([("size_pct", percent(strategy.size))])),
        None => {}
    }
    let described = STRATEGIES.iter().find(|one| one.kind == strategy.kind.as_str());
    let keys = described.map_or(&[][..], |one| one.parameters);
    let mut own = own(&strategy.kind, strategy.timeframe);
    // The bars that a module is sent are its own affair.
    if matches!(strategy.kind, StrategyKind::Wasm(_)) && !own.contains_key("timeframe") {
        all.remove("timeframe");
    }
    all.retain(|key, _| keys.iter().any(|known| known.name == key));
    all.append(&mut own);
    all
}

/// The keys that only this kind has.
fn own(kind: &StrategyKind, timeframe: Interval) -> Settings {
    match kind {
        StrategyKind::Cash | StrategyKind::BuyAndHold => Settings::new(),
        StrategyKind::Own { version } => settings([("version", json!(version))]),
        StrategyKind::SmaCross { fast, slow } | StrategyKind::EmaCross { fast, slow } => {
            settings([("fast", json!(fast)), ("slow", json!(slow))])
        }
        StrategyKind::Macd { fast, slow, signal } => {
            settings([("fast", json!(fast)), ("slow", json!(slow)), ("signal", json!(signal))])
        }
        StrategyKind::RsiReversion { period, entry_below, exit_above } => settings([
            ("period", json!(period)),
            ("entry_below", number(*entry_below)),
            ("exit_above", number(*exit_above)),
        ]),
        StrategyKind::BollingerReversion { period, width } => {
            settings([("period", json!(period)), ("width", number(*width))])
        }
        StrategyKind::DonchianBreakout { entry, exit } => {
            settings([("entry", json!(entry)), ("exit", json!(exit))])
        }
        StrategyKind::Momentum { lookback, top, rebalance } => {
            settings([("lookback", json!(lookback)), ("top", json!(top)), ("rebalance", json!(rebalance))])
        }
        StrategyKind::Grid { levels, spacing } => {
            settings([("levels", json!(levels)), ("spacing_pct", percent(*spacing))])
        }
        StrategyKind::Dca { every } => settings([("every", json!(every))]),
        StrategyKind::Random { turnover, seed } => {
            let mut all = settings([("turnover", number(*turnover))]);
            all.extend(seed.map(|seed| ("seed".to_owned(), json!(seed))));
            all
        }
        StrategyKind::Rules(set) => rules(set, timeframe),
        StrategyKind::Process(spec) => process(spec, timeframe),
        StrategyKind::Recorded(RecordedSpec { run, agent, .. }) => {
            let mut all = settings([("run", json!(run))]);
            all.extend(agent.iter().map(|agent| ("agent".to_owned(), json!(agent))));
            all
        }
        StrategyKind::Wasm(spec) => wasm(spec, timeframe),
        StrategyKind::Signals(spec) => signals(spec),
    }
}

fn signals(spec: &SignalsSpec) -> Settings {
    let mut all = settings([
        ("path", Value::from(spec.path.display().to_string())),
        ("mode", word(spec.mode)),
        ("stamped", word(spec.stamped)),
    ]);
    if spec.mode == SignalMode::Weight {
        all.extend(settings([("rebalance", word(spec.rebalance)), ("drift_pct", percent(spec.drift))]));
    }
    all
}

fn wasm(spec: &WasmSpec, interval: Interval) -> Settings {
    let mut all = settings([
        ("path", Value::from(spec.path.display().to_string())),
        ("bars", json!(spec.bars)),
        ("indicators", json!(spec.indicators)),
        ("decision_fuel", json!(spec.decision_fuel)),
        ("memory_mb", json!(spec.memory_mb)),
    ]);
    all.extend(spec.timeframe.map(|own| ("timeframe".to_owned(), Value::from(own.to_string()))));
    all.extend(spec.window_fuel.map(|fuel| ("window_fuel".to_owned(), json!(fuel))));
    all.extend(spec.decide.iter().map(|decide| ("decide".to_owned(), decision(decide, interval))));
    all
}

fn decision(decide: &DecideSpec, interval: Interval) -> Value {
    let mut all = settings([("on_fill", json!(decide.on_fill))]);
    all.extend(decide.every.map(|every| ("every".to_owned(), Value::from(every.to_string()))));
    all.extend(decide.on.iter().map(|on| ("on".to_owned(), condition(on, interval))));
    json!(all)
}

fn process(spec: &ProcessSpec, interval: Interval) -> Settings {
    let mut all = settings([
        ("command", json!(spec.command)),
        ("decision_ms", json!(spec.decision_ms)),
        ("margin_ms", json!(spec.margin_ms)),
        ("handshake_ms", json!(spec.handshake_ms)),
        ("on_timeout", word(spec.on_timeout)),
        ("env", json!(spec.env)),
        ("network", json!(spec.network)),
        ("processes", json!(spec.processes)),
        ("memory_mb", json!(spec.memory_mb)),
        ("cpu_s", json!(spec.cpu_s)),
        ("isolation", word(spec.isolation)),
        ("currency", json!(spec.currency)),
    ]);
    let mut put = |key: &str, value: Option<Value>| all.extend(value.map(|value| (key.to_owned(), value)));
    put("decide", spec.decide.as_ref().map(|decide| decision(decide, interval)));
    put("window_ms", spec.window_ms.map(Value::from));
    put("budget", spec.budget.as_ref().map(|budget| json!(budget)));
    put("model", spec.model.as_ref().map(|model| json!(model)));
    put("mask", (!spec.mask.is_none()).then(|| json!(spec.mask)));
    all
}
