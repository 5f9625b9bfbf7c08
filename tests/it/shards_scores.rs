//! Shards that publish the scores of a tournament alone, and merges that rank by them.

use std::fs;

use crate::support::stage::{Stage, files, sixty_combinations, trend_and_hold};

/// Windows whose returns are sampled at day closes, against an agent.
const TOURNAMENT: &str = r#"
[[agents]]
name     = "coin"
strategy = { kind = "random", turnover = 3 }

[[agents]]
name     = "grid"
strategy = { kind = "grid", spacing_pct = 0.5, levels = 4, size_pct = 20 }

[battle]
windows = { kind = "sequential", length = "40d" }

[tournament]
format = "round_robin"

[report]
benchmark = "hold"
"#;

/// Asserts that the files of scores are those of the same names in the run's folder.
fn same(stage: &Stage, name: &str, one: &str, scores: &str) {
    let run = stage.names(&format!("{one}/{name}")).into_iter().find(|id| !id.starts_with('.')).unwrap();
    let found = files(&stage.path(&format!("{scores}/{name}/{run}.scores")));
    assert!(found.len() >= 4, "{found:?}");
    for (file, bytes) in found {
        let whole = fs::read(stage.path(&format!("{one}/{name}/{run}/{file}"))).unwrap();
        assert!(bytes == whole, "{file} differs");
    }
}

fn bytes(stage: &Stage, dest: &str) -> usize {
    files(&stage.path(dest)).iter().map(|(_, bytes)| bytes.len()).sum()
}

#[test]
fn scores_rank_as_the_run_does() {
    let stage = Stage::new();
    stage.write("league.toml", &trend_and_hold("league", "2023-05-01", "2024-03-01", TOURNAMENT));
    // Funding, liquidations, long and short: metrics that only an account on margin has.
    for (file, name) in [("league.toml", "league"), ("scenarios/perpetuals.toml", "perpetuals")] {
        let json = stage.result(&format!("run {file} --out one --json"));
        for shard in 0..3 {
            stage.ok(&format!("run {file} --shard {shard}/3 --outcomes {name}-s --keep scores --quiet"));
            stage.ok(&format!("run {file} --shard {shard}/3 --outcomes {name}-f --quiet"));
        }
        assert!(bytes(&stage, &format!("{name}-s")) * 2 < bytes(&stage, &format!("{name}-f")));
        let words = format!("merge {file} --outcomes {name}-s --keep scores --out scores");
        assert!(stage.ok(&words).stderr.contains("came from packs"));
        assert_eq!(stage.result(&format!("{words} --json")), json);
        same(&stage, name, "one", "scores");
        // Whole replays have scores too.
        stage.ok(&format!("merge {file} --outcomes {name}-f --keep scores --out whole --quiet"));
        same(&stage, name, "one", "whole");
        // Nothing in the store is a run.
        let store = stage.names(&format!("scores/{name}"));
        assert!(store.iter().all(|entry| entry.ends_with(".scores")), "{store:?}");
    }
    let shown = stage.result("outcomes league-s");
    assert!(shown.contains("scores alone"), "{shown}");
}

#[test]
fn scores_that_no_shard_has_are_computed() {
    let stage = Stage::new();
    stage.write("league.toml", &trend_and_hold("league", "2023-05-01", "2024-03-01", TOURNAMENT));
    stage.ok("run league.toml --out one --quiet");
    stage.ok("run league.toml --shard 0/3 --outcomes packs --keep scores --quiet");
    stage.ok("run league.toml --shard 1/3 --outcomes packs --quiet");
    let said = stage.ok("merge league.toml --outcomes packs --keep scores --out scores").stderr;
    assert!(said.contains("of these, "), "{said}");
    same(&stage, "league", "one", "scores");
    // A run is made of what has curves and logs; the rest is replayed.
    stage.ok("merge league.toml --outcomes packs --out merged --quiet");
    let run = |out: &str| files(&stage.path(&format!("{out}/league")));
    assert!(run("one") == run("merged"));
}

#[test]
fn scores_alone_make_no_run_and_sweeps_have_nothing_else() {
    let stage = Stage::new();
    stage.write("league.toml", &trend_and_hold("league", "2023-05-01", "2024-03-01", TOURNAMENT));
    stage.ok("run league.toml --shard 0/3 --outcomes packs --keep scores --quiet");
    let said = stage.run("merge league.toml --outcomes packs --out merged");
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("the scores of this run alone"), "{}", said.stderr);
    assert!(said.stderr.contains("--keep scores"), "{}", said.stderr);
    let swept = trend_and_hold("swept", "2023-05-01", "2023-05-13", &sixty_combinations(7));
    stage.write("swept.toml", &swept);
    for words in [
        "run swept.toml --shard 0/3 --outcomes swept --keep scores",
        "merge swept.toml --outcomes packs --keep scores",
        "cluster slurm swept.toml --shards 3 --outcomes swept --keep scores",
    ] {
        let said = stage.run(words);
        assert_eq!(said.code, Some(2), "{}", said.stderr);
        assert!(said.stderr.contains("neither curves nor logs"), "{}", said.stderr);
    }
    let script = stage.result("cluster slurm league.toml --shards 3 --outcomes packs --keep scores");
    assert_eq!(script.matches(" --keep scores ").count(), 2, "{script}");
}
