//! Runs that are divided over shards: whatever shards did, died or were repeated, the merged run has the bytes of a run on
//! one machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tiltyard::internals::store::outcomes::{Pack, PackRow, PackStore};

use crate::support::stage::{Stage, files, sixty_combinations, trend_and_hold};

/// Six days in three windows.
fn sweep() -> String {
    sixty_combinations(7)
}

/// Agents of several kinds in six windows.
const TOURNAMENT: &str = r#"
[[agents]]
name     = "coin"
strategy = { kind = "random", turnover = 3 }

[[agents]]
name     = "grid"
strategy = { kind = "grid", spacing_pct = 0.5, levels = 4, size_pct = 20 }

[[agents]]
name     = "cash"
strategy = { kind = "cash" }

[battle]
windows = { kind = "sequential", length = "2d" }

[tournament]
format = "round_robin"

[report]
benchmark = "hold"
"#;

fn stage() -> Stage {
    let stage = Stage::new();
    stage.write("swept.toml", &trend_and_hold("swept", "2023-05-01", "2023-05-13", &sweep()));
    stage.write("league.toml", &trend_and_hold("league", "2023-05-01", "2023-05-25", TOURNAMENT));
    stage
}

/// The files of a scenario's runs.
fn runs(stage: &Stage, out: &str, name: &str) -> Vec<(String, Vec<u8>)> {
    files(&stage.path(out).join(name))
}

/// Asserts that two stores have the same files of a scenario, byte for byte.
fn same(stage: &Stage, name: &str, one: &str, other: &str) {
    let (one, other) = (runs(stage, one, name), runs(stage, other, name));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&one), names(&other));
    for ((name, one), (_, other)) in one.iter().zip(&other) {
        assert!(one == other, "{name} differs");
    }
    assert!(one.len() > 10, "a run has more files");
}

fn packs(stage: &Stage, dest: &str) -> Vec<Pack> {
    PackStore::open(stage.path(dest).to_str().unwrap(), false).unwrap().packs().unwrap()
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

#[test]
fn shards_of_any_number_merge_to_the_run_of_one_machine() {
    let stage = stage();
    for (file, name, jobs) in [("swept.toml", "swept", 360), ("league.toml", "league", 60)] {
        stage.ok(&format!("run {file} --out one --threads 2"));
        for shards in [1, 3, 8] {
            let dest = format!("{name}-{shards}");
            let mut computed = 0;
            for shard in 0..shards {
                let said =
                    stage.ok(&format!("run {file} --shard {shard}/{shards} --outcomes {dest} --threads 1"));
                assert!(said.stdout.is_empty());
                let line = said.stderr.lines().last().unwrap().to_owned();
                let words: Vec<&str> = line.split_whitespace().collect();
                let at = words.iter().position(|word| *word == "computed" || *word == "computed;").unwrap();
                computed += words[at - 1].parse::<usize>().unwrap();
            }
            assert_eq!(computed, jobs, "each job once");
            let out = format!("merged-{dest}");
            let said = stage.ok(&format!("merge {file} --outcomes {dest} --out {out}"));
            assert!(said.stderr.contains(&format!("merged {jobs} outcomes")), "{}", said.stderr);
            if name == "swept" {
                assert!(said.stderr.contains(": 0 jobs replayed, 360 from the cache"), "{}", said.stderr);
            }
            same(&stage, name, "one", &out);
        }
    }
}

#[test]
fn what_no_shard_has_done_is_computed_by_the_merge_or_by_another_division() {
    let stage = stage();
    for (file, name) in [("swept.toml", "swept"), ("league.toml", "league")] {
        stage.ok(&format!("run {file} --out one --quiet"));
        stage.ok(&format!("run {file} --shard 1/4 --outcomes {name}-x --quiet"));
        stage.ok(&format!("merge {file} --outcomes {name}-x --out first --quiet"));
        same(&stage, name, "one", "first");
        // The rest by two shards; nothing is computed twice.
        for shard in 0..2 {
            stage.ok(&format!("run {file} --shard {shard}/2 --outcomes {name}-x --quiet"));
        }
        let all: u64 = packs(&stage, &format!("{name}-x")).iter().map(Pack::len).sum();
        assert_eq!(all, if name == "swept" { 360 } else { 60 });
        let again = stage.ok(&format!("run {file} --shard 0/2 --outcomes {name}-x"));
        assert!(again.stderr.contains("0 computed"), "{}", again.stderr);
        let said = stage.ok(&format!("merge {file} --outcomes {name}-x --out second"));
        assert!(said.stderr.contains(&format!("merged {all} outcomes")), "{}", said.stderr);
        same(&stage, name, "one", "second");
    }
}

#[test]
fn a_job_that_two_shards_publish_must_have_one_outcome() {
    let stage = stage();
    stage.ok("run swept.toml --out one --quiet");
    stage.ok("run swept.toml --shard 0/2 --outcomes a --quiet");
    // At the same time on another node, in batches of other sizes.
    stage.ok("run swept.toml --shard 0/2 --outcomes b --quiet --publish-every 1ms --threads 1");
    for pack in names(&stage.path("b")) {
        fs::copy(&pack, stage.path("a").join(pack.file_name().unwrap())).unwrap();
    }
    let said = stage.ok("merge swept.toml --outcomes a --out two");
    same(&stage, "swept", "one", "two");
    assert!(said.stderr.contains("merged "), "{}", said.stderr);

    // Another outcome of a job that is there.
    let store = PackStore::open(stage.path("a").to_str().unwrap(), false).unwrap();
    let pack = packs(&stage, "a").into_iter().find(|pack| !pack.is_empty()).unwrap();
    let mut first = None;
    pack.keys(|key| {
        first.get_or_insert(key);
    })
    .unwrap();
    let key = first.unwrap();
    let wrong =
        store.publish(&pack.info, &mut vec![PackRow { key, outcome: vec![0; 900], failed: false }]).unwrap();
    let said = stage.run("merge swept.toml --outcomes a --out three");
    assert_eq!(said.code, Some(1), "{}", said.stderr);
    let text = said.stderr.replace(['\n', ' ', '|'], "");
    assert!(text.contains("differentoutcomesofthesamejob"), "{}", said.stderr);
    assert!(text.contains(&wrong), "both are named: {}", said.stderr);
    let named = names(&stage.path("a"))
        .iter()
        .filter(|path| text.contains(path.file_name().unwrap().to_str().unwrap()))
        .count();
    assert_eq!(named, 2, "{}", said.stderr);
    assert!(!stage.path("three/swept").exists() || runs(&stage, "three", "swept").is_empty());
}

#[test]
fn a_pack_that_was_changed_is_refused_by_name() {
    let stage = stage();
    stage.ok("run league.toml --shard 0/2 --outcomes packs --quiet");
    let pack = packs(&stage, "packs").into_iter().find(|pack| !pack.is_empty()).unwrap();
    let path = stage.path("packs").join(&pack.name);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    for words in ["merge league.toml --outcomes packs", "run league.toml --shard 0/3 --outcomes packs"] {
        let said = stage.run(words);
        assert_eq!(said.code, Some(1), "{}", said.stderr);
        let text = said.stderr.replace(['\n', ' ', '|'], "");
        assert!(
            text.contains(&pack.name) && text.contains("waschangedafteritwaspublished"),
            "{}",
            said.stderr
        );
    }
    // Another shard of the same division needs none of it.
    stage.ok("run league.toml --shard 1/2 --outcomes packs --quiet");
}

#[test]
fn what_cannot_be_divided_is_refused() {
    let stage = stage();
    let learning = sweep().replace("batch = 7", "search = \"tpe\"\ntrials = 20");
    stage.write("tpe.toml", &trend_and_hold("tpe", "2023-05-01", "2023-05-13", &learning));
    let said = stage.run("run tpe.toml --shard 0/2 --outcomes packs");
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert!(said.stderr.contains("the search `tpe` cannot be divided"), "{}", said.stderr);
    let said = stage.run("run swept.toml --shard 2/2 --outcomes packs");
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("`2/2` is no shard"), "{}", said.stderr);
    let said = stage.run("run swept.toml --outcomes packs");
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("SLURM_ARRAY_TASK_ID"), "{}", said.stderr);
    let said = stage.run("merge swept.toml --outcomes nowhere");
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("there are no packs of outcomes in `nowhere`"), "{}", said.stderr);
    // Packs of another run only.
    stage.ok("run league.toml --shard 0/1 --outcomes packs --quiet");
    let said = stage.run("merge swept.toml --outcomes packs");
    assert_eq!(said.code, Some(2), "{}", said.stderr);
}

#[test]
fn a_random_search_with_a_limit_is_divided_too() {
    let stage = stage();
    let random =
        sweep().replace("batch = 7", "search = \"random\"\ntrials = 40\nwhere = [\"fast * 3 <= slow\"]");
    stage.write("random.toml", &trend_and_hold("random", "2023-05-01", "2023-05-13", &random));
    stage.ok("run random.toml --out one --quiet");
    for shard in 0..3 {
        stage.ok(&format!("run random.toml --shard {shard}/3 --outcomes packs --quiet"));
    }
    let said = stage.ok("merge random.toml --outcomes packs --out two");
    assert!(said.stderr.contains(": 0 jobs replayed"), "{}", said.stderr);
    same(&stage, "random", "one", "two");
}

#[test]
fn the_scheduler_names_the_shard() {
    let stage = stage();
    for task in 1..=2 {
        let mut command = stage.command("run league.toml --outcomes packs --quiet");
        command.env("SLURM_ARRAY_TASK_ID", task.to_string());
        command.env("SLURM_ARRAY_TASK_COUNT", "2").env("SLURM_ARRAY_TASK_MIN", "1");
        assert!(command.output().unwrap().status.success());
    }
    let said = stage.result("outcomes packs --json");
    let status: serde_json::Value = serde_json::from_str(&said).unwrap();
    let run = &status["runs"][0];
    assert_eq!(
        (run["jobs"].as_u64(), run["done"].as_u64(), run["missing"].as_u64()),
        (Some(60), Some(60), Some(0))
    );
    let shards: Vec<&str> =
        run["shards"].as_array().unwrap().iter().map(|shard| shard["shard"].as_str().unwrap()).collect();
    assert_eq!(shards, ["0/2", "1/2"]);
}

#[test]
fn a_merge_may_wait_for_shards_that_have_not_begun() {
    let stage = stage();
    stage.ok("run league.toml --out one --quiet");
    let merge = start(&stage, "merge league.toml --outcomes packs --out merged --wait 10m --quiet");
    std::thread::sleep(Duration::from_millis(500));
    for shard in 0..2 {
        stage.ok(&format!("run league.toml --shard {shard}/2 --outcomes packs --quiet"));
    }
    let output = merge.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    same(&stage, "league", "one", "merged");
}

/// A sweep that lasts long enough to be interrupted.
fn long(stage: &Stage) {
    let text = trend_and_hold("long", "2023-03-01", "2024-05-31", &sweep());
    stage.write("long.toml", &text.replace("step = 10 }", "step = 1 }").replace("to = 11", "to = 19"));
}

fn start(stage: &Stage, words: &str) -> Child {
    let (out, err) = (Stdio::piped(), Stdio::piped());
    stage.command(words).stdin(Stdio::null()).stdout(out).stderr(err).spawn().unwrap()
}

#[cfg(unix)]
#[test]
fn a_shard_that_is_asked_to_stop_publishes_and_leaves_with_75() {
    let stage = stage();
    long(&stage);
    let child = start(&stage, "run long.toml --shard 0/1 --outcomes packs --threads 1 --publish-every 1h");
    // Nothing is published before the signal.
    std::thread::sleep(Duration::from_millis(2_500));
    assert!(packs(&stage, "packs").is_empty());
    let term = || {
        let status = std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        assert!(status.unwrap().success());
    };
    // A scheduler sends it more than once.
    term();
    term();
    let asked = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(75), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(asked.elapsed() < Duration::from_secs(20));
    let first: u64 = packs(&stage, "packs").iter().map(Pack::len).sum();
    assert!(first > 0);
    let said = stage.result("outcomes packs");
    assert!(said.contains("not finished"), "{said}");
}

#[cfg(unix)]
#[test]
fn fifty_kills_of_random_shards_leave_the_run_of_one_machine() {
    const SHARDS: usize = 4;
    let stage = stage();
    stage.ok("run swept.toml --out one --quiet");
    let started = Instant::now();
    stage.ok("run swept.toml --shard 0/4 --outcomes unkilled --quiet --threads 1");
    let whole = started.elapsed();
    let mut random = ChaCha8Rng::seed_from_u64(15);
    let (mut kills, mut ends, mut before) = (0, 0, 0);
    while kills < 50 {
        let shard = random.random_range(0..SHARDS);
        let words = format!(
            "run swept.toml --shard {shard}/{SHARDS} --outcomes packs --threads 1 --publish-every 1ms"
        );
        let mut child = start(&stage, &words);
        std::thread::sleep(whole.mul_f64(1.2 * random.random::<f64>()));
        let finished = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        kills += usize::from(!finished);
        ends += usize::from(finished);
        // What was published stays, and is whole.
        if stage.path("packs").exists() {
            let found = packs(&stage, "packs");
            found.iter().for_each(|pack| pack.verify().unwrap());
            assert!(found.len() >= before);
            before = found.len();
        }
    }
    assert!(before > 0, "no shard published anything; {ends} came to their end");
    let said = stage.ok("merge swept.toml --outcomes packs --out merged");
    same(&stage, "swept", "one", "merged");
    // Nothing of killed shards is left but packs and what the next shard sweeps.
    stage.ok("run swept.toml --shard 0/4 --outcomes packs --quiet");
    let left = names(&stage.path("packs"));
    assert!(left.iter().all(|path| path.extension().is_some_and(|end| end == "parquet")), "{left:?}");
    assert!(said.stderr.contains("merged"), "{}", said.stderr);
}
