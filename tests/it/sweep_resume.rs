//! Killed sweeps: stored outcomes survive a kill at any time, and the final result is byte-identical to that
//! of an undisturbed sweep.

#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::stage::{Stage, files, sixty_combinations, trend_and_hold};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;

/// Number of kills.
const KILLS: usize = 50;

fn scenario() -> String {
    // Six days in three windows: 30 writes.
    trend_and_hold("killed", "2023-05-01", "2023-05-13", &sixty_combinations(2))
}

fn stage() -> Stage {
    let stage = Stage::new();
    stage.write("killed.toml", &scenario());
    stage
}

fn start(stage: &Stage, out: &str, threads: usize) -> Child {
    stage
        .command(&format!("run killed.toml --out {out} --threads {threads}"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Number of stored outcomes; 0 where the store does not exist yet.
fn kept(out: &Path) -> i64 {
    let store = out.join("killed/trials.db");
    if !store.is_file() {
        return 0;
    }
    let db = Connection::open(store).unwrap();
    let integrity: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(integrity, "ok");
    // A kill before the first transaction leaves a database without tables.
    db.query_row("SELECT count(*) FROM outcomes", [], |row| row.get(0)).unwrap_or(0)
}

/// All result files except the store of outcomes.
fn results(out: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = files(&out.join("killed"));
    found.retain(|(name, _)| !name.starts_with("trials.db"));
    found
}

#[test]
fn a_repeatedly_killed_sweep_gives_the_undisturbed_result() {
    let stage = stage();
    let started = Instant::now();
    assert!(start(&stage, "undisturbed", 2).wait_with_output().unwrap().status.success());
    let whole = started.elapsed();
    let expected = results(&stage.path("undisturbed"));
    assert!(expected.iter().any(|(name, _)| name.ends_with("results.parquet")));
    let all = kept(&stage.path("undisturbed"));
    assert_eq!(all, 60 * 6);

    let mut random = ChaCha8Rng::seed_from_u64(50);
    let out = stage.path("out");
    let (mut kills, mut before, mut ends, mut midway) = (0, 0, 0, 0);
    while kills < KILLS {
        let mut child = start(&stage, "out", 1 + kills % 3);
        std::thread::sleep(whole.mul_f64(random.random::<f64>()));
        let finished = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        let now = kept(&out);
        assert!(now >= before, "{before} outcomes were kept, now {now} are");
        midway += usize::from(now > 0 && now < all);
        before = now;
        kills += usize::from(!finished);
        if finished || now == all {
            // Finished before the kill: compared, and started again.
            if finished {
                assert_eq!(results(&out), expected);
                ends += 1;
            }
            std::fs::remove_dir_all(&out).unwrap();
            before = 0;
        }
    }
    let output = start(&stage, "out", 2).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(results(&out), expected);
    assert_eq!(kept(&out), all);
    assert!(midway > 0, "no kill came between two batches; {ends} sweeps came to their end");
}

/// Ctrl-C ends a sweep with exit code 130 after the current batch, and says how to continue; doing so
/// completes it.
#[test]
fn an_interrupted_sweep_says_how_to_continue() {
    let stage = Stage::new();
    // Long enough to be interrupted: 20 times as many combinations.
    stage
        .write("killed.toml", &scenario().replace("step = 10 }", "step = 1 }").replace("to = 11", "to = 19"));
    let child = start(&stage, "out", 1);
    let patience = Instant::now();
    while kept(&stage.path("out")) < 10 {
        assert!(patience.elapsed() < Duration::from_secs(60), "nothing was kept");
        std::thread::sleep(Duration::from_millis(5));
    }
    let status = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(output.stdout.is_empty());
    assert!(stderr.contains("interrupted after"), "{stderr}");
    // In one piece, to be copied.
    let command = stderr.lines().last().unwrap();
    assert!(command.ends_with("run killed.toml --out out --threads 1"), "{stderr}");
    let kept = kept(&stage.path("out"));
    assert!(kept >= 10);
    let again = stage.run("run killed.toml --out out --threads 1");
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    assert!(again.stderr.contains(&format!("{kept} from the cache")), "{}", again.stderr);
}
