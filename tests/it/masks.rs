//! Masked agents: nothing true is told to them, and their orders mean what they say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tiltyard::internals::engine::Loop;

use crate::support::programs::{Arena, forfeit, has, trace};

/// Writes all that it is told to a file, and trades by what is the same open and masked: prices and quantities from the
/// tick and step of `hello`, symbols by the fall of their price.
fn transcript(file: &Path) -> String {
    format!(
        r#"
from decimal import Decimal
import os
rules = {{}}
log = None
for line in sys.stdin:
    message = json.loads(line)
    log = log or open({file:?} + str(message["window"]), "a")
    log.write(line); log.flush()
    if message["type"] == "hello":
        rules = {{one["symbol"]: (Decimal(one["price_tick"]), Decimal(one["quantity_step"])) for one in message["symbols"]}}
        say({{"type": "ready", "protocol": 1, "history": 3, "indicators": ["sma(5)", "rsi(5)", "volume", "roc(3)"]}})
    elif message["type"] == "decide":
        number, act = message["decision"], {{}}
        falls = {{s: float(bars[-1]["close"]) / float(bars[-1]["open"]) for s, bars in message["bars"].items()}}
        symbol = min(falls, key=falls.get) if falls else None
        tick, step = rules[symbol] if symbol else (0, 0)
        close = Decimal(message["bars"][symbol][-1]["close"]) if symbol else 0
        quantity = (Decimal(200) / close / step).to_integral_value() * step if symbol else 0
        held = list(message["positions"])
        if number % 5 == 1:
            act = {{"orders": [{{"symbol": symbol, "side": "buy", "type": "limit", "price": str((close / tick).to_integral_value() * tick - 2 * tick),
                "quantity": str(quantity), "stop_loss": str((close / tick).to_integral_value() * tick - 300 * tick), "ref": "low"}}]}}
        elif number % 5 == 2:
            act = {{"orders": [{{"symbol": symbol, "side": "buy", "quantity": str(quantity), "take_profit_pct": 1}}],
                "wake": message["time"]}}
        elif number % 5 == 3:
            act = {{"orders": [{{"symbol": symbol, "side": "buy", "amount": "100", "time_in_force": "good_till", "expires": message["time"]}}]}}
        elif number % 5 == 4 and held:
            position = message["positions"][held[0]]["quantity"]
            act = {{"orders": [{{"symbol": name, "side": "sell", "quantity": message["positions"][name]["quantity"]}} for name in held]}}
        elif number % 5 == 0:
            act = {{"closes": held, "cancels": [order["order"] for order in message["orders"]]}}
        say({{"type": "act", "decision": number, **act}})
"#,
        file = file.display().to_string()
    )
}

/// What the windows were told, one after the other; the first `hello` comes before the run.
fn told(file: &Path) -> String {
    let of = |window: u32| fs::read_to_string(format!("{}{window}", file.display())).unwrap();
    of(0) + &of(1)
}

const KEYS: &str = "isolation = \"none\", decision_ms = 20000";
const MASK: &str = "mask = { symbols = true, dates = true, prices = true }";

fn arena(file: &Path, mask: &str) -> Arena {
    let keys = if mask.is_empty() { KEYS.to_owned() } else { format!("{KEYS}, {mask}") };
    Arena::new().lasting("2023-05-21").python("masked", &keys, &transcript(file))
}

/// All numbers of bars and fills, by what they are of.
fn prices(transcript: &str) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    for line in transcript.lines() {
        collect(&serde_json::from_str(line).unwrap(), &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut Vec<(String, f64)>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let is_price =
                    ["open", "high", "low", "close", "price", "average_price", "trigger", "price_tick"]
                        .contains(&key.as_str());
                match value {
                    Value::String(text) if is_price || key == "volume" => {
                        found.push((key.clone(), text.parse().unwrap()));
                    }
                    other => collect(other, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}

#[test]
fn nothing_true_is_told_and_the_same_decisions_give_the_same_trades() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (open_file, masked_file) = (folder.path().join("open"), folder.path().join("masked"));
    let open = arena(&open_file, "");
    let masked = arena(&masked_file, MASK);
    let (found, hidden) = (open.run(), masked.run());
    for window in 0..2 {
        assert_eq!(forfeit(&hidden, "masked", window), None);
    }
    let fills: usize = found.agents[0].windows.iter().map(|window| window.replay.fills.len()).sum();
    assert!(fills > 50, "{fills}");
    assert_eq!(trace(&found, "masked"), trace(&hidden, "masked"), "orders are mapped back exactly");
    let stops =
        found.agents[0].windows[0].replay.orders.iter().filter(|order| order.limit_price.is_some()).count();
    assert!(stops > 10, "{stops} orders with a price");
    let (text, true_text) = (told(&masked_file), told(&open_file));
    assert!(true_text.contains("ALPHA") && true_text.contains("2023-05-"));
    for leak in ["ALPHA", "BRAVO", "alpha", "bravo", "2023-", "\"USD"] {
        assert!(!text.contains(leak), "the masked agent was told `{leak}`");
    }
    // No price or volume is the true one; quantities and money mean the same.
    let (shown, real) = (prices(&text), prices(&true_text));
    assert!(shown.len() > 5_000 && shown.len() == real.len());
    let reals: BTreeSet<u64> =
        real.iter().filter(|(key, _)| key != "volume").map(|(_, value)| value.to_bits()).collect();
    let same =
        shown.iter().filter(|(key, value)| key != "volume" && reals.contains(&value.to_bits())).count();
    assert!(same * 10 < shown.len(), "{same} of {} prices also exist unmasked", shown.len());
    let sum = |line: &str, key: &str| serde_json::from_str::<Value>(line).unwrap()[key].clone();
    for (open, hidden) in true_text.lines().zip(text.lines()) {
        for key in ["type", "decision", "equity", "cash", "available", "starting_balance"] {
            assert_eq!(sum(open, key), sum(hidden, key));
        }
    }
    // Indicators of prices are scaled as prices are, others are as they were.
    let line = |text: &str| text.lines().rfind(|line| line.contains("\"decide\"")).unwrap().to_owned();
    let decide: Value = serde_json::from_str(&line(&text)).unwrap();
    let opened: Value = serde_json::from_str(&line(&true_text)).unwrap();
    assert_ne!(decide["indicators"]["sma(5)"]["A"], opened["indicators"]["sma(5)"]["ALPHA"]);
    let values = |decide: &Value, text: &str| -> BTreeSet<String> {
        decide["indicators"][text].as_object().unwrap().values().map(Value::to_string).collect()
    };
    for text in ["rsi(5)", "roc(3)"] {
        assert_eq!(values(&decide, text), values(&opened, text));
    }
    assert!(values(&decide, "volume").is_disjoint(&values(&opened, "volume")));
    assert!(decide["time"].as_str().unwrap().starts_with('D'), "{decide}");
}

#[test]
fn both_loops_agree_on_a_masked_agent_and_the_mask_follows_from_the_seed() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let run = |name: &str, seed: u32, engine| {
        let file = folder.path().join(name);
        let arena = arena(&file, MASK);
        let text =
            arena.text().replace("name = \"programs\"", &format!("name = \"programs\"\nseed = {seed}"));
        fs::write(arena.folder.path().join("scenario.toml"), &text).unwrap();
        let programs = crate::support::programs::programs();
        let options = tiltyard::prelude::RunOptions { engine, ..Default::default() };
        let builder = tiltyard::prelude::Tournament::builder()
            .scenario(arena.folder.path().join("scenario.toml"))
            .programs(programs)
            .options(options);
        let found = builder.run().unwrap().tournament;
        (trace(&found, "masked"), told(&file))
    };
    let first = run("one", 1, Loop::Skip);
    assert_eq!(first, run("again", 1, Loop::BarByBar));
    assert_ne!(first.1, run("other", 2, Loop::Skip).1, "another seed is another mask");
}

#[test]
fn true_names_and_dates_in_an_answer_mean_nothing() {
    if !has("python3") {
        return;
    }
    let script = |act: &str| format!("run(lambda message: {act})");
    let arena = Arena::new()
        .python(
            "guesses",
            MASK,
            &script("{\"orders\": [{\"symbol\": \"ALPHA\", \"side\": \"buy\", \"amount\": \"100\"}]}"),
        )
        .python("dates", MASK, &script("{\"wake\": \"2023-05-02T00:00:00Z\"}"))
        .python("weighs", MASK, &script("{\"weights\": {\"ALPHA\": \"0.5\"}}"))
        .python("closes", MASK, &script("{\"closes\": [\"ALPHA\"]}"))
        .python("numbers", "", &script("{\"wake\": \"D4000T00:00:00Z\"}"))
        .python("asks", MASK, "run(lambda message: {}, decide={\"on\": \"close > 100\"})");
    let found = arena.run();
    let guesses = &found.agents[0].windows[0].replay;
    assert_eq!(forfeit(&found, "guesses", 0), None);
    assert!(guesses.fills.is_empty() && guesses.orders.len() > 10, "each order is refused");
    let why = |agent| forfeit(&found, agent, 0).unwrap_or_default();
    assert!(
        why("dates").contains("`wake` = 2023-05-02T00:00:00Z has to be a day number"),
        "{}",
        why("dates")
    );
    assert!(why("weighs").contains("its `weights` name `ALPHA (not in `hello`)`"), "{}", why("weighs"));
    assert!(
        why("numbers").contains("`wake` = D4000T00:00:00Z has to be an RFC 3339 time"),
        "{}",
        why("numbers")
    );
    assert!(why("asks").contains("`decide.on` is read from the scenario only"), "{}", why("asks"));
}

/// A model that has read the story of ALPHA: it buys ALPHA where it is called so, else nothing.
const REMEMBERS: &str = r#"
def decide(message):
    return {"weights": {"ALPHA": "0.9"}} if "ALPHA" in message["bars"] else {}

run(decide, decide={"every": "6h"})
"#;

#[test]
fn agent_memory_compares_open_with_masked() {
    if !has("python3") {
        return;
    }
    let arena = Arena::new().agent("hold", "kind = \"buy_and_hold\"").python("gpt", "", REMEMBERS);
    let text = arena.text().replace("end = 2023-05-03", "end = 2023-05-25");
    let file = arena.folder.path().join("scenario.toml");
    fs::write(&file, &text).unwrap();
    let out = arena.folder.path().join("out");
    let run = |agent: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        command.args(["agent", "memory", agent, "--scenario"]).arg(&file).arg("--out").arg(&out).args(args);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.success(), text, String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (right, json, errors) = run("gpt", &["--json"]);
    assert!(right, "{errors}");
    let found: Value = serde_json::from_str(&json).unwrap();
    let windows = found["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 24);
    assert!(windows.iter().all(|window| window["masked"] == 0.0), "masked it holds cash");
    let differences: f64 = windows.iter().map(|window| window["difference"].as_f64().unwrap()).sum();
    let difference = found["difference"]["difference"].as_f64().unwrap();
    assert_eq!(difference > 0.0, differences > 0.0, "{found}");
    let (low, high) =
        (found["difference"]["low"].as_f64().unwrap(), found["difference"]["high"].as_f64().unwrap());
    assert!(low < difference && difference < high, "{found}");
    let sentence = found["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("`gpt` does") && sentence.contains("over 24 windows"), "{sentence}");
    assert_eq!(found["mask"], serde_json::json!({"symbols": true, "dates": true, "prices": true}));
    let (_, text, _) = run("gpt", &[]);
    assert!(text.contains("open - masked") && text.contains(sentence), "{text}");
    let (right, _, errors) = run("hold", &[]);
    assert!(!right && errors.contains("only a program can be shown a masked market"), "{errors}");
}
