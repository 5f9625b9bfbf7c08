//! The same agent as a process and over HTTP: the same bytes, but for the transport.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tiltyard::internals::store::recording;

use super::client::{Server, stored};
use crate::support::programs::has;

/// A day: what a session grants by default.
const PATIENCE: &str = "decision_ms = 86400000, handshake_ms = 86400000";

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/agents").join(name)
}

#[test]
fn an_agent_over_http_has_the_result_of_the_same_agent_as_a_process() {
    if !has("python3") {
        return;
    }
    let server = Server::new();
    let scenario = server.folder.path().join("scenarios/days.toml");
    // Long enough for trades, in both.
    let text = fs::read_to_string(&scenario).unwrap().replace("2023-05-03", "2023-07-01");
    fs::write(&scenario, &text).unwrap();
    let token = server.token(&server.account());
    let (_, key) = server.agent(&token, "dip");
    let mut command = Command::new("python3");
    command.arg(example("dip_http.py")).args([&format!("http://{}", server.address), &key, "days"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let session = String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned();
    let shown = stored(&server, &key, &session);
    let over_http = server.out().join("days").join(shown["run_id"].as_str().unwrap());

    // The same scenario with a program of the registry of another store: the same name, risk and version.
    let folder = server.folder.path().join("process");
    fs::create_dir(&folder).unwrap();
    let tiltyard = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        let output = command.current_dir(&folder).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let program = format!(
        "{{ kind = \"process\", command = [\"python3\", \"{}\"], {PATIENCE} }}",
        example("dip.py").display()
    );
    tiltyard(&["agent", "create", "dip", "--strategy", &program]);
    let text = fs::read_to_string(over_http.join("scenario.toml")).unwrap();
    let start = text.find("strategy = ").unwrap();
    let end = start + text[start..].find('\n').unwrap();
    fs::write(folder.join("days.toml"), format!("{}{}", &text[..start], &text[end..])).unwrap();
    tiltyard(&["run", "days.toml", "--quiet"]);
    let runs: Vec<PathBuf> = fs::read_dir(folder.join("reports/days"))
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()).filter(|path| path.join("run.json").is_file()))
        .collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    same(&over_http, &runs[0]);
}

/// Compares two run folders, file by file.
fn same(over_http: &Path, process: &Path) {
    let (one, other) = (files(over_http), files(process));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let mut equal = Vec::new();
    for (name, bytes) in &one {
        if *bytes == other[name] {
            equal.push(name.as_str());
        }
    }
    for name in [
        "agents/dip/equity.parquet",
        "agents/dip/fills.parquet",
        "agents/dip/metrics.json",
        "agents/dip/orders.parquet",
        "agents/dip/trades.parquet",
        "battles.json",
        "leaderboard.csv",
        "prices.parquet",
    ] {
        assert!(equal.contains(&name), "{name} differs; equal are {equal:?}");
    }
    let trades = tiltyard::internals::store::StoredRun::load(over_http).unwrap().leaderboard;
    assert!(
        serde_json::to_value(&trades).unwrap()["rankings"][0]["trades"].as_u64() > Some(0),
        "nothing was traded"
    );
    // Answers: the same questions, the same replies; only the time that they took is another.
    let answers = |folder: &Path| {
        let recording = recording(folder).unwrap();
        let (_, window) = recording.0.into_iter().next().unwrap();
        let rows: Vec<_> =
            window.iter().map(|(row, reply)| (row.observation, row.kind, reply.to_vec())).collect();
        rows
    };
    assert!(answers(over_http).len() > 1_000);
    assert_eq!(answers(over_http), answers(process));
    // Documents that name the run, the recording or the command: the same but for these.
    for name in ["run.json", "leaderboard.json"] {
        let document = |bytes: &[u8]| without_transport(serde_json::from_slice(bytes).unwrap());
        assert_eq!(document(&one[name]), document(&other[name]), "{name}");
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        for entry in fs::read_dir(next).unwrap().filter_map(Result::ok) {
            match entry.path() {
                path if path.is_dir() => waiting.push(path),
                path => {
                    let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                    found.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    found
}

/// A document without what names the run, its recording, its registration, and how messages came to the agent.
fn without_transport(mut value: Value) -> Value {
    const OWN: [&str; 9] = [
        "run_id",
        "identity",
        "recording",
        "command",
        "transport",
        "overrides",
        "id",
        "registered",
        "content",
    ];
    match &mut value {
        Value::Object(object) => {
            OWN.iter().for_each(|key| drop(object.remove(*key)));
            object.iter_mut().for_each(|(_, value)| *value = without_transport(value.take()));
        }
        Value::Array(all) => all.iter_mut().for_each(|value| *value = without_transport(value.take())),
        _ => {}
    }
    value
}
