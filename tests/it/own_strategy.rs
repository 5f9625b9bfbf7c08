//! Agents of a program's own beside a scenario's: replayed, ranked, stored and reported like them.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tiltyard::internals::engine::Loop;
use tiltyard::internals::store::{StoredRun, find_run};
use tiltyard::prelude::*;
use tiltyard::run::{RematchRequest, rematch};

/// The example that docs/own_strategies.md prints.
#[path = "../../examples/own_strategy.rs"]
#[expect(dead_code, reason = "its `main` is run by another test")]
mod example;
use example::BuyTheDip;

const TEXT: &str = r#"
[scenario]
name = "with-own"

[market]
path     = "data/sample"
symbols  = ["ALPHA"]
interval = "1h"
start    = 2023-05-01
end      = 2023-05-11

[[agents]]
name     = "hold"
strategy = { kind = "buy_and_hold" }

[battle]
ranking_metric = "roi_pct"
windows        = { kind = "sequential", length = "2d" }
"#;

fn mine() -> Entrant {
    Entrant::new("mine", || Box::new(BuyTheDip::default()))
}

fn tournament<'a>() -> TournamentBuilder<'a> {
    Tournament::builder().scenario_text(TEXT)
}

fn stored_in(out: &Path, entrant: Entrant) -> StoredRun {
    tournament().entrant(entrant).out(out).run().unwrap().stored.unwrap()
}

#[test]
fn an_own_strategy_trades_and_ranks_beside_the_built_in_ones() {
    let result = tournament().entrant(mine()).run().unwrap();
    let names: Vec<&str> = result.tournament.agents.iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["hold", "mine"]);
    let fills: usize = result.tournament.agents[1].windows.iter().map(|one| one.replay.fills.len()).sum();
    assert!(fills > 10, "{fills}");
    let ranked = &result.tournament.leaderboard.rankings;
    assert!(ranked.iter().any(|row| row.name.as_str() == "mine" && row.rank.is_some()));
}

#[test]
fn both_loops_and_any_number_of_threads_give_the_same() {
    let run = |engine, threads| {
        let options = RunOptions { engine, ..RunOptions::default() };
        let result = tournament().entrant(mine()).options(options).threads(threads).run().unwrap();
        format!("{:?}", result.tournament)
    };
    let skipped = run(Loop::Skip, 1);
    assert_eq!(skipped, run(Loop::BarByBar, 1));
    assert_eq!(skipped, run(Loop::Skip, 4));
}

#[test]
fn its_results_are_stored_reported_and_shown() {
    let out = TempDir::new().unwrap();
    let stored = stored_in(out.path(), mine().description("buys dips"));
    let read = |name: &str| std::fs::read_to_string(stored.folder.join(name)).unwrap();
    assert!(read("leaderboard.json").contains("\"agent\": \"mine\""));
    assert!(read("report.html").contains("mine") && read("report.md").contains("mine"));
    assert!(stored.folder.join("agents/mine/fills.parquet").is_file());
    let agent = stored.run.agents.iter().find(|agent| agent.name == "mine").unwrap();
    assert_eq!((agent.strategy.as_str(), agent.version.as_deref()), ("own", Some("1")));
    let shown = Command::new(env!("CARGO_BIN_EXE_tiltyard"))
        .args(["show", "with-own", "--agent", "mine", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert!(shown.status.success());
    assert!(String::from_utf8(shown.stdout).unwrap().contains("mine"));
}

#[test]
fn name_and_version_are_part_of_the_identity() {
    let out = TempDir::new().unwrap();
    let id = |entrant| stored_in(out.path(), entrant).run.run_id;
    let first = id(mine());
    assert_eq!(first, id(mine()));
    assert_ne!(first, id(mine().version("2")));
    assert_ne!(first, id(Entrant::new("yours", || Box::new(BuyTheDip::default()))));
    let without = tournament().out(out.path()).run().unwrap().stored.unwrap();
    assert_ne!(first, without.run.run_id);
}

#[test]
fn an_entrant_that_cannot_take_part_is_refused() {
    let refused = |entrant: Entrant| {
        let error = tournament().entrant(entrant).run().unwrap_err();
        assert!(matches!(error, RunError::Entrant { .. }), "{error}");
        error.to_string()
    };
    let taken = Entrant::new("Hold", || Box::new(BuyTheDip::default()));
    assert_eq!(
        refused(taken),
        "the entrant `Hold` cannot take part: an agent of this name takes part already"
    );
    refused(Entrant::new("", || Box::new(BuyTheDip::default())));
    refused(mine().starting_balance(Cash::ZERO));
    assert!(matches!(Tournament::builder().run(), Err(RunError::NoScenario)));
}

#[test]
fn a_rematch_does_not_leave_it_out_in_silence() {
    let out = TempDir::new().unwrap();
    stored_in(out.path(), mine());
    let request =
        RematchRequest { out: out.path(), run: "with-own", agents: None, entrants: &[], settings: &[] };
    let error = rematch(&request).unwrap_err();
    assert!(matches!(&error, RunError::OwnAgents { names, .. } if *names == ["mine"]), "{error}");
    let entrants = [mine()];
    let source = rematch(&RematchRequest { entrants: &entrants, ..request }).unwrap();
    assert_eq!(prepare(&source.scenario, &entrants).unwrap().scenario.agents.len(), 2);
    let hold = ["hold".to_owned()];
    assert!(rematch(&RematchRequest { agents: Some(&hold), ..request }).is_ok());
    assert!(find_run(out.path(), "with-own").is_ok());
}

#[test]
fn the_example_is_short_and_printed_in_the_book_and_on_the_front_page() {
    let example = include_str!("../../examples/own_strategy.rs");
    assert!(example.lines().count() < 40, "{}", example.lines().count());
    let page = include_str!("../../docs/own_strategies.md");
    let code = example.split_once("\n\n").unwrap().1;
    assert!(page.contains(code.trim()), "docs/own_strategies.md prints another example");
    let docs: Vec<&str> = include_str!("../../src/lib.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//!"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    assert!(docs.join("\n").contains(code.trim()), "the front page prints another example");
}
