//! Stored runs of agents that are WebAssembly modules: identity, log, rematch, registry.

use std::fs;

use crate::support::modules::{module, round_trip};
use crate::support::stage::{Stage, files};

const SCENARIO: &str = r#"
[scenario]
name = "modules"

[market]
path     = "data/sample"
symbols  = ["ALPHA", "BRAVO"]
interval = "1h"
start    = 2023-05-01
end      = 2023-05-21

[[agents]]
name     = "mine"
risk     = "unlimited"
strategy = { kind = "wasm", path = "mine.wasm" }

[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = { kind = "buy_and_hold" }

[battle]
ranking_metric = "roi_pct"
windows        = { kind = "sequential", length = "10d" }
"#;

fn stage_with(text: &str) -> Stage {
    let stage = Stage::new();
    stage.write("s.toml", SCENARIO);
    fs::write(stage.path("mine.wasm"), wat::parse_str(text).unwrap()).unwrap();
    stage
}

#[test]
fn threads_leave_no_trace_and_a_changed_module_is_another_run() {
    let stage = stage_with(&round_trip());
    stage.result("run s.toml --out one --threads 1 --quiet");
    stage.result("run s.toml --out two --threads 2 --quiet");
    assert_eq!(files(&stage.path("one")), files(&stage.path("two")));
    let id = stage.names("one/modules").remove(0);
    let run = fs::read_to_string(stage.path(&format!("one/modules/{id}/run.json"))).unwrap();
    let digest = blake3_of(&stage.path("mine.wasm"));
    assert!(run.contains(&digest), "{run}");
    // The same bytes under another name are the same run.
    fs::rename(stage.path("mine.wasm"), stage.path("other.wasm")).unwrap();
    stage.write("s.toml", &SCENARIO.replace("mine.wasm", "other.wasm"));
    stage.result("run s.toml --out two --quiet");
    assert_eq!(stage.names("two/modules"), std::slice::from_ref(&id));
    fs::rename(stage.path("other.wasm"), stage.path("mine.wasm")).unwrap();
    stage.write("s.toml", SCENARIO);
    let again = stage.run(&format!("battle rematch {id} --out one --quiet"));
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let other = round_trip().replace("(f64.const 10.0)", "(f64.const 11.0)");
    assert_ne!(other, round_trip());
    fs::write(stage.path("mine.wasm"), wat::parse_str(other).unwrap()).unwrap();
    let said = stage.run(&format!("battle rematch {id} --out one --quiet"));
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("the files of mine have changed since run"), "{}", said.stderr);
    stage.result("run s.toml --out two --quiet");
    assert_eq!(stage.names("two/modules").len(), 2, "another identity");
}

fn blake3_of(path: &std::path::Path) -> String {
    tiltyard::internals::wasm::Module::read(path).unwrap().digest
}

#[test]
fn what_a_module_logs_is_kept_with_the_run() {
    let import = "(import \"tiltyard\" \"log\" (func $log (param i32 i32)))";
    // "buy" at the first decision of a window only.
    let body = "(i32.store (i32.const 0) (i32.const 0x00797562))
        (if (i32.eq (global.get $count) (i32.const 1)) (then (call $log (i32.const 0) (i32.const 3))))
        (i32.const 0)";
    let stage = stage_with(&module(import, body));
    stage.result("run s.toml --out one --quiet");
    let id = stage.names("one/modules").remove(0);
    let log = fs::read_to_string(stage.path(&format!("one/modules/{id}/agents/mine/module.log"))).unwrap();
    assert_eq!(log, "window 0:\nbuy\nwindow 1:\nbuy\n");
    assert!(!stage.path(&format!("one/modules/{id}/agents/hold/module.log")).exists());
}

#[test]
fn a_registered_agent_may_be_a_module() {
    let stage = stage_with(&round_trip());
    let mut create = stage.command("agent create saved --out store --strategy");
    create.arg("{ kind = \"wasm\", path = \"mine.wasm\" }").args(["--risk", "unlimited"]);
    let output = create.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let own =
        "name     = \"mine\"\nrisk     = \"unlimited\"\nstrategy = { kind = \"wasm\", path = \"mine.wasm\" }";
    assert!(SCENARIO.contains(own));
    stage.write("s.toml", &SCENARIO.replace(own, "registered = \"saved\""));
    let board = stage.result("run s.toml --out store --json");
    let board: serde_json::Value = serde_json::from_str(&board).unwrap();
    let row = board["rankings"].as_array().unwrap().iter().find(|row| row["agent"] == "saved").unwrap();
    assert_eq!(row["trades"], 2, "{row}");
}

#[test]
fn check_says_what_is_wrong_with_a_module_and_where() {
    let stage = stage_with("(module (memory (export \"memory\") 1))");
    let said = stage.run("check s.toml");
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    for text in [
        "the module of `mine` cannot take part: `mine.wasm` exports no function `buf`",
        "strategy = { kind = \"wasm\", path = \"mine.wasm\" }",
        "a module exports `memory`",
    ] {
        assert!(said.stderr.contains(text), "{text}\n{}", said.stderr);
    }
    fs::write(stage.path("mine.wasm"), wat::parse_str(round_trip()).unwrap()).unwrap();
    assert!(stage.result("check s.toml").contains("ok; 2 agents"));
}

#[test]
fn a_delay_of_decisions_is_measured_for_modules_too() {
    let stage = stage_with(&round_trip());
    let found = stage.result("agent lag mine --scenario s.toml --bars 1 --json");
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found["rows"].as_array().unwrap().len(), 2, "{found}");
}
