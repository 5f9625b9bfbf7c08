//! Splits and dividends from a file beside the bars: results, tables, the dry run, and both engines.

use std::path::PathBuf;

use serde_json::Value;
use tiltyard::internals::domain::Cash;

use crate::support::stage::Stage;

const BATTLE: &str = r#"
[scenario]
name = "acme"
[market]
path = "acme"
symbols = ["ACME"]
interval = "1d"
quote = "USD"
calendar = "sessions"
[venue]
slippage = { model = "none" }
taker_fee_bps = 0
maker_fee_bps = 0
[risk.free]
max_order_size_pct = false
max_position_size_pct = false
daily_loss_limit_pct = false
[[agents]]
name = "hold"
risk = "free"
strategy = { kind = "buy_and_hold" }
[[agents]]
name = "trend"
risk = "free"
strategy = { kind = "sma_cross", fast = 2, slow = 5 }
[battle]
windows = { kind = "whole" }
[report]
formats = ["csv", "markdown"]
"#;

/// A hundred days at about 400 until a split of four for one on the day of index 50, then at about 100.
fn stage(actions: &str) -> Stage {
    let stage = Stage::new();
    let mut csv = "date,open,high,low,close,volume\n".to_owned();
    for day in 0..100_i64 {
        let unit = if day < 50 { 4.0 } else { 1.0 };
        let price = |day: i64| unit * (100.0 + 5.0 * ((day as f64) / 4.0).sin());
        let (open, close) = (price(day), price(day + 1));
        let date = chrono_date(day);
        csv += &format!("{date},{open:.4},{:.4},{:.4},{close:.4},1000\n", open.max(close), open.min(close));
    }
    stage.write("ACME.csv", &csv);
    stage.result("data import ACME.csv --out acme");
    if !actions.is_empty() {
        stage.write("acme/ACME_actions.csv", actions);
    }
    stage
}

/// The date so many days after 2023-01-01.
fn chrono_date(day: i64) -> String {
    let start: tiltyard::internals::domain::Timestamp = "2023-01-01".parse().unwrap();
    (start + tiltyard::internals::domain::Span::DAY.times(day)).to_string().chars().take(10).collect()
}

fn run(stage: &Stage, text: &str, out: &str, options: &str) -> PathBuf {
    stage.write("acme.toml", text);
    stage.result(&format!("run acme.toml --out {out} {options}"));
    let runs = std::fs::read_dir(stage.path(out).join("acme")).unwrap();
    runs.map(|entry| entry.unwrap().path()).find(|path| path.join("run.json").exists()).unwrap()
}

fn json(path: PathBuf) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

const ACTIONS: &str = "date,split,dividend\n2023-02-01,,1\n2023-02-20,4:1,\n2023-03-10,,0.5\n";

#[test]
fn a_holder_keeps_its_quantity_over_a_split_and_is_paid_dividends() {
    let stage = stage(ACTIONS);
    let folder = run(&stage, BATTLE, "store", "");
    let actions = &json(folder.join("run.json"))["market"]["actions"];
    assert_eq!(actions["rule"], "apply");
    assert_eq!(actions["symbols"][0]["splits"][0], "2023-02-20 4:1");
    assert_eq!(actions["symbols"][0]["dividends"], 2);
    let rows = std::fs::read_to_string(folder.join("agents/hold/postings.csv")).unwrap();
    let rows: Vec<Vec<&str>> = rows.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let fills = std::fs::read_to_string(folder.join("agents/hold/fills.csv")).unwrap();
    let quantity: f64 = fills.lines().nth(1).unwrap().split(',').nth(6).unwrap().parse().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    for (row, (at, each)) in rows.iter().zip([("2023-02-01", 1.0), ("2023-03-10", 2.0)]) {
        assert!(row[1].starts_with(at) && row[4] == "dividend", "{row:?}");
        let amount: f64 = row[5].parse().unwrap();
        assert!((amount - quantity * each).abs() < 1e-7, "{amount} {quantity}");
    }
    // Equity is what the round trips and the dividends brought.
    let money = |text: &str| text.parse::<Cash>().unwrap();
    for agent in ["hold", "trend"] {
        let table =
            |name: &str| std::fs::read_to_string(folder.join(format!("agents/{agent}/{name}.csv"))).unwrap();
        let sum = |name: &str, head: &str| -> Cash {
            let text = table(name);
            let column = text.lines().next().unwrap().split(',').position(|one| one == head).unwrap();
            text.lines().skip(1).map(|line| money(line.split(',').nth(column).unwrap())).sum()
        };
        let last = table("equity").lines().last().unwrap().split(',').nth(2).map(money).unwrap();
        assert_eq!(sum("trades", "pnl") + sum("postings", "amount"), last - money("10000"), "{agent}");
    }
    let page = std::fs::read_to_string(folder.join("report.md")).unwrap_or_default();
    assert!(page.is_empty() || page.contains("ACME"), "{page}");
}

#[test]
fn both_engines_agree_and_the_dry_run_says_who_is_replayed_how() {
    let stage = stage(ACTIONS);
    let skip = run(&stage, BATTLE, "skip", "--engine skip");
    let oracle = run(&stage, BATTLE, "oracle", "--engine bar-by-bar");
    assert_eq!(json(skip.join("files.json")), json(oracle.join("files.json")));
    let (before, agents) = BATTLE.split_once("[[agents]]").unwrap();
    let trend = agents.split_once("[[agents]]").unwrap().1;
    let swept =
        format!("{before}[[agents]]{trend}[sweep]\nagent = \"trend\"\n[sweep.parameters]\nfast = [2, 3]\n");
    stage.write("swept.toml", &swept);
    let dry_run = || {
        let said = stage.run("run swept.toml --dry-run");
        format!("{}{}", said.stdout, said.stderr)
    };
    assert!(dry_run().contains("a symbol pays dividends"), "{}", dry_run());
    // A split alone keeps the batch engine.
    stage.write("acme/ACME_actions.csv", "date,split\n2023-02-20,4:1\n");
    let said = dry_run();
    assert!(said.contains("by the batch engine") && !said.contains("dividends"), "{said}");
}

#[test]
fn without_the_file_the_split_stops_the_run() {
    let stage = stage("");
    stage.write("acme.toml", BATTLE);
    let said = stage.run("run acme.toml --out store");
    assert_eq!(said.code, Some(3), "{}", said.stderr);
    assert!(said.stderr.contains("ACME_actions.csv"), "{}", said.stderr);
    let accepted = BATTLE.replace("quote = \"USD\"", "accept = [\"split\"]");
    let folder = run(&stage, &accepted, "accepted", "");
    assert!(json(folder.join("run.json"))["market"].get("actions").is_none());
    let adjusted = BATTLE.replace("quote = \"USD\"", "accept = [\"split\"]\nactions = \"adjusted\"");
    let folder = run(&stage, &adjusted, "adjusted", "");
    assert_eq!(json(folder.join("run.json"))["market"]["actions"]["rule"], "adjusted");
}

#[test]
fn a_bad_file_is_refused_with_its_row() {
    let stage = stage("date,split\n2023-02-20,four\n");
    stage.write("acme.toml", BATTLE);
    let said = stage.run("run acme.toml --out store");
    assert!(said.stderr.contains("have in row 2 the split `four`"), "{}", said.stderr);
}
