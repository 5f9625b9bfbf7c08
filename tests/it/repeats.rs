//! `[battle] repeats`: agents whose answers differ from one run to the next play every window several times.

use std::fs;

use serde_json::Value;
use tiltyard::internals::metrics::Score;
use tiltyard::prelude::*;
use tiltyard::run::Programs;

use crate::support::modules::round_trip;
use crate::support::programs::{Arena, has, programs};

/// Buys and sells by the seed that it is given.
const DICE: &str = r#"
import random
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        dice = random.Random(message["seed"])
        say({"type": "ready", "protocol": 1, "decide": {"every": "12h"}})
    elif message["type"] == "decide":
        size = dice.choice([0, 30, 90])
        orders = [{"symbol": "ALPHA", "side": "buy", "equity_pct": size}] if size else []
        say({"type": "act", "decision": message["decision"], "orders": orders, "closes": [] if size else ["ALPHA"]})
"#;

fn arena() -> Arena {
    Arena::new()
        .lasting("2023-05-31")
        .battle("repeats = 3\n[tournament]")
        .agent("hold", "kind = \"buy_and_hold\"")
        .python("dice", "", DICE)
        .agent("idle", "kind = \"cash\"")
}

fn scores(found: &Tournament) -> Vec<f64> {
    let rows = found.leaderboard.rankings.iter().filter(|row| row.name.as_str().starts_with("dice"));
    rows.map(|row| row.score.number().unwrap()).collect()
}

#[test]
fn an_agent_is_ranked_by_the_mean_of_its_repeats() {
    if !has("python3") {
        return;
    }
    let found = arena().run();
    let names: Vec<&str> = found.agents.iter().map(|agent| agent.name.as_str()).collect();
    assert_eq!(names, ["hold", "dice.1", "dice.2", "dice.3", "idle"]);
    let scores = scores(&found);
    // Each has a seed of its own, and is listed by its own score.
    assert!(scores.windows(2).all(|pair| pair[0] > pair[1]), "{scores:?}");
    let [spread] = found.leaderboard.repeats.as_slice() else { panic!("one agent is repeated") };
    let mean = scores.iter().sum::<f64>() / 3.0;
    assert!((spread.mean.number().unwrap() - mean).abs() < 1e-9);
    let square = scores.iter().map(|score| (score - mean).powi(2)).sum::<f64>();
    assert!((spread.deviation.unwrap() - (square / 2.0).sqrt()).abs() < 1e-9);
    assert_eq!(spread.range(), Some((Score::Number(scores[2]), Score::Number(scores[0]))));
    // The repeats share a rank, and ranks count agents.
    let of = |name: &str| {
        let row = found.leaderboard.rankings.iter().find(|row| row.name.as_str() == name).unwrap();
        (row.rank.unwrap(), row.score.number().unwrap())
    };
    let rank = of("dice.1").0;
    assert!(["dice.2", "dice.3"].iter().all(|name| of(name).0 == rank));
    let mut agents = [("hold", of("hold")), ("dice", (rank, mean)), ("idle", of("idle"))];
    agents.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
    let expected = agents.iter().map(|(_, (rank, _))| *rank).collect::<Vec<u32>>();
    assert!(expected.is_sorted() && expected[0] == 1, "{agents:?}");
}

#[test]
fn standings_know_one_agent_and_a_replay_gives_the_same_bytes() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let arena = arena();
    let run = |programs: Programs| {
        let programs = Programs { out: Some(out.path().to_owned()), ..programs };
        let builder = Tournament::builder().scenario(arena.write()).out(out.path()).programs(programs);
        builder.run().unwrap().stored.unwrap()
    };
    let stored = run(programs());
    let read = |name: &str| fs::read_to_string(stored.folder.join(name)).unwrap();
    let board: Value = serde_json::from_str(&read("leaderboard.json")).unwrap();
    assert_eq!(board["repeats"][0]["agent"], "dice");
    assert_eq!(board["repeats"][0]["repeats"], 3);
    let standings: Value = serde_json::from_str(&read("standings.json")).unwrap();
    let row = |name: &str| standings["standings"].as_array().unwrap().iter().find(|row| row["agent"] == name);
    assert!(row("dice.1").is_none());
    assert_eq!(row("dice").unwrap()["score"], board["repeats"][0]["mean"]);
    assert_eq!(standings["standings"].as_array().unwrap().len(), 3);
    // From the folder alone the same scores.
    let results = stored.results(None).unwrap();
    assert_eq!(results.matrix.agents(), ["hold", "dice", "idle"]);
    assert_eq!(results.matrix.whole(1).number(), board["repeats"][0]["mean"].as_f64());
    let before = read("standings.json");
    fs::remove_dir_all(arena.folder.path().join("dice")).unwrap();
    let again = run(Programs { replay: Some(stored.folder.display().to_string()), ..programs() });
    assert_eq!(again.run.run_id, stored.run.run_id);
    assert_eq!(fs::read_to_string(again.folder.join("standings.json")).unwrap(), before);
    // By name, as an agent of another scenario.
    let named = format!("kind = \"recorded\", run = \"{}\", agent = \"dice\"", stored.folder.display());
    let recorded = Arena::new().lasting("2023-05-31").battle("repeats = 3").agent("again", &named);
    let found = recorded.run();
    let repeats = found.leaderboard.repeats[0].scores.clone();
    let originals = ["dice.1", "dice.2", "dice.3"].map(|name| {
        let rows = stored.leaderboard.rankings.iter();
        rows.filter(|row| row.agent == name).find_map(|row| row.score).unwrap()
    });
    assert_eq!(repeats, originals.map(Score::Number));
}

#[test]
fn repeats_of_what_never_differs_lie_at_one_point() {
    let arena = Arena::new().battle("repeats = 2");
    fs::write(arena.folder.path().join("module.wasm"), wat::parse_str(round_trip()).unwrap()).unwrap();
    let found = arena.agent("module", "kind = \"wasm\", path = \"module.wasm\"").run();
    assert_eq!(found.leaderboard.repeats[0].deviation, Some(0.0));
    assert_eq!(found.agents.len(), 2);
}
