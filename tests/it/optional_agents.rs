//! Agents that are left out where their program cannot be started: never without a word.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::programs::{Arena, has};

const GONE: &str = "kind = \"process\", command = [\"no-such-program\"]";

fn notes(arena: &Arena) -> Result<(usize, Vec<String>), String> {
    let source = tiltyard::run::ScenarioSource::read(&arena.write(), &tiltyard::NoRegistry).unwrap();
    let found = tiltyard::run::check(&source.scenario, &[]);
    found.map(|found| (found.agents, found.notes)).map_err(|error| error.to_string())
}

#[test]
fn an_optional_agent_is_left_out_with_a_notice_and_no_other_is() {
    let hold = || Arena::new().agent("hold", "kind = \"buy_and_hold\"");
    let (agents, notes_of) = notes(&hold().agent("gone", &format!("{GONE}, optional = true"))).unwrap();
    assert_eq!(agents, 1);
    assert_eq!(
        notes_of,
        [
            "`gone` is left out: its program could not be started (`optional = true`): there is no program `no-such-program`"
        ]
    );
    let error = notes(&hold().agent("gone", GONE)).unwrap_err();
    assert!(error.contains("the program of `gone` cannot take part: there is no program"), "{error}");
    // Nobody would be left.
    let error = notes(&Arena::new().agent("gone", &format!("{GONE}, optional = true"))).unwrap_err();
    assert!(error.contains("the program of `gone` cannot take part"), "{error}");
}

#[test]
fn the_open_door_runs_without_python_and_its_results_say_so() {
    let out = tempfile::tempdir().unwrap();
    let run = |path: Option<&str>, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["run", "scenarios/open_door.toml", "--out"]);
        command.arg(out.path()).args(args);
        if let Some(path) = path {
            command.env("PATH", path);
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        (String::from_utf8_lossy(&output.stdout).into_owned(), said)
    };
    let (board, said) = run(Some("/nowhere"), &["--json"]);
    let notice = "`dip-python` is left out: its program could not be started (`optional = true`)";
    assert!(said.contains("there is no program `python3`"), "{said}");
    let board: Value = serde_json::from_str(&board).unwrap();
    let names = |board: &Value| {
        let rows = board["rankings"].as_array().unwrap().iter();
        let mut names: Vec<String> = rows.map(|row| row["agent"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(board["left_out"][0], notice);
    assert_eq!(names(&board), ["dip-module", "dip-rules", "hold", "notebook", "trend"]);
    let folder = fs::read_dir(out.path().join("open-door")).unwrap().next().unwrap().unwrap().path();
    let page = fs::read_to_string(folder.join("report.md")).unwrap();
    assert!(
        page.contains("dip-python") && page.contains("is left out: its program could not be started"),
        "{page}"
    );
    let record: Value = serde_json::from_str(&fs::read_to_string(folder.join("run.json")).unwrap()).unwrap();
    assert_eq!(record["flags"]["left_out"][0], notice);
    let (shown, _) = run(Some("/nowhere"), &[]);
    assert!(shown.replace('\n', " ").contains("is left out"), "{shown}");
    if has("python3") {
        let (with, said) = run(None, &["--json"]);
        let with: Value = serde_json::from_str(&with).unwrap();
        assert!(!said.contains("left out"), "{said}");
        assert_eq!(names(&with).len(), 7);
        assert_ne!(with["run_id"], board["run_id"], "another tournament");
        // The module decides as the rules do.
        let roi = |name: &str| {
            let rows = with["rankings"].as_array().unwrap();
            rows.iter().find(|row| row["agent"] == name).unwrap()["roi_pct"].clone()
        };
        assert_eq!(roi("dip-module"), roi("dip-rules"));
    }
}
