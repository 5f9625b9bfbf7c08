//! A registered agent that is a program: created, in battles, with a history, cloned.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::programs::has;

const AGENT: &str = r#"
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        reply = {"type": "ready", "protocol": 1, "decide": {"every": "6h"}}
    elif message["type"] == "decide":
        number = message["decision"]
        reply = {"type": "act", "decision": number, "usage": {"input_tokens": 5, "cost": "0.001"}}
        if number % 3 == 1:
            reply["orders"] = [{"symbol": "ALPHA", "side": "buy", "equity_pct": 20}]
        elif number % 3 == 0:
            reply["closes"] = ["ALPHA"]
    else:
        continue
    print(json.dumps(reply), flush=True)
"#;

struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    /// Whether a command succeeds, and what it prints to stdout and stderr.
    fn tiltyard(&self, args: &[&str]) -> (bool, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        let output = command.current_dir(self.folder.path()).args(args).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    }

    fn right(&self, args: &[&str]) -> String {
        let (right, text, errors) = self.tiltyard(args);
        assert!(right, "{args:?}: {errors}");
        text
    }

    fn scenario(&self, name: &str, agents: &[&str], end: &str) {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
        let agents: String = agents
            .iter()
            .map(|agent| format!("[[agents]]\nregistered = \"{agent}\"\nwallet = \"fresh\"\n\n"))
            .collect();
        let text = format!(
            "[scenario]\nname = \"{name}\"\n\n[market]\npath = \"{}\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\nstart = \
             2023-05-01\nend = {end}\n\n{agents}[[agents]]\nname = \"hold\"\nrisk = \"unlimited\"\nstrategy = {{ kind = \
             \"buy_and_hold\" }}\n\n[battle]\nwindows = {{ kind = \"sequential\", length = \"5d\" }}\n",
            sample.display()
        );
        fs::write(self.folder.path().join(format!("{name}.toml")), text).unwrap();
    }
}

#[test]
fn a_registered_program_battles_keeps_its_history_and_is_cloned() {
    if !has("python3") {
        return;
    }
    let desk = Desk { folder: tempfile::tempdir().unwrap() };
    let file = desk.folder.path().join("agent.py");
    fs::write(&file, AGENT).unwrap();
    let strategy = format!(
        "{{ kind = \"process\", command = [\"python3\", \"{}\"], decision_ms = 20000, model = {{ name = \"m\" }}, budget = {{ cost \
         = \"1.00\" }} }}",
        file.display()
    );
    desk.right(&["agent", "create", "caller", "--strategy", &strategy, "--risk", "unlimited"]);
    let shown = desk.right(&["agent", "show", "caller"]);
    assert!(shown.contains("process"), "{shown}");
    desk.scenario("first", &["caller"], "2023-05-11");
    desk.right(&["run", "first.toml", "--quiet"]);
    let fills = |agent: &str| {
        let text = desk.right(&["agent", "history", agent, "--json"]);
        text.matches("\"symbol\"").count()
    };
    let first = fills("caller");
    assert!(first > 5, "{first}");
    let metrics = desk.right(&["agent", "metrics", "caller"]);
    assert!(metrics.contains("first"), "{metrics}");
    // Nothing of a run that is replayed is counted twice, and its program is not needed.
    desk.right(&["agent", "clone", "caller", "--name", "twin"]);
    assert_eq!(fills("twin"), 0);
    desk.scenario("second", &["caller", "twin"], "2023-05-16");
    desk.right(&["run", "second.toml", "--quiet"]);
    assert!(fills("twin") > 5 && fills("caller") > first);
    let board = desk.right(&["run", "second.toml", "--json"]);
    let board: serde_json::Value = serde_json::from_str(&board).unwrap();
    let rows = board["rankings"].as_array().unwrap();
    let row = |agent: &str| rows.iter().find(|row| row["agent"] == agent).unwrap();
    assert_eq!(row("caller")["roi_pct"], row("twin")["roi_pct"], "the same program decides for both");
    assert_eq!(row("twin")["usage"]["cost"], "0.06000000", "three windows of twenty decisions");
    assert_eq!(row("twin")["model"]["name"], "m");
    fs::remove_file(&file).unwrap();
    let again = desk.right(&["run", "second.toml", "--replay", "second", "--json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&again).unwrap(), board);
    desk.right(&["store", "check"]);
}
