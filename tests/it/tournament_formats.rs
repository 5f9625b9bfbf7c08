//! Tournaments end to end: from `[tournament]` to the store and back in any format, twelve agents on recorded
//! bars of which three are identical, and duels that stop when they are decided.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::stage::{Stage, files};
use serde_json::Value;

/// Four agents, two of them identical, over 21 random windows of three days.
const FOUR: &str = r#"
[scenario]
name = "four"
seed = 5

[market]
path = "data/sample"
symbols = ["ALPHA", "BRAVO"]
interval = "4h"
start = 2023-03-01
end = 2023-07-01
quote = "USD"

[[agents]]
name = "trend"
strategy = { kind = "sma_cross", fast = 5, slow = 20 }

[[agents]]
name = "twin"
strategy = { kind = "sma_cross", fast = 5, slow = 20 }

[[agents]]
name = "hold"
risk = "unlimited"
strategy = { kind = "buy_and_hold" }

[[agents]]
name = "idle"
strategy = { kind = "cash" }

[battle]
ranking_metric = "roi_pct"
windows = { kind = "random", length = "3d", count = 21, embargo = "1d" }
"#;

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A stage in which the scenario was run into `out`, with and without a tournament.
fn played(tournament: &str) -> Stage {
    let stage = Stage::new();
    stage.write("four.toml", &format!("{FOUR}\n[tournament]\n{tournament}\n"));
    stage.result("run four.toml --out out --quiet");
    stage
}

/// The text of a file in the only run of a scenario.
fn stored(stage: &Stage, scenario: &str, file: &str) -> String {
    let runs: Vec<String> =
        stage.names(&format!("out/{scenario}")).into_iter().filter(|name| name != ".lock").collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    fs::read_to_string(stage.path(&format!("out/{scenario}/{}/{file}", runs[0]))).unwrap()
}

#[test]
fn the_store_returns_what_the_run_wrote() {
    let stage = played("format = \"swiss\"\nratings = [\"bradley_terry\", \"elo\"]");
    assert_eq!(stage.result("standings four --out out --json"), stored(&stage, "four", "standings.json"));
    assert_eq!(stage.result("standings four --out out --csv"), stored(&stage, "four", "standings.csv"));
    let tournament = parsed(&stored(&stage, "four", "tournament.json"));
    assert_eq!(tournament["work"]["text"], "84 replays for 6 pairings over 21 windows");
    assert_eq!(tournament["view"]["format"], "swiss");
    // The same view again from the stored scores, which determine it completely.
    let again = parsed(&stage.result("standings four --out out --format swiss --json"));
    assert_eq!(again, tournament);
    // `--json` of a run prints the leaderboard.
    let board = stage.result("run four.toml --out out --quiet --json");
    assert_eq!(board, stored(&stage, "four", "leaderboard.json"));
    let runs = parsed(&stage.result("runs --out out --json"));
    assert_eq!(runs[0]["format"], "swiss");
    assert!(runs[0]["verdict"].is_string());
}

#[test]
fn any_format_follows_from_a_run_without_a_tournament() {
    let stage = Stage::new();
    stage.write("four.toml", FOUR);
    stage.result("run four.toml --out out --quiet");
    let files = files(&stage.path("out"));
    assert!(!files.iter().any(|(name, _)| name.contains("tournament") || name.contains("standings")));
    for (format, settings) in [
        ("round_robin", ""),
        ("gauntlet", "--baselines idle,hold"),
        ("league", "--divisions 2 --seasons 2"),
        ("swiss", "--rounds 3"),
        ("knockout", "--seeds hold"),
        ("survival", ""),
    ] {
        let words = format!("standings four --out out --format {format} {settings}");
        let record = parsed(&stage.result(&format!("{words} --json")));
        assert_eq!(record["view"]["format"], format);
        let text = stage.result(&words);
        assert!(text.contains("84 replays for 6 pairings over 21 windows"), "{text}");
    }
    // Deriving standings writes nothing.
    assert_eq!(files, crate::support::stage::files(&stage.path("out")));
    let standings = parsed(&stage.result("standings four --out out --json"));
    assert_eq!(standings["windows"], 21);
}

#[test]
fn a_tournament_changes_the_identity_but_no_existing_result() {
    let with = played("");
    let without = Stage::new();
    without.write("four.toml", FOUR);
    without.result("run four.toml --out out --quiet");
    for file in ["battles.json", "leaderboard.csv", "scores.csv", "agents/trend/metrics.json"] {
        assert_eq!(stored(&with, "four", file), stored(&without, "four", file), "{file}");
    }
    let id = |stage: &Stage| parsed(&stored(stage, "four", "run.json"))["identity"].clone();
    assert_ne!(id(&with), id(&without));
}

#[test]
fn regimes_of_windows_are_in_the_results() {
    let stage = Stage::new();
    let windows = r#"{ kind = "stratified", length = "3d", count = 12, lookback = "20d", embargo = "1d" }"#;
    let source = FOUR.replace(r#"{ kind = "random", length = "3d", count = 21, embargo = "1d" }"#, windows);
    stage.write("four.toml", &format!("{source}\n[tournament]\n"));
    stage.result("run four.toml --out out --quiet");
    let run = parsed(&stored(&stage, "four", "run.json"));
    let strata = parsed(&stored(&stage, "four", "tournament.json"))["strata"].clone();
    let count: u64 = strata.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(count, 12);
    assert!(strata.as_object().unwrap().len() >= 4, "{strata}");
    for window in run["windows"].as_array().unwrap() {
        assert!(strata[window["regime"].as_str().unwrap()].is_u64());
    }
    // The agents have no influence on the windows.
    let longer = source.replacen("fast = 5, slow = 20", "fast = 5, slow = 400", 1);
    stage.write("longer.toml", &longer.replace("name = \"four\"", "name = \"longer\""));
    stage.result("run longer.toml --out out --quiet");
    assert_eq!(parsed(&stored(&stage, "longer", "run.json"))["windows"], run["windows"]);
}

#[test]
fn a_duel_plays_no_more_windows_than_it_needs() {
    let stage = played("");
    // Two identical columns: every window is a draw, so a difference of 400 Elo is soon ruled out.
    let twins = parsed(&stage.result("duel trend twin --run four --out out --elo1 400 --json"));
    assert_eq!((&twins["decision"], &twins["wins"]), (&Value::from("a_is_not_stronger"), &Value::from(0)));
    let played = twins["games"].as_array().unwrap().len();
    assert!(played < 21, "{played}");
    assert_eq!(twins["order"].as_array().unwrap().len(), 21);

    // Replayed windows give the scores of the complete run, in the same order, with the same decision.
    let from_store = parsed(&stage.result("duel trend hold --run four --out out --json"));
    let replayed = parsed(&stage.result("duel trend hold --scenario four.toml --out out --json"));
    for key in ["duel_id", "order", "games", "decision", "llr", "elo"] {
        assert_eq!(from_store[key], replayed[key], "{key}");
    }
    let games = replayed["games"].as_array().unwrap();
    assert_eq!(replayed["replays"], 2 * games.len());
    assert_eq!(from_store["replays"], 0);
    let order: Vec<&Value> = replayed["order"].as_array().unwrap().iter().take(games.len()).collect();
    assert_eq!(games.iter().map(|game| &game["window"]).collect::<Vec<_>>(), order);
    // The record is at the registered path.
    let path = format!("out/duels/{}.json", replayed["duel_id"].as_str().unwrap());
    assert_eq!(parsed(&fs::read_to_string(stage.path(&path)).unwrap()), replayed);
    // In reverse order the windows are the same and the result is the opposite.
    let reversed = parsed(&stage.result("duel hold trend --run four --out out --json"));
    assert_eq!(reversed["order"], replayed["order"]);
    assert_eq!(reversed["games"][0]["score_a"], replayed["games"][0]["score_b"]);
}

/// Twelve agents over 36 random windows of two weeks of recorded hours. Three are the same agent under three
/// names: they share every number, and no test separates them.
#[test]
fn three_copies_of_one_agent_tie_exactly() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let shared = std::env::var_os("TILTYARD_SHARED").map_or_else(beside, PathBuf::from);
    let folder = shared.join("data/binance");
    if !folder.exists() {
        eprintln!("skipped: there are no recorded bars in {}", folder.display());
        return;
    }
    let stage = Stage::new();
    let source = include_str!("../tournament/twelve.toml");
    stage.write("twelve.toml", &source.replace("BINANCE", &folder.display().to_string()));
    for threads in [1, 2] {
        stage.result(&format!("run twelve.toml --out out{threads} --quiet --threads {threads}"));
    }
    assert!(files(&stage.path("out1")) == files(&stage.path("out2")), "the number of threads shows");
    fs::rename(stage.path("out1"), stage.path("out")).unwrap();
    let tournament = parsed(&stored(&stage, "twelve", "tournament.json"));
    assert_eq!(tournament["work"]["text"], "432 replays for 66 pairings over 36 windows");
    let standings = parsed(&stored(&stage, "twelve", "standings.json"));
    let row = |name: &str| {
        let rows = standings["standings"].as_array().unwrap();
        let mut row = rows.iter().find(|row| row["agent"] == name).unwrap().clone();
        row["agent"] = Value::Null;
        row
    };
    assert_eq!(row("trend"), row("trend-copy"));
    assert_eq!(row("trend"), row("trend-third"));
    let copies = ["trend", "trend-copy", "trend-third"];
    let mut pairs = 0;
    for pair in standings["pairs"].as_array().unwrap() {
        let both = ["a", "b"].iter().all(|side| copies.contains(&pair[*side].as_str().unwrap()));
        if both {
            pairs += 1;
            assert_eq!((pair["p_value"].as_f64(), pair["win_rate"].as_f64()), (Some(1.0), Some(0.5)));
            assert_eq!(
                (pair["difference"].as_f64(), pair["beats_probability"].as_f64()),
                (Some(0.0), Some(0.5))
            );
        }
    }
    assert_eq!(pairs, 3);
    assert!(
        !copies.contains(&standings["verdict"]["leader"].as_str().unwrap())
            || standings["verdict"]["outcome"] != "called"
    );
}

/// A duel obeys `min_trades`, and one that cannot be played says why.
#[test]
fn duels_without_enough_trades_or_scores_decide_nothing() {
    let stage = Stage::new();
    let duel = |name: &str, changes: &[(&str, &str)], source: &str| {
        let mut text = FOUR.to_owned();
        for (from, to) in changes {
            assert!(text.contains(from), "{from}");
            text = text.replace(from, to);
        }
        stage.write(&format!("{name}.toml"), &text);
        if source == "--run four" {
            stage.result(&format!("run {name}.toml --out {name} --quiet"));
        }
        let source = source.replace("FILE", &format!("{name}.toml"));
        parsed(&stage.result(&format!("duel idle trend {source} --out {name} --json --quiet")))
    };
    let few = [("ranking_metric = \"roi_pct\"", "ranking_metric = \"roi_pct\"\nmin_trades = 3")];
    for source in ["--scenario FILE", "--run four"] {
        let found = duel("few", &few, source);
        assert_eq!(found["decision"], "too_few_trades", "{found}");
        assert!(
            found["sentence"]
                .as_str()
                .unwrap()
                .starts_with("no decision: idle closed 0 of at least 3 trades")
        );
        assert_eq!(found["games"].as_array().unwrap().len(), 21, "all windows are looked at");
    }
    let none = [("ranking_metric = \"roi_pct\"", "ranking_metric = \"win_rate\"")];
    let found = duel("none", &none, "--scenario FILE");
    assert_eq!(found["decision"], "not_played");
    assert_eq!(found["sentence"], "no decision: idle does not have a win_rate in any of the 21 windows");
}

/// Of equals the leader of the verdict is the first of the leaderboard: the tie-break decides, not the scenario's order.
#[test]
fn the_leader_of_equals_is_the_first_of_the_leaderboard() {
    let stage = Stage::new();
    let text =
        FOUR.replace("name = \"trend\"", "name = \"zeta\"").replace("name = \"hold\"", "name = \"z-hold\"");
    stage.write("four.toml", &format!("{text}\n[tournament]\n"));
    stage.result("run four.toml --out out --quiet");
    let board = parsed(&stored(&stage, "four", "leaderboard.json"));
    let found = parsed(&stored(&stage, "four", "standings.json"));
    let firsts: Vec<&Value> = board["rankings"].as_array().unwrap().iter().map(|row| &row["agent"]).collect();
    let order: Vec<&Value> = found["standings"].as_array().unwrap().iter().map(|row| &row["agent"]).collect();
    assert_eq!(order, firsts);
    assert_eq!(&found["verdict"]["leader"], firsts[0]);
}

/// The score in standings is the leaderboard's: the same head, the same digits.
#[test]
fn standings_and_leaderboard_show_a_score_alike() {
    let stage = played("resamples = 100");
    let board = parsed(&stored(&stage, "four", "leaderboard.json"));
    let roi = board["rankings"][0]["roi_pct"].as_f64().unwrap();
    let text = stage.result("standings four --out out");
    let head = text.lines().find(|line| line.trim_start().starts_with("#  agent")).unwrap();
    assert!(head.contains(" record ROI % ") && !head.contains("roi_pct"), "{text}");
    assert!(text.contains(&format!(" {roi:+.2} ")), "{roi} {text}");
}
