//! Interfaces that scripts rely on: `leaderboard.json`, the JSON of every command, result folders that depend
//! on the scenario only, and the state after Ctrl-C. Later versions add keys; none is renamed.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;

use crate::support::stage::{Stage, files};
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;

/// One month, two symbols, two agents, one of which never trades.
const SMALL: &str = include_str!("../cli/mistakes/sound.toml");
const SCENARIOS: [&str; 8] = [
    "first_tournament",
    "daily_rotation",
    "single_window",
    "league_of_twelve",
    "sweep_sma_cross",
    "signals",
    "rules",
    "perpetuals",
];

const BOARD_KEYS: [&str; 8] = [
    "run_id",
    "scenario",
    "ranking_metric",
    "windows",
    "rankings",
    "aggregate",
    "min_trades",
    "windows_overlap",
];
const RANKING_KEYS: [&str; 18] = [
    "rank",
    "agent",
    "score",
    "final_equity",
    "roi_pct",
    "total_pnl",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "max_drawdown_pct",
    "win_rate",
    "profit_factor",
    "trades",
    "fees",
    "status",
    "alpha",
    "beta",
    "information_ratio",
];

/// A stage with the small scenario under these names.
fn small(names: &[&str]) -> Stage {
    let stage = Stage::new();
    for file in names {
        let name = file.rsplit('/').next().unwrap();
        stage.write(&format!("{file}.toml"), &SMALL.replace("mistake", name));
    }
    stage
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The folder of the only run of a scenario.
fn run_folder(stage: &Stage, out: &str, scenario: &str) -> String {
    let runs: Vec<String> =
        stage.names(&format!("{out}/{scenario}")).into_iter().filter(|name| name != ".lock").collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    format!("{out}/{scenario}/{}", runs[0])
}

/// JSON keys added after the first version.
const NEWER_KEYS: [&str; 7] =
    ["cagr_pct", "record_days", "annualised_from_days", "scored_windows", "drawdown", "missing", "windows"];
/// CSV columns added after the first version.
const NEWER_COLUMNS: [&str; 4] = ["cagr_pct", "record_days", "scored_windows", "score_missing"];

/// The keys of pretty-printed JSON at this indentation, in order.
fn keys_at(json: &str, indent: usize) -> Vec<&str> {
    let start = format!("{}\"", " ".repeat(indent));
    json.lines().filter_map(|line| line.strip_prefix(&start)?.split('"').next()).collect()
}

/// Whether a value is money: a decimal with eight places, as text.
fn is_money(value: &Value) -> bool {
    let Some((whole, part)) = value.as_str().and_then(|text| text.split_once('.')) else { return false };
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(part) && part.len() == 8
}

#[test]
fn json_is_the_leaderboard_byte_for_byte() {
    let stage = small(&["small"]);
    for words in ["--json", "--json --quiet", "--json --csv --threads 1"] {
        let printed = stage.result(&format!("run small.toml --out out {words}"));
        let folder = run_folder(&stage, "out", "small");
        assert_eq!(printed, fs::read_to_string(stage.path(&folder).join("leaderboard.json")).unwrap());
        assert_eq!(stage.result("show small --out out --json"), printed);
    }
}

#[test]
fn the_leaderboard_has_exactly_these_keys_and_types() {
    let stage = Stage::new();
    let text = stage.result("run scenarios/first_tournament.toml --out out --json --quiet");
    assert_eq!(keys_at(&text, 2), BOARD_KEYS);
    let rows = keys_at(&text, 6);
    let keys = [&RANKING_KEYS[..], &NEWER_KEYS].concat();
    assert_eq!(rows.len(), 8 * keys.len());
    assert!(rows.chunks(keys.len()).all(|row| row == keys));
    let csv = run_folder(&stage, "out", "first-tournament") + "/leaderboard.csv";
    let csv = fs::read_to_string(stage.path(&csv)).unwrap();
    assert_eq!(csv.lines().next().unwrap(), [&RANKING_KEYS[..], &NEWER_COLUMNS].concat().join(","));
    assert_eq!(csv.lines().count(), 9);
    has_these_types(&parsed(&text));
}

fn has_these_types(board: &Value) {
    assert_eq!(board["scenario"], "first-tournament");
    assert_eq!(board["ranking_metric"], "sharpe_ratio");
    assert_eq!(board["windows"], 6);
    let id = board["run_id"].as_str().unwrap();
    assert!(id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
    let rows = board["rankings"].as_array().unwrap();
    for row in rows {
        assert!(RANKING_KEYS.iter().all(|key| is_right(key, &row[key])), "{row}");
    }
    let ranks: Vec<u64> = rows.iter().map(|row| row["rank"].as_u64().unwrap()).collect();
    assert_eq!(ranks, [1, 2, 3, 4, 5, 6, 7, 8]);
    // Without a sale there is no win rate: null, not 0. Percentages are in percent.
    let hold = rows.iter().find(|row| row["agent"] == "hold").unwrap();
    assert_eq!((&hold["win_rate"], &hold["profit_factor"]), (&Value::Null, &Value::Null));
    let roi = hold["roi_pct"].as_f64().unwrap();
    let equity: f64 = hold["final_equity"].as_str().unwrap().parse().unwrap();
    assert!((roi - (equity / 10_000.0 - 1.0) * 100.0).abs() < 1e-9, "{roi} {equity}");
    // Over several windows the PnL is the sum over windows, each starting with a fresh wallet.
    let windows = hold["windows"].as_array().unwrap();
    let pnl = |row: &Value| row["total_pnl"].as_str().unwrap().parse::<f64>().unwrap();
    assert!((windows.iter().map(pnl).sum::<f64>() - pnl(hold)).abs() < 1e-6);
    let reasons = ["idle: ", "+infinity", "no ", "too "];
    let missing = rows.iter().flat_map(|row| row["missing"].as_object().unwrap().values());
    assert!(
        missing.map(|why| why.as_str().unwrap()).all(|why| reasons.iter().any(|one| why.starts_with(one)))
    );
}

fn is_right(key: &str, value: &Value) -> bool {
    match key {
        "rank" | "trades" => value.is_u64(),
        "agent" => value.is_string(),
        "final_equity" | "total_pnl" | "fees" => is_money(value),
        "status" => ["completed", "disqualified", "forfeit"].contains(&value.as_str().unwrap()),
        _ => value.is_f64() || value.is_null(),
    }
}

#[test]
fn quiet_says_nothing_and_writes_everything() {
    let stage = small(&["small"]);
    let said = stage.run("run small.toml --out out --quiet");
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "", ""));
    assert!(stage.path(&run_folder(&stage, "out", "small")).join("leaderboard.json").exists());
    // Errors are reported also with `--quiet`.
    let said = stage.run("run nowhere.toml --quiet");
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    assert!(said.stderr.contains("nowhere.toml"), "{}", said.stderr);
}

/// Data goes to stdout and progress to stderr, so progress never reaches a script.
#[test]
fn progress_goes_to_stderr() {
    let stage = small(&["small"]);
    let said = stage.run("run small.toml --out out --json");
    parsed(&said.stdout);
    assert!(said.stderr.contains("replayed 2 jobs"), "{}", said.stderr);
    assert!(!said.stderr.contains('\u{1b}'), "colours or cursor moves where nobody looks: {}", said.stderr);
}

/// A CSV copy has one line for each row of its Parquet file, and is written only on request.
#[test]
fn csv_copies_have_the_same_rows() {
    let stage = small(&["small"]);
    let twins = |out: &str| {
        let folder = stage.path(&run_folder(&stage, out, "small"));
        let all = files(&folder);
        let of = |ending: &str| -> BTreeSet<String> {
            let agents = all.iter().filter(|(name, _)| name.starts_with("agents/"));
            agents.filter_map(|(name, _)| name.strip_suffix(ending).map(str::to_owned)).collect()
        };
        (folder, of(".parquet"), of(".csv"))
    };
    stage.result("run small.toml --out plain --quiet");
    let (_, parquet, csv) = twins("plain");
    assert!(!parquet.is_empty() && csv.is_empty(), "{csv:?}");
    stage.result("run small.toml --out both --quiet --csv");
    let (folder, with_twins, csv) = twins("both");
    assert_eq!((&with_twins, &with_twins), (&parquet, &csv));
    let mut rows = 0;
    for name in &csv {
        let stored =
            SerializedFileReader::new(File::open(folder.join(name.clone() + ".parquet")).unwrap()).unwrap();
        let stored = stored.metadata().file_metadata().num_rows();
        let text = fs::read_to_string(folder.join(name.clone() + ".csv")).unwrap();
        assert_eq!(text.lines().count() as i64 - 1, stored, "{name}");
        rows += stored;
    }
    assert!(rows > 1000, "{rows}");
}

/// The same bytes with any number of threads, either replay loop, any memory budget, on a second run, and
/// into a new folder or the same one.
#[test]
fn result_folders_depend_on_nothing_but_the_scenario() {
    let stage = Stage::new();
    let ways = [("one", "--threads 1"), ("two", "--threads 2"), ("slow", "--engine bar-by-bar --memory 1kB")];
    for scenario in SCENARIOS {
        for (out, way) in ways {
            stage.result(&format!("run scenarios/{scenario}.toml --out {out} {way} --csv --quiet"));
        }
    }
    let one = files(&stage.path("one"));
    assert!(one.len() > 100, "{}", one.len());
    let same = |out: &str, what: &str| {
        let two = files(&stage.path(out));
        assert_eq!(one.len(), two.len(), "{what}");
        for ((name, bytes), (other, other_bytes)) in one.iter().zip(&two) {
            assert_eq!(name, other, "{what}");
            assert!(bytes == other_bytes, "{name} differs {what}");
        }
    };
    same("two", "on another number of threads");
    same("slow", "bar by bar, without memory for indicators");
    stage.result("run scenarios/first_tournament.toml --out two --csv --quiet");
    same("two", "on a second run into the same folder");
}

#[test]
fn every_bundled_scenario_checks_and_runs() {
    let stage = Stage::new();
    for scenario in SCENARIOS {
        let said = stage.run(&format!("check scenarios/{scenario}.toml"));
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{scenario} is bundled with a warning");
        let board = parsed(&stage.result(&format!("run scenarios/{scenario}.toml --out out --json --quiet")));
        let rows = board["rankings"].as_array().unwrap();
        assert!(rows.len() > 3, "{scenario}");
        assert!(rows.iter().any(|row| row["trades"].as_u64() > Some(0)), "{scenario}");
    }
    let listed = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios")).unwrap();
    let listed =
        listed.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "toml"));
    // `open_door` needs Python: it is run by `process_examples`.
    let listed = listed.count() - 1;
    assert_eq!(listed, SCENARIOS.len(), "a bundled scenario has no test");
}

#[test]
fn the_starter_runs_unchanged() {
    let stage = Stage::new();
    stage.result("init");
    let board = parsed(&stage.result("run scenario.toml --json --quiet"));
    assert!(!board["rankings"].as_array().unwrap().is_empty());
    // Without --out results are written to `reports`.
    assert!(stage.names("reports").contains(&"tiltyard.db".to_owned()));
}

/// The sample is found from the scenario's folder; the working directory does not affect a run.
#[test]
fn a_scenario_runs_from_any_working_directory() {
    let stage = small(&["scenarios/small"]);
    let here = stage.result("run scenarios/small.toml --out here --json --quiet");
    for (folder, file, out) in [
        ("elsewhere", stage.path("scenarios/small.toml"), "elsewhere/out"),
        ("scenarios", "small.toml".into(), "scenarios/out"),
    ] {
        fs::create_dir_all(stage.path(folder)).unwrap();
        let mut command = stage.command("run --out out --json --quiet");
        let output = command.arg(file).current_dir(stage.path(folder)).output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), here);
        assert_eq!(files(&stage.path(out)), files(&stage.path("here")));
    }
}

#[test]
fn stored_runs_are_listed_newest_first() {
    let stage = small(&["one", "two", "three"]);
    for name in ["one", "two", "three"] {
        stage.result(&format!("run {name}.toml --out out --quiet"));
    }
    let runs = parsed(&stage.result("runs --out out --json"));
    let runs = runs.as_array().unwrap();
    let names: Vec<&str> = runs.iter().map(|run| run["scenario"].as_str().unwrap()).collect();
    assert_eq!(names, ["three", "two", "one"]);
    let table = stage.result("runs --out out");
    for run in runs {
        assert!(table.contains(run["run_id"].as_str().unwrap()), "{table}");
        assert!(stage.path(run["folder"].as_str().unwrap()).is_dir(), "{run}");
    }
    // A run is referred to by its id, a prefix of it, its scenario's name, or its folder.
    let id = runs[2]["run_id"].as_str().unwrap();
    let by_id = stage.result(&format!("show {id} --out out"));
    for name in [&id[..6], "one", &format!("out/one/{id}")] {
        assert_eq!(stage.result(&format!("show {name} --out out")), by_id);
    }
    // The same scenario again is the same run, now the newest.
    stage.result("run one.toml --out out --quiet");
    let again = parsed(&stage.result("runs --out out --json"));
    assert_eq!(again.as_array().unwrap().len(), 3);
    assert_eq!(again[0]["run_id"], id);
}

#[test]
fn trades_are_the_rows_of_trades_parquet() {
    let stage = small(&["small"]);
    let board = parsed(&stage.result("run small.toml --out out --json --quiet"));
    let folder = stage.path(&run_folder(&stage, "out", "small"));
    for (agent, traded) in [("trend", true), ("idle", false)] {
        let stored = folder.join("agents").join(agent).join("trades.parquet");
        let stored = SerializedFileReader::new(File::open(stored).unwrap()).unwrap();
        let trades = parsed(&stage.result(&format!("trades small {agent} --out out --json")));
        let trades = trades.as_array().unwrap();
        assert_eq!(trades.len() as i64, stored.metadata().file_metadata().num_rows(), "{agent}");
        assert_eq!(!trades.is_empty(), traded);
        let rows = board["rankings"].as_array().unwrap();
        let row = rows.iter().find(|row| row["agent"] == agent).unwrap();
        assert_eq!(row["trades"], trades.iter().filter(|trade| trade["state"] == "closed").count());
        assert!(trades.iter().all(|trade| is_money(&trade["pnl"]) && is_money(&trade["quantity"])));
        let table = stage.result(&format!("trades small {agent} --out out --limit 0"));
        let symbols = table.lines().filter(|line| line.contains("  ALPHA  ") || line.contains("  BRAVO  "));
        assert_eq!(symbols.count(), trades.len(), "{table}");
    }
}

#[test]
fn check_answers_in_json() {
    let stage = Stage::with_mistakes();
    let valid = parsed(&stage.result("check sound.toml --json"));
    assert_eq!(valid, serde_json::json!({ "ok": true, "file": "sound.toml", "problems": [] }));
    // A warning is not an error.
    let warned = parsed(&stage.result("check warnings.toml --json"));
    assert_eq!((&warned["ok"], &warned["problems"][0]["severity"]), (&true.into(), &"warning".into()));
    let said = stage.run("check several.toml --json");
    assert_eq!((said.code, said.stderr.as_str()), (Some(2), ""));
    let answer = parsed(&said.stdout);
    let text = fs::read_to_string(stage.path("several.toml")).unwrap();
    let problems = answer["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 9);
    for problem in problems {
        // Line and column are those of the span's start.
        let span = (problem["span"]["start"].as_u64().unwrap(), problem["span"]["end"].as_u64().unwrap());
        let before = &text[..span.0 as usize];
        let line = before.matches('\n').count() as u64 + 1;
        let column = span.0 - before.rfind('\n').map_or(0, |newline| newline as u64 + 1) + 1;
        assert_eq!(
            (problem["line"].as_u64(), problem["column"].as_u64()),
            (Some(line), Some(column)),
            "{problem}"
        );
        assert!(span.0 <= span.1 && span.1 as usize <= text.len(), "{problem}");
        assert!(problem["help"].is_string() && problem["message"].is_string(), "{problem}");
    }
}

/// Every key in a bundled scenario or a starter, and every strategy and parameter.
#[test]
fn the_schema_mentions_every_key() {
    let stage = Stage::new();
    let text = stage.result("schema");
    let schema = parsed(&text);
    assert!(schema["$schema"].as_str().unwrap().starts_with("https://json-schema.org/"));
    let mut words = BTreeSet::new();
    stage.result("init");
    let bundled = SCENARIOS.map(|name| format!("scenarios/{name}.toml"));
    for file in bundled.iter().map(String::as_str).chain(["scenario.toml"]) {
        let table: toml::Table = fs::read_to_string(stage.path(file)).unwrap().parse().unwrap();
        keys(&toml::Value::Table(table), "", &mut words);
    }
    for strategy in parsed(&stage.result("strategies --json")).as_array().unwrap() {
        words.insert(strategy["kind"].as_str().unwrap().to_owned());
        for parameter in strategy["parameters"].as_array().unwrap() {
            words.insert(parameter["name"].as_str().unwrap().to_owned());
        }
    }
    assert!(words.len() > 50, "{words:?}");
    let lacking: Vec<_> = words.iter().filter(|word| !text.contains(&format!("\"{word}\""))).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

/// The keys of a TOML value; names of profiles are chosen by the user.
fn keys(value: &toml::Value, under: &str, out: &mut BTreeSet<String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                if under != "risk" && under != "instruments" {
                    out.insert(key.clone());
                }
                keys(value, key, out);
            }
        }
        toml::Value::Array(list) => list.iter().for_each(|item| keys(item, "", out)),
        _ => {}
    }
}

#[test]
fn strategies_are_listed_in_json_with_parameters_defaults_and_warm_up() {
    let stage = Stage::new();
    let list = parsed(&stage.result("strategies --json"));
    let kinds: BTreeSet<&str> =
        list.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    let wanted = [
        "buy_and_hold",
        "sma_cross",
        "ema_cross",
        "macd",
        "rsi_reversion",
        "bollinger_reversion",
        "donchian_breakout",
        "momentum",
        "grid",
        "dca",
        "random",
        "cash",
        "rules",
    ];
    assert!(wanted.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    let table = stage.result("strategies");
    for one in list.as_array().unwrap() {
        let kind = one["kind"].as_str().unwrap();
        assert!(table.contains(kind));
        assert!(one["warm_up"].is_string() && one["summary"].is_string() && one["description"].is_string());
        let page = stage.result(&format!("strategies {kind}"));
        for parameter in one["parameters"].as_array().unwrap() {
            let keys: Vec<&String> = parameter.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["default", "doc", "name", "range", "required", "type"]);
            assert_eq!(parameter["required"].as_bool(), Some(parameter["default"].is_null()), "{parameter}");
            assert!(page.contains(parameter["name"].as_str().unwrap()), "{page}");
        }
        assert!(page.lines().chain(table.lines()).all(|line| line.len() <= 100), "{page}{table}");
    }
    let one = parsed(&stage.result("strategies sma_cross --json"));
    assert_eq!(one.as_array().unwrap().len(), 1);
}

/// A tournament that takes minutes: a window starts every hour.
#[cfg(unix)]
const LONG: &str = r#"[scenario]
name = "long"

[market]
path = "data/sample"
symbols = ["ALPHA", "BRAVO", "CHARLIE"]
interval = "1h"

[[agents]]
name = "trend"
strategy = { kind = "sma_cross" }

[[agents]]
name = "dice"
strategy = { kind = "random", turnover = 5 }

[[agents]]
name = "idle"
strategy = { kind = "cash" }

[battle]
windows = { kind = "rolling", length = "60d", step = "1h" }
"#;

/// Ctrl-C ends a run with exit code 130 and leaves no folder, complete or partial; the next run is
/// unaffected.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let stage = Stage::new();
    stage.write("long.toml", LONG);
    let child = stage
        .command("run long.toml --out out --threads 2")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Jobs start once the temporary folder exists.
    let folder = stage.path("out/long");
    let writing = || folder.is_dir() && entries(&folder).iter().any(|name| name.ends_with(".tmp"));
    let patience = Instant::now();
    while !writing() {
        assert!(patience.elapsed() < Duration::from_secs(120), "the run never began");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(200));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(stderr.contains("interrupted") && stderr.contains("help: "), "{stderr}");
    assert_eq!(entries(&folder), Vec::<String>::new());
    assert_eq!(parsed(&stage.result("runs --out out --json")), serde_json::json!([]));
}

/// The names in a folder except its lock.
#[cfg(unix)]
fn entries(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != ".lock").collect()
}
