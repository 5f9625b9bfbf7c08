//! `agent prove`: what looks ahead, remembers or is not repeatable is found, and nothing else.

use std::fs;

use serde_json::Value;
use tiltyard::prelude::*;
use tiltyard::run::{ProofReport, prepare_with, prove};

use crate::support::programs::{Arena, has, programs};
use crate::support::stage::{Stage, files};

/// The proof of an agent of the arena.
fn proof(arena: &Arena, agent: &str, cuts: usize) -> ProofReport {
    let source = ScenarioSource::read(&arena.write(), &NoRegistry).unwrap();
    let prepared = prepare_with(&source.scenario, &[], &programs()).unwrap();
    prove(&prepared, agent, cuts, RunOptions::default(), &NoProgress).unwrap()
}

#[test]
fn built_in_strategies_and_rules_decide_by_the_past_alone() {
    let kinds = [
        ("hold", "kind = \"buy_and_hold\""),
        ("sma", "kind = \"sma_cross\", fast = 5, slow = 20"),
        ("ema", "kind = \"ema_cross\", fast = 5, slow = 20"),
        ("macd", "kind = \"macd\", fast = 6, slow = 13, signal = 5"),
        ("rsi", "kind = \"rsi_reversion\", period = 14, entry_below = 35, exit_above = 60"),
        ("bollinger", "kind = \"bollinger_reversion\", period = 20, width = 2"),
        ("donchian", "kind = \"donchian_breakout\", entry = 20, exit = 10, timeframe = \"4h\""),
        ("momentum", "kind = \"momentum\", lookback = 24, top = 1, rebalance = 24"),
        ("grid", "kind = \"grid\", levels = 4, spacing_pct = 1"),
        ("dca", "kind = \"dca\", every = 24, size_pct = 2"),
        ("random", "kind = \"random\", turnover = 4"),
        (
            "rules",
            "kind = \"rules\", enter_all = [\"close < 0.99 * sma(24)\", \"rsi(14)@4h < 60\"], exit_any = [\"close > sma(24)\"]",
        ),
    ];
    let arena = kinds
        .iter()
        .fold(Arena::new().lasting("2023-06-20"), |arena, (name, strategy)| arena.agent(name, strategy));
    for (name, _) in kinds {
        let found = proof(&arena, name, 12);
        assert_eq!((found.verdict(), found.cuts, &found.first), ("causal", 12, &None), "{name}: {found:?}");
        assert!(found.closes > 12, "{found:?}");
        assert!(found.sentence().contains("by the bars up to each decision alone"), "{}", found.sentence());
        // What does nothing is proved by nothing.
        assert!(found.decisions > 0, "{name}: {found:?}");
    }
}

#[cfg(feature = "wasm")]
#[test]
fn a_module_decides_by_the_past_and_its_file() {
    let bytes = fs::read(crate::support::modules::example("dip.wasm")).unwrap();
    let arena = Arena::new().lasting("2023-06-20").module_of("module", "indicators = [\"sma(24)\"]", &bytes);
    let found = proof(&arena, "module", 20);
    assert_eq!((found.verdict(), found.differences), ("causal", 0), "{found:?}");
    assert!(found.decisions > 0 && found.sentence().contains("agent lag"), "{}", found.sentence());
}

/// Buys with luck that no seed decides.
const LUCKY: &str = r#"
import os
def answer(message):
    if os.urandom(1)[0] < 40:
        return {"orders": [{"symbol": "ALPHA", "side": "buy", "equity_pct": 1}]}
    return {}
run(answer)
"#;

/// Keeps the closes that it has seen in a file, and trades by those of tomorrow once it knows them.
const REMEMBERS: &str = r#"
import os
folder = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(folder, "closes.json")
known = json.load(open(path)) if os.path.exists(path) else {}
seen = {}
def answer(message):
    bars = message["bars"].get("ALPHA")
    if not bars:
        return {}
    seen[bars[-1]["close_time"]] = float(bars[-1]["close"])
    later = [value for time, value in sorted(known.items()) if time > message["time"]]
    if later and later[0] > seen[bars[-1]["close_time"]]:
        return {"orders": [{"symbol": "ALPHA", "side": "buy", "equity_pct": 1}]}
    return {}
run(answer)
if not known:
    partial = path + "." + str(os.getpid())
    json.dump(seen, open(partial, "w"))
    os.rename(partial, path)
"#;

/// Buys after each fall.
const STEADY: &str = r#"
def answer(message):
    bars = message["bars"].get("ALPHA")
    if bars and float(bars[-1]["close"]) < float(bars[-1]["open"]):
        return {"orders": [{"symbol": "ALPHA", "side": "buy", "equity_pct": 1}]}
    return {}
run(answer)
"#;

#[test]
fn programs_that_remember_or_are_not_repeatable_are_found() {
    if !has("python3") {
        return;
    }
    let arena = Arena::new()
        .python("lucky", "decision_ms = 20000", LUCKY)
        .python("remembers", "decision_ms = 20000, isolation = \"none\"", REMEMBERS)
        .python("steady", "decision_ms = 20000", STEADY);
    let lucky = proof(&arena, "lucky", 6);
    assert_eq!(lucky.verdict(), "differs", "{lucky:?}");
    let remembers = proof(&arena, "remembers", 6);
    assert_eq!(remembers.verdict(), "differs", "{remembers:?}");
    let first = remembers.first.clone().unwrap();
    assert_eq!(first.whole, "nothing");
    assert!(first.without.contains("market buy ALPHA for 1 % of the equity"), "{first:?}");
    assert!(first.at <= first.cut, "{first:?}");
    let steady = proof(&arena, "steady", 6);
    assert_eq!((steady.verdict(), steady.differences), ("repeatable", 0), "{steady:?}");
    assert!(steady.decisions > 0 && steady.sentence().contains("agent lag"), "{}", steady.sentence());
}

const SIGNALS: &str = r#"
[scenario]
name = "tomorrow"

[market]
path     = "data/sample"
symbols  = ["ALPHA"]
interval = "1h"
start    = 2023-05-01
end      = 2023-05-21

[[agents]]
name     = "tomorrow"
risk     = "unlimited"
strategy = { kind = "signals", path = "weights.csv", stamped = "bar_close", mode = "side" }

[[agents]]
name     = "rules"
risk     = "unlimited"
strategy = { kind = "rules", enter_all = ["close < sma(24)"], exit_any = ["close > sma(24)"] }

[battle]
ranking_metric = "roi_pct"
windows        = { kind = "sequential", length = "10d" }
"#;

/// A stage with the scenario; the weights switch every five hours.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.write("s.toml", SIGNALS);
    let first = 1_682_899_200_i64;
    let rows = (1..96).map(|row| format!("{},{}\n", first + row * 18_000, row % 2));
    stage.write("weights.csv", &format!("ts,ALPHA\n{}", rows.collect::<String>()));
    stage
}

#[test]
fn a_file_of_signals_cannot_be_caught_by_cutting_bars_and_the_output_says_so() {
    let stage = stage();
    let text = stage.result("agent prove tomorrow --scenario s.toml --cuts 8 --out store");
    assert!(text.contains("repeatable"), "{text}");
    assert!(text.contains("`tiltyard agent lag` shows whether it knows later prices"), "{text}");
}

#[test]
fn the_verdict_is_shown_with_runs_and_changes_none_of_their_bytes() {
    let stage = stage();
    stage.result("run s.toml --out store --quiet");
    let id = stage.names("store/tomorrow").remove(0);
    let before = files(&stage.path(&format!("store/tomorrow/{id}")));
    let shown = stage.result("show tomorrow --out store");
    assert!(!shown.contains("proved"), "not tested: {shown}");
    let found = stage.result("agent prove rules tomorrow --scenario s.toml --cuts 5 --out store --json");
    let found: Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["agents"][0]["verdict"], "causal", "{found}");
    assert_eq!((&found["agents"][0]["cuts"], &found["agents"][0]["first"]), (&5.into(), &Value::Null));
    let shown = stage.result("show tomorrow --out store");
    for text in ["proved", "causal", "repeatable", "is not cut"] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    // A later run of the same agents: the same bytes, with the verdict in what is printed.
    let board: Value = serde_json::from_str(&stage.result("run s.toml --out store --json")).unwrap();
    let row = board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == "rules").unwrap();
    assert_eq!(row["proved"]["verdict"], "causal", "{row}");
    assert_eq!(files(&stage.path(&format!("store/tomorrow/{id}"))), before);
    stage.result("report tomorrow --out store --to pages");
    let page = fs::read_to_string(stage.path("pages/report.md")).unwrap();
    assert!(page.contains("proved") && page.contains("causal"), "{page}");
    // Another seed is another content: not tested.
    stage.write("s.toml", &SIGNALS.replace("name = \"tomorrow\"\n", "name = \"tomorrow\"\nseed = 9\n"));
    let board: Value = serde_json::from_str(&stage.result("run s.toml --out store --json")).unwrap();
    assert!(board["rankings"].as_array().unwrap().iter().all(|row| row.get("proved").is_none()), "{board}");
    let said = stage.run("agent prove nobody --scenario s.toml --out store");
    assert_eq!(said.code, Some(2), "{}", said.stderr);
}
