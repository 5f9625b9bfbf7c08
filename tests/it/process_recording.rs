//! Recordings of agents that are programs: the same run tomorrow, with no program, and nothing asked twice.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tiltyard::internals::engine::Loop;
use tiltyard::internals::store::StoredRun;
use tiltyard::prelude::*;
use tiltyard::run::Programs;

use crate::support::programs::{Arena, forfeit, has, programs};

/// Trades by its own memory, and counts in a file that only an agent without isolation can write how often it is asked.
fn counting(asked: &Path) -> String {
    format!(
        r#"
import os
prices = []
def decide(message):
    with open({asked:?}, "a") as file: file.write("x")
    prices.append(float(message["bars"]["ALPHA"][-1]["close"]))
    if len(prices) != message["decision"]:
        raise RuntimeError("a memory of %d at decision %d" % (len(prices), message["decision"]))
    if message["decision"] == 40 and os.path.exists({stop:?}):
        os.kill(os.getppid(), 9)
    if len(prices) % 7 == 3:
        return {{"orders": [{{"symbol": "ALPHA", "side": "buy", "equity_pct": 20}}],
                "usage": {{"model": "m", "input_tokens": len(prices), "cost": "0.01"}}, "note": "third"}}
    if len(prices) % 7 == 0:
        return {{"closes": ["ALPHA"]}}
    return {{}}

for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "hello":
        say({{"type": "ready", "protocol": 1}})
    elif message["type"] == "past":
        prices.append(float(message["decide"]["bars"]["ALPHA"][-1]["close"]))
    elif message["type"] == "decide":
        say({{"type": "act", "decision": message["decision"], **decide(message)}})
"#,
        asked = asked.display().to_string(),
        stop = asked.with_extension("stop").display().to_string(),
    )
}

fn arena(asked: &Path) -> Arena {
    let keys = "isolation = \"none\", decision_ms = 20000";
    Arena::new().lasting("2023-05-21").agent("hold", "kind = \"buy_and_hold\"").python(
        "counts",
        keys,
        &counting(asked),
    )
}

fn stored(
    arena: &Arena,
    out: &Path,
    change: impl FnOnce(Programs) -> Programs,
) -> Result<StoredRun, RunError> {
    let programs = change(Programs { out: Some(out.to_owned()), ..programs() });
    let builder = Tournament::builder().scenario(arena.write()).out(out).programs(programs);
    builder.run().map(|result| result.stored.unwrap())
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn times_asked(asked: &Path) -> usize {
    fs::read(asked).map_or(0, |bytes| bytes.len())
}

/// Decisions of the two windows of ten days.
const DECISIONS: usize = 480;

#[test]
fn a_replay_needs_no_program_and_gives_the_same_bytes_elsewhere() {
    if !has("python3") {
        return;
    }
    let (here, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let asked = here.path().join("asked");
    let arena = arena(&asked);
    let run = stored(&arena, here.path(), |programs| programs).unwrap();
    assert_eq!(times_asked(&asked), DECISIONS);
    let original = files(&run.folder);
    assert!(original.contains_key(Path::new("decisions.parquet")));
    // On another machine there is the run's folder, and no program.
    fs::remove_dir_all(arena.folder.path().join("counts")).unwrap();
    let named = run.folder.display().to_string();
    let again = stored(&arena, elsewhere.path(), |p| Programs { replay: Some(named.clone()), ..p }).unwrap();
    assert_eq!(again.run.run_id, run.run.run_id);
    assert_eq!(files(&again.folder), original);
    assert_eq!(times_asked(&asked), DECISIONS);
    // As a strategy of its own, under another name.
    let recorded = Arena::new()
        .lasting("2023-05-21")
        .agent("again", &format!("kind = \"recorded\", run = \"{named}\", agent = \"counts\""));
    let found = recorded.run();
    assert_eq!(forfeit(&found, "again", 0), None);
    let fills = |text: &Path| fs::read(text).unwrap();
    let second = stored(&recorded, elsewhere.path(), |p| p).unwrap();
    assert_eq!(
        fills(&second.folder.join("agents/again/fills.parquet")),
        fills(&run.folder.join("agents/counts/fills.parquet"))
    );
}

#[test]
fn a_replay_that_sees_something_else_says_which_decision() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let arena = arena(&out.path().join("asked"));
    let run = stored(&arena, out.path(), |programs| programs).unwrap();
    let dearer =
        arena.text().replace("[battle]", "[venue.slippage]\nmodel = \"fixed_bps\"\nbps = 50\n\n[battle]");
    let file = arena.folder.path().join("dearer.toml");
    fs::write(&file, dearer).unwrap();
    let replay = Programs { replay: Some(run.folder.display().to_string()), ..programs() };
    let error = Tournament::builder().scenario(&file).programs(replay).run().unwrap_err();
    // The costs are in the very first message.
    assert_eq!(
        error.to_string(),
        "the replay differs from its recording: agent `counts` in window 0: its `hello` differs from the recorded one"
    );
    let cash = arena.text().replace("kind = \"buy_and_hold\"", "kind = \"cash\"");
    fs::write(&file, cash.replace("interval = \"1h\"", "interval = \"2h\"")).unwrap();
    let replay = Programs { replay: Some(run.folder.display().to_string()), ..programs() };
    let error = Tournament::builder().scenario(&file).programs(replay).run().unwrap_err();
    assert!(error.to_string().contains("agent `counts` in window 0"), "{error}");
}

#[test]
fn a_run_that_was_killed_goes_on_without_asking_twice() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let asked = out.path().join("asked");
    let arena = arena(&asked);
    let file = arena.write();
    let run = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        command.args(["run", "--quiet", "--threads", "1", "--out"]).arg(out.path()).arg(&file);
        command.output().unwrap()
    };
    // The agent kills the run at decision 40, which is then in flight.
    fs::write(asked.with_extension("stop"), "").unwrap();
    assert!(!run().status.success());
    assert_eq!(times_asked(&asked), 40);
    fs::remove_file(asked.with_extension("stop")).unwrap();
    let second = run();
    assert!(second.status.success(), "{}", String::from_utf8_lossy(&second.stderr));
    // One question was in flight when the run was killed: it alone is asked again.
    assert_eq!(times_asked(&asked), DECISIONS + 1);
    let third = run();
    assert!(third.status.success());
    assert_eq!(times_asked(&asked), DECISIONS + 1, "everything is known by now");
    // The agent has kept its memory: a wrong one would have been a forfeit.
    let board = fs::read_dir(out.path().join("programs")).unwrap().count();
    assert_eq!(board, 1, "the same answers are the same run");
    let fresh = stored(&arena, out.path(), |p| Programs { fresh: true, ..p }).unwrap();
    assert_eq!(times_asked(&asked), 2 * DECISIONS + 1);
    assert!(fresh.agents.iter().all(|agent| agent.windows.iter().all(|window| window.status == "completed")));
}

#[test]
fn a_recorded_fault_is_the_same_fault_again() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let dies = "def decide(m):\n    if m['decision'] == 5: raise ValueError('lost %d' % id(m))\n    return {}\n\nrun(decide)\n";
    let garbage = "def decide(m):\n    sys.stderr.write('why\\n'); sys.stderr.flush()\n    print('?', flush=True)\n\nrun(decide)\n";
    let arena = Arena::new().python("dies", "", dies).python("garbage", "", garbage);
    let run = stored(&arena, out.path(), |programs| programs).unwrap();
    let log = fs::read_to_string(run.folder.join("agents/dies/stderr.log")).unwrap();
    assert!(log.contains("ValueError: lost"), "{log}");
    let elsewhere = tempfile::tempdir().unwrap();
    let named = run.folder.display().to_string();
    let again = stored(&arena, elsewhere.path(), |p| Programs { replay: Some(named), ..p }).unwrap();
    assert_eq!(files(&again.folder), files(&run.folder));
    let oracle = Programs { replay: Some(run.folder.display().to_string()), ..programs() };
    let options = RunOptions { engine: Loop::BarByBar, ..RunOptions::default() };
    let found =
        Tournament::builder().scenario(arena.write()).programs(oracle).options(options).run().unwrap();
    assert!(forfeit(&found.tournament, "garbage", 1).unwrap().ends_with("its stderr ends with:\nwhy"));
}

/// A run of the command line, killed after this time; whether it came to its end.
fn killed_after(arena: &Arena, out: &Path, after: Duration) -> bool {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tiltyard"));
    command.args(["run", "--quiet", "--threads", "1", "--out"]).arg(out).arg(arena.write());
    let mut child = command.spawn().unwrap();
    let until = Instant::now() + after;
    while Instant::now() < until {
        if let Some(status) = child.try_wait().unwrap() {
            return status.success();
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

#[test]
fn a_run_that_was_killed_ten_times_ends_and_replays_elsewhere_to_the_same_bytes() {
    if !has("python3") {
        return;
    }
    let (here, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let asked = here.path().join("asked");
    let keys = "isolation = \"none\", decision_ms = 20000";
    let slow = counting(&asked)
        .replace("def decide(message):", "import time\ndef decide(message):\n    time.sleep(0.004)");
    let arena = Arena::new()
        .lasting("2023-05-21")
        .agent("hold", "kind = \"buy_and_hold\"")
        .python("counts", keys, &slow);
    // Ten moments from a seed, from before the first question to the middle of the second window.
    let mut state = 14_u64;
    let mut kills = 0;
    let mut lengths = Vec::new();
    while kills < 10 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let after = Duration::from_millis(60 + (state >> 33) % 400);
        if killed_after(&arena, here.path(), after) {
            // It was done before its time: what is known is asked no more, so that it begins anew in another store.
            break;
        }
        kills += 1;
        lengths.push(times_asked(&asked));
    }
    assert_eq!(kills, 10, "{lengths:?}");
    let run = stored(&arena, here.path(), |programs| programs);
    let run = run.unwrap();
    let total = times_asked(&asked);
    assert!(
        (DECISIONS..=DECISIONS + 10).contains(&total),
        "each kill loses one question at most: {total}, {lengths:?}"
    );
    assert!(run.agents.iter().all(|agent| agent.windows.iter().all(|window| window.status == "completed")));
    fs::remove_dir_all(arena.folder.path().join("counts")).unwrap();
    let named = run.folder.display().to_string();
    let again = stored(&arena, elsewhere.path(), |p| Programs { replay: Some(named), ..p }).unwrap();
    assert_eq!(again.run.run_id, run.run.run_id);
    assert_eq!(files(&again.folder), files(&run.folder));
    assert_eq!(times_asked(&asked), total);
}

#[test]
fn prune_removes_the_answers_that_a_run_has_and_keeps_those_of_a_stopped_one() {
    if !has("python3") {
        return;
    }
    let out = tempfile::tempdir().unwrap();
    let asked = out.path().join("asked");
    let arena = arena(&asked);
    let tiltyard = |words: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tiltyard"));
        let output = command.args(words).args(["--out"]).arg(out.path()).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let journals = || fs::read_dir(out.path().join(".recordings")).unwrap().count();
    stored(&arena, out.path(), |programs| programs).unwrap();
    assert_eq!(journals(), 2);
    let (sound, text) = tiltyard(&["store", "check"]);
    assert!(sound, "{text}");
    let (_, text) = tiltyard(&["store", "prune"]);
    assert_eq!(text.matches("which a run has too").count(), 2, "{text}");
    assert_eq!(journals(), 0);
    // One that was stopped is needed: only on request it goes.
    fs::write(asked.with_extension("stop"), "").unwrap();
    let file = arena.write();
    let (right, _) = tiltyard(&["run", "--quiet", "--threads", "1", file.to_str().unwrap()]);
    assert!(!right);
    assert_eq!(journals(), 1);
    let foreign = out.path().join(".recordings/notes.txt");
    fs::write(&foreign, "mine").unwrap();
    let broken = out.path().join(format!(".recordings/{}.rec", "0a".repeat(32)));
    fs::write(&broken, "no journal").unwrap();
    let (sound, text) = tiltyard(&["store", "check"]);
    assert!(
        !sound && text.contains("are damaged") && text.contains("`tiltyard store prune` removes it"),
        "{text}"
    );
    tiltyard(&["store", "prune"]);
    assert!(!broken.exists() && foreign.exists());
    assert_eq!(journals(), 2, "the stopped run's, and the foreign file");
    assert!(tiltyard(&["store", "check"]).0);
    let (_, text) = tiltyard(&["store", "prune", "--unlisted"]);
    assert!(text.contains("which no run has"), "{text}");
    assert_eq!(journals(), 1);
}
