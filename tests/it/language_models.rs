//! Agents with a language model behind them: usage, budgets, training cutoffs.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tiltyard::internals::store::StoredRun;
use tiltyard::prelude::*;
use tiltyard::run::Programs;

use crate::support::programs::{Arena, forfeit, has, programs};

/// Trades, and reports ten tokens and a cent a decision; counts its questions in a file where it may.
fn spender(asked: &Path) -> String {
    format!(
        r#"
def decide(message):
    try:
        with open({asked:?}, "a") as file: file.write("x")
    except OSError: pass
    number = message["decision"]
    orders = [{{"symbol": "ALPHA", "side": "buy", "equity_pct": 10}}] if number == 2 else []
    return {{"orders": orders, "usage": {{"model": "m-%d" % (number % 2), "input_tokens": 7, "output_tokens": 3,
            "reasoning_tokens": 1, "cost": "0.01000001"}}}}

run(decide, decide={{"every": "12h"}})
"#,
        asked = asked.display().to_string()
    )
}

const KEYS: &str = "isolation = \"none\", decision_ms = 20000";

fn stored(arena: &Arena, out: &Path, change: impl FnOnce(Programs) -> Programs) -> StoredRun {
    let programs = change(Programs { out: Some(out.to_owned()), ..programs() });
    let builder = Tournament::builder().scenario(arena.write()).out(out).programs(programs);
    builder.run().unwrap().stored.unwrap()
}

fn board(run: &StoredRun) -> Value {
    serde_json::from_str(&fs::read_to_string(run.folder.join("leaderboard.json")).unwrap()).unwrap()
}

fn row<'a>(board: &'a Value, agent: &str) -> &'a Value {
    board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == agent).unwrap()
}

fn asked(file: &Path) -> usize {
    fs::read(file).map_or(0, |bytes| bytes.len())
}

#[test]
fn usage_is_summed_exactly_and_shown_where_any_agent_reports_it() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let arena = Arena::new()
        .lasting("2023-05-21")
        .agent("hold", "kind = \"buy_and_hold\"")
        .python("silent", KEYS, "run(lambda message: {}, decide={\"every\": \"1d\"})")
        .python("spends", &format!("{KEYS}, currency = \"EUR\""), &spender(&out.path().join("asked")));
    let run = stored(&arena, out.path(), |programs| programs);
    let board = board(&run);
    let usage = &row(&board, "spends")["usage"];
    // Two windows of ten days, two decisions a day.
    assert_eq!(usage["decisions"], 40);
    assert_eq!(
        (&usage["input_tokens"], &usage["output_tokens"], &usage["reasoning_tokens"]),
        (&280.into(), &120.into(), &40.into())
    );
    assert_eq!(
        (&usage["tokens"], &usage["cost"], &usage["currency"]),
        (&400.into(), &"0.40000040".into(), &"EUR".into())
    );
    assert_eq!(usage["models"], serde_json::json!(["m-0", "m-1"]));
    let roi = row(&board, "spends")["roi_pct"].as_f64().unwrap();
    assert!((usage["return_per_cost"].as_f64().unwrap() - roi / 0.400_000_4).abs() < 1e-9);
    assert_eq!(row(&board, "spends")["windows"][1]["usage"]["cost"], "0.20000020");
    let silent = &row(&board, "silent")["usage"];
    assert_eq!(
        (&silent["decisions"], &silent["tokens"], &silent["cost"]),
        (&20.into(), &0.into(), &Value::Null)
    );
    assert_eq!(row(&board, "hold")["usage"], Value::Null);
    let csv = fs::read_to_string(run.folder.join("leaderboard.csv")).unwrap();
    assert!(
        csv.lines().next().unwrap().ends_with(
            "decisions,input_tokens,output_tokens,reasoning_tokens,tokens,cost,currency,return_per_cost"
        ),
        "{csv}"
    );
    assert!(csv.lines().any(|line| line.contains(",40,280,120,40,400,0.40000040,EUR,")), "{csv}");
    assert!(csv.lines().any(|line| line.contains("hold") && line.ends_with(",,,,,,,")), "{csv}");
    for page in ["report.md", "report.html"] {
        let text = fs::read_to_string(run.folder.join(page)).unwrap();
        for part in ["decisions", "tokens", "0.4000004 EUR", "ROI % per cost"] {
            assert!(text.contains(part), "{page} lacks {part}");
        }
    }
    // Without anybody's report there are no columns.
    let quiet = Arena::new().python("silent", KEYS, "run(lambda message: {})");
    let run = stored(&quiet, out.path(), |programs| programs);
    for file in ["leaderboard.json", "leaderboard.csv", "report.md"] {
        let text = fs::read_to_string(run.folder.join(file)).unwrap();
        assert!(!text.contains("tokens") && !text.contains("usage"), "{file}");
    }
}

#[test]
fn a_budget_ends_the_window_keeps_the_loss_and_asks_nothing_again() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("asked");
    let arena = |budget: &str| {
        Arena::new().lasting("2023-05-21").agent("hold", "kind = \"buy_and_hold\"").python(
            "spends",
            &format!("{KEYS}, budget = {{ {budget} }}"),
            &spender(&file),
        )
    };
    let tokens = arena("tokens = 50");
    let run = stored(&tokens, out.path(), |programs| programs);
    assert_eq!(asked(&file), 12, "six decisions in each of two windows");
    let job = |run: &StoredRun, window: usize| {
        let agent = run.agents.iter().find(|agent| agent.agent == "spends").unwrap();
        let job = &agent.windows[window];
        (job.status.clone(), job.status_detail.clone().unwrap_or_default())
    };
    let (status, detail) = job(&run, 1);
    assert_eq!(status, "forfeit");
    assert!(
        detail.starts_with("over budget: at decision 6 it had used 60 tokens, and its budget is 50 at "),
        "{detail}"
    );
    // It bought at its second decision: what that came to stays its own.
    let pnl = row(&board(&run), "spends")["total_pnl"].as_str().unwrap().to_owned();
    assert!(pnl.parse::<f64>().unwrap() != 0.0, "{pnl}");
    assert_eq!(row(&board(&run), "spends")["usage"]["tokens"], 120);
    // Again: all is known, the fault too. And from the recording.
    let again = stored(&tokens, out.path(), |programs| programs);
    assert_eq!((asked(&file), again.run.run_id.clone()), (12, run.run.run_id.clone()));
    let elsewhere = tempfile::tempdir().unwrap();
    let named = run.folder.display().to_string();
    let replayed = stored(&tokens, elsewhere.path(), |p| Programs { replay: Some(named.clone()), ..p });
    assert_eq!((asked(&file), &replayed.run.run_id), (12, &run.run.run_id));
    assert_eq!(job(&replayed, 1), job(&run, 1));
    // As much as the budget is within it.
    let cost = stored(&arena("cost = \"0.20000020\""), out.path(), |programs| programs);
    assert_eq!((job(&cost, 0).0.as_str(), job(&cost, 1).0.as_str()), ("completed", "completed"));
    let less = stored(&arena("tokens = 1000, cost = \"0.20000019\""), out.path(), |programs| programs);
    let (status, detail) = job(&less, 0);
    assert_eq!(status, "forfeit");
    assert!(
        detail.contains("at decision 20 it had used 0.2000002 USD, and its budget is 0.20000019 USD"),
        "{detail}"
    );
}

#[test]
fn usage_that_is_none_is_a_fault() {
    if !has("python3") {
        return;
    }
    let arena = Arena::new().python("debtor", "", "run(lambda message: {\"usage\": {\"cost\": \"-1\"}})");
    let reason = forfeit(&arena.run(), "debtor", 0).unwrap();
    assert!(reason.starts_with("the `cost` of its `usage` is -1.00000000, below zero"), "{reason}");
}

/// Reads what it is told in `hello`.
const TOLD: &str = r#"
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        assert message["budgets"]["tokens"] == 70 and message["budgets"]["cost"] == "5.00000000", message
        assert message["budgets"]["currency"] == "USD", message
        say({"type": "ready", "protocol": 1})
    elif message["type"] == "decide":
        say({"type": "act", "decision": message["decision"]})
"#;

#[test]
fn hello_tells_the_budget() {
    if !has("python3") {
        return;
    }
    let arena = Arena::new().python("told", "budget = { tokens = 70, cost = \"5.00\" }", TOLD);
    assert_eq!(forfeit(&arena.run(), "told", 0), None);
}

#[test]
fn windows_before_a_training_cutoff_are_marked_and_stand_beside_the_others() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let buys = "run(lambda message: {\"weights\": {\"ALPHA\": \"0.5\"}}, decide={\"every\": \"1d\"})";
    let model = |name: &str, cutoff: &str| {
        format!("{KEYS}, model = {{ name = \"{name}\", training_cutoff = {cutoff} }}")
    };
    let arena = Arena::new()
        .agent("hold", "kind = \"cash\"")
        .python("reader", &model("m-1", "2023-05-02T00:00:00Z"), buys)
        .python("older", &model("m-0", "2020-01-01"), "run(lambda message: {}, decide={\"every\": \"1d\"})");
    let text = arena.text().replace("[battle]", "[tournament]\nresamples = 100\n\n[battle]");
    let file = arena.folder.path().join("cutoffs.toml");
    fs::write(&file, text).unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        let output = command
            .env("COLUMNS", "200")
            .args(["run", "--out"])
            .arg(out.path())
            .arg(&file)
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let board: Value = serde_json::from_str(&run(&["--json"])).unwrap();
    let reader = row(&board, "reader");
    assert_eq!(reader["model"]["windows_before_cutoff"], 1);
    assert_eq!(
        (&reader["windows"][0]["before_cutoff"], &reader["windows"][1]["before_cutoff"]),
        (&true.into(), &Value::Null)
    );
    assert_eq!(row(&board, "older")["model"]["windows_before_cutoff"], 0);
    let cutoffs = board["cutoffs"].as_array().unwrap();
    assert_eq!(cutoffs.len(), 2, "one for each cutoff");
    let split = &cutoffs[1];
    assert_eq!(
        (&split["windows_before"], &split["windows_after"], &split["agents"][0]),
        (&1.into(), &1.into(), &"reader".into())
    );
    let split_row = split["rows"].as_array().unwrap().iter().find(|row| row["agent"] == "reader").unwrap();
    // Each side is a window here.
    assert_eq!(split_row["before"]["score"], reader["windows"][0]["score"]);
    assert_eq!(split_row["after"]["score"], reader["windows"][1]["score"]);
    assert!(split_row["before"]["rank"].as_u64().is_some());
    assert_eq!(cutoffs[0]["rows"][0]["before"]["score"], Value::Null, "no window is before 2020");
    let text = run(&[]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains(
            "reader: 1 window of 2 before the training cutoff 2023-05-02 of m-1: 0; it possibly remembers"
        ),
        "{text}"
    );
    assert!(text.contains("before and after 2023-05-02, the training cutoff of reader"), "{text}");
    let folder = fs::read_dir(out.path().join("programs")).unwrap().next().unwrap().unwrap().path();
    let verdict: Value =
        serde_json::from_str(&fs::read_to_string(folder.join("standings.json")).unwrap()).unwrap();
    let sentence = verdict["verdict"]["sentence"].as_str().unwrap();
    let leads = verdict["verdict"]["leader"] == "reader";
    let wanted = "possibly remembered: of reader, 1 of 2 windows begin before the training cutoff of its model (2023-05-02)";
    assert_eq!(sentence.contains(wanted), leads, "{sentence}");
    assert!(
        fs::read_to_string(folder.join("report.md"))
            .unwrap()
            .contains("### Standings before and after 2023-05-02")
    );
    // Standings that are made again of the stored run say the same.
    let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
    let output = command.args(["standings"]).arg(&folder).args(["--json"]).output().unwrap();
    let again = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        again.contains("possibly remembered"),
        leads,
        "{again}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Remarks the titles that it is told, and fails where one comes before it is known or twice.
const READER: &str = r#"
seen = []
def decide(message):
    told = message.get("context", [])
    for text in told:
        assert text["time"] <= message["time"], text
        assert text["title"] not in seen, text
        seen.append(text["title"])
    return {"note": ",".join("%s:%s" % (text.get("symbol", "-"), text["title"]) for text in told)}

run(decide)
"#;

const NEWS: &str = "\
ts,symbol,title,body
2023-04-30T23:00:00Z,ALPHA,before,too old
2023-05-01T00:00:00Z,,start,of the window
2023-05-01T06:00:00Z,ALPHA,six,\"It rose,
sharply\"
2023-05-01T06:00:01Z,BRAVO,later,one second
2023-05-01T09:30:00Z,ZULU,foreign,no symbol of the scenario
";

#[test]
fn texts_are_told_once_they_are_known_and_never_earlier() {
    if !has("python3") {
        return;
    }
    let keys = "isolation = \"none\", decision_ms = 20000";
    let arena = Arena::new().agent("hold", "kind = \"cash\"").python("reads", keys, READER);
    let news = arena.folder.path().join("news.csv");
    fs::write(&news, NEWS).unwrap();
    let file = arena.folder.path().join("scenario.toml");
    let write = |text: String| {
        fs::write(&file, text.replace("[battle]", "[[context]]\npath = \"news.csv\"\n\n[battle]"))
    };
    write(arena.text()).unwrap();
    let out = arena.folder.path().join("out");
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        command.args(["run", "--csv", "--out"]).arg(&out).arg(&file).args(args);
        let output = command.output().unwrap();
        // As one line: messages are broken where the page ends.
        let errors = String::from_utf8_lossy(&output.stderr).replace('|', " ");
        (output.status.success(), errors.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (right, errors) = run(&["--quiet"]);
    assert!(right, "{errors}");
    let (_, errors) = run(&[]);
    assert!(errors.contains("1 rows are of ZULU, which the scenario does not have"), "{errors}");
    let runs =
        || fs::read_dir(out.join("programs")).unwrap().map(|run| run.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(runs().len(), 1, "the same texts are the same run");
    let decisions = fs::read_to_string(runs()[0].join("decisions.csv")).unwrap();
    let noted = |decision: u32, note: &str| {
        let head = format!("reads,0,{decision},line,");
        decisions.lines().any(|line| line.starts_with(&head) && line.ends_with(&format!(",{note}")))
    };
    assert!(noted(1, "-:start") && noted(6, "ALPHA:six") && noted(7, "BRAVO:later"), "{decisions}");
    let status = fs::read_to_string(runs()[0].join("agents/reads/metrics.json")).unwrap();
    assert!(!status.contains("forfeit"), "{status}");
    // Other texts are another run.
    fs::write(&news, NEWS.replace("sharply", "slowly")).unwrap();
    assert!(run(&["--quiet"]).0);
    assert_eq!(runs().len(), 2);
    // A mask and texts exclude each other, unless that is meant.
    let masked =
        arena.text().replace("decision_ms = 20000", "decision_ms = 20000, mask = { symbols = true }");
    write(masked.clone()).unwrap();
    let (right, errors) = run(&["--quiet"]);
    assert!(
        !right
            && errors.contains("it has a `mask`, and the texts of `[[context]]` would show what that hides"),
        "{errors}"
    );
    write(masked.replace("{ symbols = true }", "{ symbols = true, dates = true, context = true }")).unwrap();
    let (right, errors) = run(&["--quiet"]);
    assert!(right, "{errors}");
    let third = runs().into_iter().map(|run| fs::read_to_string(run.join("decisions.csv")).unwrap());
    assert!(third.into_iter().any(|text| text.contains(",A:six") || text.contains(",B:six")));
    // A file that is none is underlined.
    fs::write(&news, "ts,mood\n2023-05-01,up\n").unwrap();
    let (right, errors) = run(&["--quiet"]);
    assert!(
        !right && errors.contains("has an unknown column `mood`") && errors.contains("news.csv"),
        "{errors}"
    );
}
