//! Registered agents on the command line: life cycle, keys, wallets, battles and rematches.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::stage::Stage;
use serde_json::Value;

const TREND: &str = "{ kind = \"sma_cross\", fast = 20, slow = 100 }";
const DIPS: &str = "{ kind = \"rsi_reversion\" }";

/// A scenario over these days with these agents.
fn scenario(name: &str, start: &str, end: &str, agents: &str) -> String {
    format!(
        "[scenario]\nname = \"{name}\"\n\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\", \"BRAVO\"]\n\
         interval = \"1h\"\nstart = {start}\nend = {end}\nquote = \"USD\"\n\n{agents}"
    )
}

fn command(stage: &Stage, words: &[&str]) -> Command {
    let mut command = stage.command("");
    command.args(words);
    command
}

/// Stdout of a command that must succeed.
fn done(stage: &Stage, words: &[&str]) -> String {
    let output = command(stage, words).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "tiltyard {}\n{err}", words.join(" "));
    out
}

/// Stderr of a command that must be refused with exit code 2.
fn refused(stage: &Stage, words: &[&str]) -> String {
    let output = command(stage, words).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "tiltyard {}", words.join(" "));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("help: ") || text.contains("--help"), "{text}");
    text
}

fn json(stage: &Stage, words: &[&str]) -> Value {
    let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
    serde_json::from_str(&done(stage, &words)).unwrap()
}

/// Registers an agent and returns its key.
fn create(stage: &Stage, name: &str, strategy: &str) -> String {
    let new = json(stage, &["agent", "create", name, "--strategy", strategy, "--out", "store"]);
    new["api_key"].as_str().unwrap().to_owned()
}

fn whoami(stage: &Stage, key: &str) -> Option<String> {
    let mut child = command(stage, &["agent", "whoami", "--key-stdin", "--out", "store", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(key.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let answer: Option<Value> = serde_json::from_slice(&output.stdout).ok();
    answer.map(|answer| answer["name"].as_str().unwrap().to_owned())
}

const DUEL: &str = "[[agents]]\nregistered = \"momentum-v1\"\n\n[[agents]]\nregistered = \"dips-v1\"\n";

/// Two agents are created and battle; the winner is copied and the copy changed; rematch, reset, archive,
/// overview and skill page follow.
#[test]
fn an_agents_life_cycle_from_creation_to_archive() {
    let stage = Stage::new();
    create(&stage, "momentum-v1", TREND);
    create(&stage, "dips-v1", DIPS);
    stage.write("duel.toml", &scenario("duel", "2023-03-01", "2023-04-01", DUEL));
    let table = done(&stage, &["run", "duel.toml", "--out", "store"]);
    assert!(table.contains("momentum-v1: registered, version 1"), "{table}");
    let board = json(&stage, &["show", "duel", "--out", "store"]);
    let winner = board["rankings"][0]["agent"].as_str().unwrap().to_owned();
    let parent = board["run_id"].as_str().unwrap().to_owned();

    let copy = json(&stage, &["agent", "clone", &winner, "--name", "rival", "--out", "store"]);
    assert_eq!(copy["version"], 1);
    let faster = "{ kind = \"sma_cross\", fast = 10, slow = 50 }";
    let updated = json(&stage, &["agent", "update", "rival", "--strategy", faster, "--out", "store"]);
    assert_eq!(updated["version"], 2);

    let agents = format!("{winner},rival");
    let set = "battle.ranking_metric=sharpe_ratio";
    let table =
        done(&stage, &["battle", "rematch", &parent, "--agents", &agents, "--set", set, "--out", "store"]);
    assert!(table.contains(&format!("a rematch of run {parent}")), "{table}");
    assert!(table.contains("rival: registered, version 2"), "{table}");
    let rematch = json(&stage, &["show", "duel", "--out", "store"]);
    assert_ne!(rematch["run_id"], board["run_id"]);
    assert_eq!(rematch["ranking_metric"], "sharpe_ratio");
    let folder = format!("store/duel/{}", rematch["run_id"].as_str().unwrap());
    let record: Value =
        serde_json::from_slice(&fs::read(stage.path(&format!("{folder}/run.json"))).unwrap()).unwrap();
    assert_eq!(record["rematch_of"].as_str(), Some(parent.as_str()));
    assert_eq!(record["agents"][1]["registered"]["version"], 2);
    // The stored scenario is complete: running it gives the same run.
    let again = done(&stage, &["run", &format!("{folder}/scenario.toml"), "--out", "store", "--json"]);
    assert_eq!(again, fs::read_to_string(stage.path(&format!("{folder}/leaderboard.json"))).unwrap());

    // The history states the version used; the winner has two runs, the copy one.
    let history = json(&stage, &["agent", "history", "rival", "--out", "store"]);
    assert_eq!(history["runs"].as_array().unwrap().len(), 1);
    assert_eq!(history["runs"][0]["version"], 2);
    assert!(!history["fills"].as_array().unwrap().is_empty());
    let overview = json(&stage, &["agent", "overview", "--out", "store"]);
    let of = |name: &str| -> Value {
        let all = overview.as_array().unwrap();
        all.iter().find(|one| one["agent"]["name"] == name).unwrap().clone()
    };
    assert_eq!(of(&winner)["tally"]["runs"], 2);
    assert_eq!(of("rival")["tally"]["runs"], 1);
    assert_eq!(of("rival")["equity"], "10000.00000000", "a fresh wallet's run does not move the wallet");

    let reset = json(&stage, &["agent", "reset", &winner, "--starting-balance", "500", "--out", "store"]);
    assert_eq!(
        (reset["epoch"].as_u64(), reset["starting_balance"].as_str()),
        (Some(2), Some("500.00000000"))
    );
    let metrics = json(&stage, &["agent", "metrics", &winner, "--out", "store"]);
    assert_eq!(metrics["tally"]["runs"], 0, "left out of the current metrics");
    let before = json(&stage, &["agent", "metrics", &winner, "--epoch", "1", "--out", "store"]);
    assert_eq!(before["tally"]["runs"], 2, "kept all the same");

    done(&stage, &["agent", "archive", "dips-v1", "--out", "store"]);
    let listed = done(&stage, &["agent", "list", "--out", "store"]);
    assert!(!listed.contains("dips-v1") && listed.contains("rival"), "{listed}");
    assert!(done(&stage, &["agent", "list", "--archived", "--out", "store"]).contains("archived"));
    refused(&stage, &["run", "duel.toml", "--out", "store"]);
    let compared =
        done(&stage, &["agent", "compare", &format!("{winner}@1"), "rival", "--all", "--out", "store"]);
    assert!(compared.contains("Sharpe") && compared.contains("rival"), "{compared}");
    let page = done(&stage, &["agent", "skill", "rival", "--out", "store"]);
    for part in [
        "## You",
        "| name | rival |",
        "## Orders",
        "ORDER_TOO_LARGE",
        "`sma_cross`",
        "tiltyard battle rematch",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(done(&stage, &["store", "check", "--out", "store"]).contains("ok; 2 runs, 3 agents"));
}

/// A key is printed by the command that creates it, and never stored.
#[test]
fn no_file_contains_a_key() {
    let stage = Stage::new();
    let old = create(&stage, "momentum-v1", TREND);
    let other = create(&stage, "dips-v1", DIPS);
    let new = json(&stage, &["agent", "regenerate-key", "momentum-v1", "--out", "store"]);
    let new = new["api_key"].as_str().unwrap().to_owned();
    assert_eq!(whoami(&stage, &format!("{new}\n")).as_deref(), Some("momentum-v1"));
    assert_eq!(whoami(&stage, &other).as_deref(), Some("dips-v1"));
    assert_eq!(whoami(&stage, &old), None, "the old key died at once");
    stage.write("duel.toml", &scenario("duel", "2023-03-01", "2023-03-10", DUEL));
    done(&stage, &["run", "duel.toml", "--out", "store"]);
    for words in [
        vec!["agent", "list", "--json"],
        vec!["agent", "show", "momentum-v1"],
        vec!["agent", "export"],
        vec!["agent", "skill", "momentum-v1"],
        vec!["agent", "history", "momentum-v1", "--json"],
    ] {
        let words: Vec<&str> = words.into_iter().chain(["--out", "store"]).collect();
        let said = done(&stage, &words);
        assert!([&old, &other, &new].iter().all(|key| !said.contains(key.as_str())), "{words:?}");
    }
    let mut files = 0;
    search(&stage.path("."), &[&old, &other, &new], &mut files);
    assert!(files > 10, "{files}");
}

fn search(folder: &Path, keys: &[&String], files: &mut usize) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, keys, files);
            continue;
        }
        *files += 1;
        let bytes = fs::read(&path).unwrap();
        for key in keys {
            // Neither the key nor its secret part.
            let secret = &key.as_bytes()[12..];
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{}", path.display());
        }
    }
}

/// Concurrent processes that register agents and record runs lose nothing.
#[test]
fn processes_that_write_at_once_lose_nothing() {
    let stage = Stage::new();
    create(&stage, "momentum-v1", TREND);
    create(&stage, "dips-v1", DIPS);
    for number in 0..4 {
        let name = format!("duel-{number}");
        let end = format!("2023-03-{:02}", 10 + number);
        stage.write(&format!("{name}.toml"), &scenario(&name, "2023-03-01", &end, DUEL));
    }
    let mut children = Vec::new();
    for number in 0..4 {
        let (name, file) = (format!("agent-{number}"), format!("duel-{number}.toml"));
        for words in [
            vec!["agent", "create", &name, "--strategy", TREND, "--out", "store"],
            vec!["run", &file, "--out", "store", "--quiet"],
        ] {
            let mut command = command(&stage, &words);
            children.push(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
        }
    }
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(json(&stage, &["agent", "list", "--out", "store"]).as_array().unwrap().len(), 6);
    assert_eq!(json(&stage, &["runs", "--out", "store"]).as_array().unwrap().len(), 4);
    for agent in ["momentum-v1", "dips-v1"] {
        let history = json(&stage, &["agent", "history", agent, "--out", "store"]);
        assert_eq!(history["runs"].as_array().unwrap().len(), 4, "{agent}");
    }
    assert!(done(&stage, &["store", "check", "--out", "store"]).contains("ok; 4 runs, 6 agents"));
}

/// An agent that continues with its wallet for a second month ends like one that ran both months at once.
#[test]
fn a_continued_wallet_equals_one_long_run() {
    let stage = Stage::new();
    create(&stage, "long", TREND);
    create(&stage, "short", TREND);
    let going_on = |name: &str| format!("[[agents]]\nregistered = \"{name}\"\nwallet = \"existing\"\n");
    for (file, start, end, agent) in [
        ("both", "2023-03-01", "2023-05-01", "long"),
        ("march", "2023-03-01", "2023-04-01", "short"),
        ("april", "2023-04-01", "2023-05-01", "short"),
    ] {
        stage.write(&format!("{file}.toml"), &scenario(file, start, end, &going_on(agent)));
    }
    for file in ["both.toml", "march.toml"] {
        done(&stage, &["run", file, "--out", "store", "--quiet"]);
    }
    let march = json(&stage, &["agent", "show", "short", "--out", "store"]);
    assert!(
        !march["agent"]["wallet"]["positions"].as_array().unwrap().is_empty(),
        "positions cross the month"
    );
    let table = done(&stage, &["run", "april.toml", "--out", "store"]);
    assert!(table.contains("uses its existing wallet of 2023-04-01T00:00:00Z"), "{table}");
    let wallet = |name: &str| json(&stage, &["agent", "show", name, "--out", "store"]);
    let (long, short) = (wallet("long"), wallet("short"));
    assert_eq!(long["equity"], short["equity"]);
    assert_eq!(long["agent"]["wallet"], short["agent"]["wallet"]);
    let fills = |name: &str| -> Vec<(Value, Value, Value)> {
        let history = json(&stage, &["agent", "history", name, "--out", "store"]);
        let rows = history["fills"].as_array().unwrap().clone();
        rows.iter()
            .map(|fill| &fill["row"])
            .map(|row| (row["at"].clone(), row["quantity"].clone(), row["fee"].clone()))
            .collect()
    };
    assert_eq!(fills("long"), fills("short"));
    // A run that starts before the last one ended, and one without a symbol that is held.
    let text = refused(&stage, &["run", "march.toml", "--out", "store"]);
    assert!(text.contains("before the last run of `short`'s wallet ended"), "{text}");
    let strange = scenario("may", "2023-05-01", "2023-06-01", &going_on("short"));
    stage.write("may.toml", &strange.replace("\"ALPHA\", \"BRAVO\"", "\"CHARLIE\""));
    let held = short["agent"]["wallet"]["positions"].as_array().unwrap().len();
    if held > 0 {
        let text = refused(&stage, &["run", "may.toml", "--out", "store"]);
        assert!(text.contains("which this scenario does not include"), "{text}");
    }
    assert!(done(&stage, &["store", "check", "--out", "store"]).contains("ok; 3 runs"));
}

/// The stored end of a battle is what was ranked; cash, positions and equity agree at every time.
#[test]
fn a_battle_can_be_inspected_at_any_time() {
    let stage = Stage::new();
    for metric in [
        "roi_pct",
        "total_pnl",
        "sharpe_ratio",
        "sortino_ratio",
        "calmar_ratio",
        "max_drawdown_pct",
        "win_rate",
        "profit_factor",
    ] {
        let agents = format!(
            "[[agents]]\nname = \"trend\"\nstrategy = {TREND}\n\n[[agents]]\nname = \"dips\"\nstrategy = {DIPS}\n\n\
             [[agents]]\nname = \"idle\"\nstrategy = {{ kind = \"cash\" }}\n\n[battle]\nranking_metric = \"{metric}\"\n"
        );
        stage.write("three.toml", &scenario(metric, "2023-03-01", "2023-05-01", &agents));
        done(&stage, &["run", "three.toml", "--out", "store", "--quiet"]);
        let board = json(&stage, &["show", metric, "--out", "store"]);
        let end = json(&stage, &["battle", "replay", metric, "--at", "2023-05-01", "--out", "store"]);
        for (index, row) in board["rankings"].as_array().unwrap().iter().enumerate() {
            let shown = &end["agents"][index];
            assert_eq!((&shown["rank"], &shown["agent"]), (&row["rank"], &row["agent"]), "{metric}");
            assert_eq!(shown["equity"], row["final_equity"], "{metric}");
            match (shown["score"].as_f64(), row["score"].as_f64()) {
                (Some(one), Some(two)) => assert!((one - two).abs() <= 1e-9 * two.abs().max(1.0), "{metric}"),
                (one, two) => assert_eq!(one, two, "{metric}"),
            }
        }
    }
    let early = json(&stage, &["battle", "replay", "roi_pct", "--at", "2023-03-01", "--out", "store"]);
    for agent in early["agents"].as_array().unwrap() {
        assert_eq!(agent["equity"], "10000.00000000", "before any bar has closed");
        assert!(agent["positions"].as_object().unwrap().is_empty());
    }
    let table = done(&stage, &["battle", "replay", "roi_pct", "--out", "store"]);
    assert_eq!(table.lines().filter(|line| line.starts_with("2023-")).count(), 12, "{table}");
    let text = refused(&stage, &["battle", "replay", "roi_pct", "--at", "2024-01-01", "--out", "store"]);
    assert!(text.contains("no window of run"), "{text}");
}

#[test]
fn agents_are_exported_and_imported_without_keys() {
    let stage = Stage::new();
    stage.write("tight.toml", "[risk.tight]\nmax_order_size_pct = 10\n");
    let words = [
        "agent",
        "create",
        "careful",
        "--strategy",
        TREND,
        "--risk",
        "tight.toml",
        "--tag",
        "a",
        "--tag",
        "b",
    ];
    done(&stage, &[&words[..], &["--color", "#3366cc", "--out", "store"]].concat());
    let from = ["agent", "create", "--from", "scenarios/first_tournament.toml", "--agent", "dip-in-trend"];
    done(&stage, &[&from[..], &["--out", "store"]].concat());
    let text = done(&stage, &["agent", "export", "--out", "store"]);
    assert!(!text.contains("ak_live_"), "{text}");
    stage.write("agents.toml", &text);
    let new = json(&stage, &["agent", "import", "agents.toml", "--out", "other"]);
    assert_eq!(new.as_array().unwrap().len(), 2);
    assert_eq!(done(&stage, &["agent", "export", "--out", "other"]), text);
    refused(&stage, &["agent", "import", "agents.toml", "--out", "other"]);
}

#[test]
fn mistakes_are_reported_with_their_location() {
    let stage = Stage::new();
    let text =
        refused(&stage, &["agent", "create", "x", "--strategy", "{ kind = \"sma_cros\" }", "--out", "store"]);
    assert!(text.contains("[--strategy:1:10]") && text.contains("did you mean `sma_cross`?"), "{text}");
    assert!(!stage.path("store").exists(), "nothing was made");
    create(&stage, "x", TREND);
    refused(&stage, &["agent", "create", "X", "--strategy", TREND, "--out", "store"]);
    refused(&stage, &["agent", "delete", "x", "--out", "store"]);
    refused(&stage, &["agent", "show", "nobody", "--out", "store"]);
    refused(&stage, &["agent", "show", "x", "--out", "nowhere"]);
    refused(&stage, &["agent", "history", "x", "--epoch", "2", "--out", "store"]);
    refused(&stage, &["agent", "compare", "x@7", "--out", "store"]);
    refused(&stage, &["agent", "update", "x", "--out", "store"]);
    refused(
        &stage,
        &["agent", "create", "y", "--strategy", TREND, "--starting-balance", "0", "--out", "store"],
    );
    assert!(!stage.path("nowhere").exists());
    done(&stage, &["agent", "delete", "x", "--yes", "--out", "store"]);
    assert_eq!(done(&stage, &["agent", "list", "--out", "store"]), "no agents yet\n");
}

/// Remains of a dead process, and a run whose folder is missing, are found and cleaned up.
#[test]
fn a_store_is_checked_and_pruned() {
    let stage = Stage::new();
    create(&stage, "momentum-v1", TREND);
    create(&stage, "dips-v1", DIPS);
    for (name, end) in [("one", "2023-03-08"), ("two", "2023-03-09")] {
        stage.write("duel.toml", &scenario(name, "2023-03-01", end, DUEL));
        done(&stage, &["run", "duel.toml", "--out", "store", "--quiet"]);
    }
    let folder = |name: &str| {
        let runs = stage.names(&format!("store/{name}"));
        stage.path(&format!("store/{name}/{}", runs.iter().find(|run| !run.starts_with('.')).unwrap()))
    };
    fs::create_dir(stage.path("store/one/.0123456789ab.1.tmp")).unwrap();
    fs::rename(folder("one"), stage.path("store/two/abcdefabcdef")).unwrap();
    let output = command(&stage, &["store", "check", "--out", "store"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    for part in ["3 problems", "is missing", "not in the index", "unfinished run"] {
        assert!(text.contains(part), "{text}");
    }
    let text = done(&stage, &["store", "prune", "--out", "store"]);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(stage.path("store/two/abcdefabcdef").exists(), "a whole run stays unless it is asked for");
    done(&stage, &["store", "prune", "--unlisted", "--out", "store"]);
    assert!(done(&stage, &["store", "check", "--out", "store"]).contains("ok; 1 run, 2 agents"));
    let history = json(&stage, &["agent", "history", "momentum-v1", "--out", "store"]);
    assert_eq!(history["runs"].as_array().unwrap().len(), 2, "histories are the agents' own");
}

#[test]
fn an_invalid_name_creates_no_store() {
    let stage = Stage::new();
    refused(&stage, &["agent", "create", "a/b", "--strategy", TREND, "--out", "nowhere"]);
    assert!(!stage.path("nowhere").exists());
}

/// Values that do not exist have their reasons in the overview, and runs over the same bars are said to overlap.
#[test]
fn the_overview_says_why_values_are_missing_and_that_runs_overlap() {
    let stage = Stage::new();
    create(&stage, "sleeper", "{ kind = \"cash\" }");
    create(&stage, "momentum-v1", TREND);
    let agents = "[[agents]]\nregistered = \"momentum-v1\"\n\n[[agents]]\nregistered = \"sleeper\"\n";
    for (name, start, end) in [("one", "2023-03-01", "2023-04-01"), ("two", "2023-03-15", "2023-04-15")] {
        stage.write(&format!("{name}.toml"), &scenario(name, start, end, agents));
        done(&stage, &["run", &format!("{name}.toml"), "--out", "store", "--quiet"]);
    }
    let overview = done(&stage, &["agent", "overview", "--out", "store"]);
    assert!(overview.contains("- Sharpe of sleeper: idle: nothing was traded\n"), "{overview}");
    let overlap = "1 window overlaps an earlier one: bars that they share count several times\n";
    assert!(overview.contains(&format!("momentum-v1: {overlap}")), "{overview}");
    for command in ["show", "metrics", "history"] {
        let text = done(&stage, &["agent", command, "momentum-v1", "--out", "store"]);
        assert!(text.contains(overlap), "{command}: {text}");
    }
    assert!(!done(&stage, &["agent", "history", "sleeper", "--out", "store"]).contains("Sharpe"));
}
