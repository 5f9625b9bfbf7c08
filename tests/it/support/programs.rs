//! Agents that are Python programs, in a scenario on the bundled sample.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tiltyard::internals::engine::{Loop, ReplayStatus};
use tiltyard::prelude::*;
use tiltyard::run::Programs;

/// What every script begins with: the protocol, and `run(decide)`.
const PRELUDE: &str = r#"
import json, sys

def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()

def run(answer, **ready):
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "hello":
            say({"type": "ready", "protocol": 1, **ready})
        elif message["type"] == "decide":
            act = answer(message)
            if act is not None:
                say({"type": "act", "decision": message["decision"], **act})
"#;

/// A folder with a scenario and the programs of its agents.
pub struct Arena {
    pub folder: TempDir,
    agents: String,
    /// The end of the range.
    end: &'static str,
    /// More keys of `[battle]`.
    battle: &'static str,
    /// Whether the symbols are perpetual futures that agents may hold short.
    on_margin: bool,
}

/// What a market of perpetual futures without funding adds to a scenario.
const ON_MARGIN: &str = r#"
[instruments.default]
kind = "perpetual"
max_leverage = 5
maintenance = [{ rate_pct = 0.5 }]
funding = { rate_bps = 0, every = "8h" }

[risk.free]
max_order_size_pct = false
max_position_size_pct = false
max_open_orders = false
daily_loss_limit_pct = false
orders_per_minute = false
allow_short = true
"#;

/// Whether there is an interpreter; says so where there is none, for the test to be skipped.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn has(interpreter: &str) -> bool {
    let found =
        Command::new(interpreter).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        eprintln!("skipped: there is no {interpreter} on this machine");
    }
    found
}

/// This crate's program, which isolates agents.
pub fn programs() -> Programs {
    Programs { helper: Some(env!("CARGO_BIN_EXE_tiltyard").into()), ..Programs::default() }
}

impl Arena {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            agents: String::new(),
            end: "2023-05-03",
            battle: "",
            on_margin: false,
        }
    }

    /// With perpetual futures, which agents may hold short.
    pub fn on_margin(self) -> Self {
        Self { on_margin: true, ..self }
    }

    /// Until this day instead of 3 May, in windows of ten days.
    pub fn lasting(self, end: &'static str) -> Self {
        Self { end, ..self }
    }

    /// With more keys of `[battle]`.
    pub fn battle(self, battle: &'static str) -> Self {
        Self { battle, ..self }
    }

    /// Adds an agent of the program's own kinds.
    pub fn agent(mut self, name: &str, strategy: &str) -> Self {
        let text =
            format!("\n[[agents]]\nname = \"{name}\"\nrisk = \"unlimited\"\nstrategy = {{ {strategy} }}\n");
        self.agents.push_str(&text);
        self
    }

    /// Adds a Python program with the usual beginning; `keys` are more keys of its strategy.
    pub fn python(self, name: &str, keys: &str, script: &str) -> Self {
        self.script(name, keys, &format!("{PRELUDE}\n{script}"))
    }

    /// Adds a Python program as it is.
    pub fn script(self, name: &str, keys: &str, script: &str) -> Self {
        let own = self.folder.path().join(name);
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join("agent.py"), script).unwrap();
        let comma = if keys.is_empty() { "" } else { ", " };
        self.agent(
            name,
            &format!("kind = \"process\", command = [\"python3\", \"{name}/agent.py\"]{comma}{keys}"),
        )
    }

    pub fn text(&self) -> String {
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
        let length = if self.end == "2023-05-03" { "1d" } else { "10d" };
        let (agents, margin) = match self.on_margin {
            true => (self.agents.replace("\"unlimited\"", "\"free\""), ON_MARGIN),
            false => (self.agents.clone(), ""),
        };
        format!(
            r#"
[scenario]
name = "programs"

[market]
path = "{}"
symbols = ["ALPHA", "BRAVO"]
interval = "1h"
start = 2023-05-01
end = {}
{}
[battle]
ranking_metric = "roi_pct"
windows = {{ kind = "sequential", length = "{length}" }}
{}
{margin}"#,
            sample.display(),
            self.end,
            agents,
            self.battle
        )
    }

    /// The scenario's file.
    pub fn write(&self) -> std::path::PathBuf {
        let file = self.folder.path().join("scenario.toml");
        fs::write(&file, self.text()).unwrap();
        file
    }

    pub fn try_run(&self, engine: Loop) -> Result<Tournament, RunError> {
        let builder = Tournament::builder().scenario(self.write()).programs(programs());
        builder.options(RunOptions { engine, ..RunOptions::default() }).run().map(|result| result.tournament)
    }

    pub fn run(&self) -> Tournament {
        self.try_run(Loop::Skip).unwrap()
    }

    /// Command lines of processes that have to do with this arena.
    pub fn left_behind(&self) -> Vec<String> {
        let own = self.folder.path().to_string_lossy().into_owned();
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
        let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
        lines.filter(|line| line.contains(&own)).collect()
    }
}

/// Why an agent forfeited a window.
pub fn forfeit(tournament: &Tournament, agent: &str, window: usize) -> Option<String> {
    let found = tournament.agents.iter().find(|one| one.name.as_str() == agent).unwrap();
    match &found.windows[window].replay.status {
        ReplayStatus::Forfeit { reason, .. } => Some(reason.clone()),
        _ => None,
    }
}

/// All that an agent did, as text.
pub fn trace(tournament: &Tournament, agent: &str) -> String {
    let found = tournament.agents.iter().find(|one| one.name.as_str() == agent).unwrap();
    found.windows.iter().map(|window| format!("{:?}\n", window.replay)).collect()
}
