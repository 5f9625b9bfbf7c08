//! The agents of `examples/agents/`: each keeps the protocol and trades. Skipped, saying so, without the interpreter.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use tiltyard::internals::engine::Loop;

use crate::support::programs::{Arena, forfeit, has, trace};

fn example(file: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/agents").join(file).display().to_string()
}

/// What `check-protocol` prints of a command.
fn checked(args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
    let output = command.args(["agent", "check-protocol"]).args(args).output().unwrap();
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), text)
}

/// Runs an example beside a built-in agent in both loops; how many fills it had.
fn fills(strategy: &str) -> usize {
    let arena =
        Arena::new().lasting("2023-05-21").agent("hold", "kind = \"buy_and_hold\"").agent("one", strategy);
    let found = arena.run();
    assert_eq!(forfeit(&found, "one", 0), None);
    assert_eq!(trace(&found, "one"), trace(&arena.try_run(Loop::BarByBar).unwrap(), "one"));
    assert_eq!(arena.left_behind(), Vec::<String>::new());
    found.agents[1].windows.iter().map(|window| window.replay.fills.len()).sum()
}

#[test]
fn every_example_is_short() {
    for entry in fs::read_dir(example("")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines < 60, "{}: {lines} lines", path.display());
    }
}

#[test]
fn the_python_example_trades() {
    if !has("python3") {
        return;
    }
    let file = example("dip.py");
    let (right, text) = checked(&["python3", &file]);
    assert!(right, "{text}");
    assert!(text.contains("ok    ends by itself after `end`"), "{text}");
    let count =
        fills(&format!("kind = \"process\", decision_ms = 20000, command = [\"python3\", \"{file}\"]"));
    assert!(count > 2, "{count}");
}

#[test]
fn the_javascript_example_trades() {
    if !has("node") {
        return;
    }
    let file = example("breakout.js");
    let (right, text) = checked(&["--decision-ms", "20000", "node", &file]);
    assert!(right, "{text}");
    let count = fills(&format!("kind = \"process\", decision_ms = 20000, command = [\"node\", \"{file}\"]"));
    assert!(count > 2, "{count}");
}

#[test]
fn the_shell_example_trades() {
    if !has("sh") && !has("jq") {
        return;
    }
    if !has("jq") {
        return;
    }
    let file = example("oversold.sh");
    let (right, text) = checked(&["--processes", "sh", &file]);
    assert!(right, "{text}");
    let count = fills(&format!(
        "kind = \"process\", decision_ms = 20000, processes = true, command = [\"sh\", \"{file}\"]"
    ));
    assert!(count > 2, "{count}");
}

/// Answers every question of the model example: buys ALPHA at first, sells it at the fifth.
fn stub_model() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            read_request(&mut stream);
            let (buy, sell) = match number % 5 {
                0 => ("[\\\"ALPHA\\\"]", "[]"),
                4 => ("[]", "[\\\"ALPHA\\\"]"),
                _ => ("[]", "[]"),
            };
            let content = format!("{{\\\"buy\\\": {buy}, \\\"sell\\\": {sell}, \\\"why\\\": \\\"stub\\\"}}");
            let body = format!(
                "{{\"model\": \"stub-1\", \"choices\": [{{\"message\": {{\"content\": \"{content}\"}}}}], \"usage\": \
                 {{\"prompt_tokens\": 120, \"completion_tokens\": 15}}}}"
            );
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    format!("http://{address}/v1/chat/completions")
}

/// Reads a request to the end of its body.
fn read_request(stream: &mut std::net::TcpStream) {
    let (mut text, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut chunk).unwrap_or(0);
        text.extend(&chunk[..read]);
        let words = String::from_utf8_lossy(&text);
        let Some(end) = words.find("\r\n\r\n") else { continue };
        let length =
            words.to_lowercase().split("content-length: ").nth(1).map_or(0, |rest| {
                rest.lines().next().unwrap_or_default().trim().parse::<usize>().unwrap_or(0)
            });
        if read == 0 || text.len() >= end + 4 + length {
            return;
        }
    }
}

#[test]
fn the_model_example_asks_a_server() {
    if !has("python3") {
        return;
    }
    // The environment is the only way in; a test must not change its own, so the program is asked.
    let url = stub_model();
    let arena = Arena::new().lasting("2023-05-21").agent("hold", "kind = \"buy_and_hold\"").agent(
        "model",
        &format!(
            "kind = \"process\", decision_ms = 20000, network = true, env = [\"MODEL_URL\", \"MODEL_NAME\", \"MODEL_PRICE_IN\", \"MODEL_PRICE_OUT\"], decide = \
             {{ every = \"1d\" }}, command = [\"python3\", \"{}\"]",
            example("model.py")
        ),
    );
    let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
    let out = arena.folder.path().join("out");
    command.arg("run").arg(arena.write()).args(["--quiet", "--csv", "--out"]).arg(&out);
    let output = command
        .env("MODEL_URL", url)
        .env("MODEL_NAME", "stub")
        .env("MODEL_PRICE_IN", "0.15")
        .env("MODEL_PRICE_OUT", "0.6")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let run = fs::read_dir(out.join("programs")).unwrap().next().unwrap().unwrap().path();
    let decisions = fs::read_to_string(run.join("decisions.csv")).unwrap();
    // Twenty days, and a handshake for each of the two windows.
    assert_eq!(decisions.lines().count(), 1 + 20 + 2, "{decisions}");
    // 120 tokens at 0.15 and 15 at 0.6 for a million: 0.000018 + 0.000009.
    assert!(decisions.contains("stub-1,120,15,0,0.00002700"), "{decisions}");
    let board = fs::read_to_string(run.join("leaderboard.csv")).unwrap();
    assert!(board.contains(",20,2400,300,0,2700,0.00054000,USD,"), "{board}");
    let fills = fs::read_to_string(run.join("agents/model/fills.csv")).unwrap();
    assert!(fills.lines().count() > 4, "{fills}");
}

#[test]
fn the_stub_model_trades_without_a_server_and_reports_what_it_would_cost() {
    if !has("python3") {
        return;
    }
    let file = example("model_stub.py");
    let (right, text) = checked(&["python3", &file]);
    assert!(right, "{text}");
    let keys = "kind = \"process\", decision_ms = 20000, decide = { every = \"1d\" }";
    let count = fills(&format!("{keys}, command = [\"python3\", \"{file}\"]"));
    assert!(count > 2, "{count}");
}

#[test]
fn check_protocol_says_what_breaks_it() {
    if !has("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let faulty = |name: &str, script: &str| {
        let file = folder.path().join(name);
        fs::write(&file, script).unwrap();
        let (right, text) = checked(&["python3", file.to_str().unwrap()]);
        assert!(!right, "{text}");
        text
    };
    assert!(faulty("silent.py", "pass").contains("fault its program ended (exit status: 0) after its start"));
    let chatty = "import sys\nfor line in sys.stdin: print('ready when you are', flush=True)";
    assert!(faulty("chatty.py", chatty).contains("fault what it wrote is no message"));
    let unknown = "import sys\nfor line in sys.stdin: print('{\"type\": \"ready\", \"protocol\": 1, \"mood\": 3}', flush=True)";
    assert!(faulty("unknown.py", unknown).contains("unknown field `mood`"));
    let old =
        "import sys\nfor line in sys.stdin: print('{\"type\": \"ready\", \"protocol\": 7}', flush=True)";
    assert!(faulty("old.py", old).contains("it speaks protocol 7, and this is protocol 1"));
    let example = fs::read_to_string(example("dip.py")).unwrap();
    let limit = example.replace("\"closes\": closes}", "\"closes\": closes + [\"GAMMA\"]}");
    assert!(faulty("gamma.py", &limit).contains("it names `GAMMA`, which was not in `hello`"));
    let priceless = example.replace(
        "    return {\"type\": \"act\"",
        "    orders = [{\"symbol\": \"ALPHA\", \"side\": \"buy\", \"type\": \"limit\", \"quantity\": \"1\"}]\n    return {\"type\": \
         \"act\"",
    );
    assert!(faulty("priceless.py", &priceless).contains("order 1 of its `act`: `limit` needs `price`"));
}

#[test]
fn the_open_door_runs_from_a_clone_and_replays_without_python() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args([
            "run",
            "scenarios/open_door.toml",
            "--json",
            "--out",
        ]);
        let output = command.arg(out.path()).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    let board = run(&[]);
    let row = board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == "dip-python").unwrap();
    assert!(row["trades"].as_u64().unwrap() > 10, "{row}");
    let model =
        board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == "stub-model").unwrap();
    assert!(
        model["trades"].as_u64().unwrap() > 5 && model["usage"]["tokens"].as_u64().unwrap() > 1_000,
        "{model}"
    );
    assert_eq!(model["model"]["windows_before_cutoff"], 4);
    assert!(model["usage"]["cost"].as_str().unwrap().parse::<f64>().unwrap() > 0.0, "{model}");
    assert_eq!(run(&["--replay", "open-door"]), board);
}

#[test]
fn the_schemas_of_the_messages_are_printed_from_their_types() {
    let output = Command::new(env!("CARGO_BIN_EXE_tiltyard")).args(["schema", "--agent"]).output().unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = schema.to_string();
    for name in ["hello", "window", "past", "decide", "end", "ready", "act"] {
        assert!(text.contains(&format!("\"const\":\"{name}\"")), "{name}");
    }
    let act = &schema["agent"]["$defs"]["NewOrder"];
    assert_eq!(act["additionalProperties"], false, "unknown keys are refused");
    assert_eq!(act["properties"]["side"]["$ref"], "#/$defs/SideWord");
    assert!(text.contains("A share of the equity in percent, fee included; for buys."));
}
