//! Trading days that begin elsewhere than at midnight UTC (`[market] day`): both engines, the batch engine, stored results
//! and reports agree on them, over a change of clocks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::stage::Stage;

/// Hours around 2023-03-12, when New York's clocks go forward.
const BATTLE: &str = r#"
[scenario]
name = "days"
[market]
path = "data/sample"
symbols = ["ALPHA", "BRAVO"]
interval = "1h"
start = 2023-02-01
end = 2023-04-15
DAY
[risk.limited]
daily_loss_limit_pct = 0.5
max_order_size_pct = false
max_position_size_pct = false
[[agents]]
name = "trend"
risk = "limited"
strategy = { kind = "sma_cross", fast = 5, slow = 20, symbols = ["ALPHA"] }
[[agents]]
name = "clock"
risk = "limited"
strategy = { kind = "rules", enter_all = ["time_of_day == 18:00"], exit_any = ["time_of_day == 16:00"] }
[[agents]]
name = "waits"
risk = "limited"
strategy = { kind = "rules", enter_all = ["hour % 6 == 0"], exit_any = ["hour % 6 == 4"], entry = { order = "limit", offset_pct = 0.3, time_in_force = "day" } }
[battle]
windows = { kind = "whole" }
[report]
formats = ["csv"]
"#;

fn battle(day: &str) -> String {
    BATTLE.replace("DAY", day)
}

/// The folder of the one run below `out`.
fn folder(stage: &Stage, out: &str) -> PathBuf {
    let runs = std::fs::read_dir(stage.path(out).join("days")).unwrap();
    runs.map(|entry| entry.unwrap().path()).find(|path| path.join("run.json").exists()).unwrap()
}

fn run(stage: &Stage, text: &str, out: &str, options: &str) -> PathBuf {
    stage.write(&format!("{out}.toml"), text);
    stage.result(&format!("run {out}.toml --out {out} {options}"));
    folder(stage, out)
}

fn json(folder: &Path, file: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

/// The times of `ended_at` of orders that ran out of time.
fn expired(folder: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join("agents/waits/orders.csv")).unwrap();
    let heads: Vec<&str> = text.lines().next().unwrap().split(',').collect();
    let column = |name: &str| heads.iter().position(|head| *head == name).unwrap();
    let (status, at) = (column("status"), column("ended_at"));
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|row| row[status] == "expired").map(|row| row[at].to_owned()).collect()
}

#[test]
fn both_engines_agree_and_orders_expire_with_new_yorks_clocks() {
    let stage = Stage::new();
    let text = battle("day = \"forex\"");
    let skip = run(&stage, &text, "skip", "--engine skip");
    let oracle = run(&stage, &text, "oracle", "--engine bar-by-bar");
    assert_eq!(skip.file_name(), oracle.file_name());
    let manifest = |folder: &Path| json(folder, "files.json");
    assert_eq!(manifest(&skip), manifest(&oracle));
    assert_eq!(json(&skip, "run.json")["market"]["day"], "17:00 America/New_York");
    // A day order is over at 17:00 in New York: 22:00 UTC until March 11, 21:00 from then on.
    let expired = expired(&skip);
    let ends = |hour: &str, of: &dyn Fn(&str) -> bool| {
        expired.iter().filter(|at| of(at)).all(|at| at.ends_with(&format!("T{hour}:00:00Z")))
    };
    assert!(expired.len() > 10, "{expired:?}");
    assert!(ends("22", &|at| at < "2023-03-12") && ends("21", &|at| at >= "2023-03-12"), "{expired:?}");
    // Rules read the time of the same zone: 18:00 is 23:00 UTC, then 22:00.
    let entries = std::fs::read_to_string(skip.join("agents/clock/orders.csv")).unwrap();
    let placed: BTreeSet<&str> = entries
        .lines()
        .filter(|line| line.contains(",buy,"))
        .filter_map(|line| line.split(',').find(|cell| cell.starts_with("2023-") && cell.ends_with('Z')))
        .collect();
    assert!(placed.iter().any(|at| at.starts_with("2023-03-1") && at.contains("T22:")), "{placed:?}");
    assert!(placed.iter().all(|at| at.contains("T23:") || *at > "2023-03-12"), "{placed:?}");
}

#[test]
fn midnight_utc_is_the_default_and_leaves_no_trace() {
    let stage = Stage::new();
    let plain = run(&stage, &battle(""), "plain", "");
    let named = run(&stage, &battle("day = \"00:00 UTC\""), "named", "");
    assert_eq!(plain.file_name(), named.file_name());
    assert!(json(&plain, "run.json")["market"].get("day").is_none());
    let other = run(&stage, &battle("day = \"nyse\""), "other", "");
    assert_ne!(plain.file_name(), other.file_name());
    let utc = expired(&plain);
    assert!(utc.len() > 10 && utc.iter().all(|at| at.ends_with("T00:00:00Z")), "{utc:?}");
    let roi = |folder: &Path| json(folder, "leaderboard.json")["rankings"].clone();
    assert_ne!(roi(&plain), roi(&other));
}

#[test]
fn a_battle_at_its_end_has_the_scores_of_the_leaderboard() {
    let stage = Stage::new();
    let text = battle("day = \"forex\"").replace("windows", "ranking_metric = \"sharpe_ratio\"\nwindows");
    let folder = run(&stage, &text, "shown", "");
    let id = folder.file_name().unwrap().to_str().unwrap();
    let shown: Value = serde_json::from_str(
        &stage.result(&format!("battle replay {id} --at 2023-04-15T00:00:00Z --out shown --json")),
    )
    .unwrap();
    let board = json(&folder, "leaderboard.json");
    for row in board["rankings"].as_array().unwrap() {
        let agents = shown["agents"].as_array().unwrap();
        let now = agents.iter().find(|one| one["agent"] == row["agent"]).unwrap();
        let (a, b) = (row["sharpe_ratio"].as_f64(), now["score"].as_f64());
        assert!(a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 1e-9), "{}: {a:?} {b:?}", row["agent"]);
    }
}

#[test]
fn trials_of_the_batch_engine_are_the_replays_of_the_oracle() {
    let stage = Stage::new();
    let swept = battle("day = \"forex\"")
        + "[sweep]\nagent = \"trend\"\nsearch = \"grid\"\n[sweep.parameters]\nfast = [4, 5, 7]\n";
    let folder = run(&stage, &swept, "swept", "");
    let results = std::fs::read_to_string(folder.join("results.csv")).unwrap();
    let heads: Vec<&str> = results.lines().next().unwrap().split(',').collect();
    let column = |name: &str| heads.iter().position(|head| *head == name).unwrap();
    for (row, fast) in results.lines().skip(1).zip(["4", "5", "7"]) {
        let cells: Vec<&str> = row.split(',').collect();
        let one = battle("day = \"forex\"").replace("fast = 5", &format!("fast = {fast}"));
        let single = run(&stage, &one, &format!("single{fast}"), "--engine bar-by-bar");
        let board = json(&single, "leaderboard.json");
        let trend = board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == "trend").unwrap();
        for metric in ["sharpe_ratio", "calmar_ratio", "roi_pct", "sortino_ratio"] {
            assert_eq!(
                cells[column(metric)].parse::<f64>().ok(),
                trend[metric].as_f64(),
                "{metric} of {fast}"
            );
        }
    }
}

#[test]
fn what_is_no_day_is_refused() {
    let stage = Stage::new();
    for (day, message) in [
        ("day = \"17:00 New York\"", "did you mean `America/New_York`"),
        ("day = \"late\"", "neither a time of day with a zone nor the name of a market"),
    ] {
        stage.write("wrong.toml", &battle(day));
        let said = stage.run("check wrong.toml");
        assert!(said.stderr.contains(message), "{}", said.stderr);
    }
    stage.write("daily.toml", &battle("day = \"nyse\"").replace("\"1h\"", "\"1d\""));
    let said = stage.run("check daily.toml");
    assert!(said.stderr.contains("`day` needs bars shorter than a day"), "{}", said.stderr);
}
