//! Disk faults, injected by `strace` into the system calls of every writing command: errors, a full disk,
//! kills.
//!
//! After each fault, `store check` is clean or gives correct advice, and nothing acknowledged is lost.
//! `TILTYARD_FAULTS` sets the number of faults (`tests/faults/run` tries 200); without `strace` the tests are
//! skipped.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::support::stage::Stage;

const MARKET: &str = r#"
[market]
path     = "data/sample"
symbols  = ["ALPHA"]
interval = "1h"
start    = 2023-05-01
end      = 2023-05-05
"#;

const AGENTS: &str = r#"
[[agents]]
name     = "trend"
strategy = { kind = "sma_cross", fast = 3, slow = 8, size_pct = 20 }

[[agents]]
name     = "hold"
risk     = "unlimited"
strategy = { kind = "buy_and_hold" }
"#;

/// Default number of faults.
const SHORT: usize = 24;

/// A command that writes.
struct Operation {
    name: &'static str,
    /// The initial store, by name; see [`templates`].
    template: &'static str,
    command: &'static str,
    /// For a run, the scenario's name and file.
    run: Option<(&'static str, &'static str)>,
    /// The agent that it creates, if any.
    agent: Option<&'static str>,
}

const OPERATIONS: [Operation; 8] = [
    Operation {
        name: "first run",
        template: "agents",
        command: "run plain.toml --out s --quiet --threads 1",
        run: Some(("plain", "plain.toml")),
        agent: None,
    },
    Operation {
        name: "run again",
        template: "runs",
        command: "run plain.toml --out s --quiet --threads 1",
        run: Some(("plain", "plain.toml")),
        agent: None,
    },
    Operation {
        name: "registered run",
        template: "runs",
        command: "run registered.toml --out s --quiet --threads 1",
        run: Some(("registered", "registered.toml")),
        agent: None,
    },
    Operation {
        name: "agent create",
        template: "runs",
        command: "agent create newcomer --strategy {kind=\"cash\"} --out s",
        run: None,
        agent: Some("newcomer"),
    },
    Operation {
        name: "first agent",
        template: "nothing",
        command: "agent create newcomer --strategy {kind=\"cash\"} --out s",
        run: None,
        agent: Some("newcomer"),
    },
    Operation {
        name: "prune",
        template: "leftovers",
        command: "store prune --out s",
        run: None,
        agent: None,
    },
    Operation {
        name: "sweep",
        template: "runs",
        command: "run swept.toml --out s --quiet --threads 1",
        run: Some(("swept", "swept.toml")),
        agent: None,
    },
    Operation {
        name: "import",
        template: "runs",
        command: "data import day1/BTCUSDT_1m.csv --out bars --merge --interval 1m",
        run: None,
        agent: None,
    },
];

/// System calls that change something on disk.
const CALLS: &str = "fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,rmdir,write,pwrite64,ftruncate,link,linkat,mkdir";

#[expect(clippy::print_stdout, reason = "a test that tries nothing says so")]
fn strace_works() -> bool {
    let probe = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    let works = probe.is_ok_and(|output| output.status.success());
    if !works {
        println!("skipped: `strace` is not here or may not trace; no faults were injected");
    }
    works
}

/// The program under `strace` with these arguments.
fn traced(stage: &Stage, injections: &[String], log: &Path, words: &str) -> Command {
    let program = stage.command(words);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(log).args(["-e", &format!("trace={CALLS}")]);
    for injection in injections {
        command.args(["-e", &format!("inject={injection}")]);
    }
    command.arg(program.get_program()).args(program.get_args()).current_dir(stage.path("."));
    command.env("NO_COLOR", "1").env("COLUMNS", "100").stdin(Stdio::null());
    command
}

fn stage() -> Stage {
    let stage = Stage::new();
    let scenario = |name: &str, more: &str| {
        format!(
            "[scenario]\nname = \"{name}\"\n{MARKET}{AGENTS}{more}\n[battle]\nwindows = {{ kind = \"sequential\", length = \"2d\" }}\n"
        )
    };
    stage.write("plain.toml", &scenario("plain", ""));
    let whole = format!(
        "[scenario]\nname = \"registered\"\n{MARKET}{AGENTS}\n[[agents]]\nregistered = \"keeper\"\nwallet = \"existing\"\n"
    );
    stage.write("registered.toml", &whole);
    let sweep = "\n[sweep]\nagent = \"trend\"\nbatch = 2\n[sweep.parameters]\nfast = { from = 2, to = 4 }\nslow = { from = 8, to = 9 }\n";
    stage.write("swept.toml", &scenario("swept", sweep));
    for number in 0..2 {
        let rows = (0..1_440).map(|minute| {
            format!("{},1.5,2.5,0.5,1.25,100\n", 1_699_920_000 + number * 86_400 + minute * 60)
        });
        fs::create_dir_all(stage.path(&format!("day{number}"))).unwrap();
        stage.write(
            &format!("day{number}/BTCUSDT_1m.csv"),
            &format!("time,open,high,low,close,volume\n{}", rows.collect::<String>()),
        );
    }
    templates(&stage);
    stage
}

/// Creates the initial stores: one with an agent, one with runs, one with remains of dead processes.
fn templates(stage: &Stage) {
    fs::create_dir_all(stage.path("nothing")).unwrap();
    stage.result("agent create keeper --strategy {kind=\"buy_and_hold\"} --out agents");
    copy(&stage.path("agents"), &stage.path("runs"));
    stage.result("run plain.toml --out runs --quiet");
    stage.result("run swept.toml --out runs --quiet");
    copy(&stage.path("runs"), &stage.path("leftovers"));
    let dead = stage.path("leftovers/plain/.0123456789ab.999999.tmp");
    fs::create_dir_all(dead.join("agents/trend")).unwrap();
    fs::write(dead.join("agents/trend/metrics.json"), "{}").unwrap();
    stage.result("data import day0/BTCUSDT_1m.csv --out bars-before --interval 1m");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

/// Restores the store and the bars to their state before an operation.
fn prepare(stage: &Stage, template: &str) {
    for folder in ["s", "bars"] {
        let _ = fs::remove_dir_all(stage.path(folder));
    }
    copy(&stage.path(template), &stage.path("s"));
    copy(&stage.path("bars-before"), &stage.path("bars"));
}

/// The number of each system call in an undisturbed operation.
fn calls(stage: &Stage, operation: &Operation) -> BTreeMap<String, u32> {
    prepare(stage, operation.template);
    let log = stage.path("trace.log");
    let output = traced(stage, &[], &log, operation.command).output().unwrap();
    assert!(output.status.success(), "{}: {output:?}", operation.name);
    let mut counts = BTreeMap::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let call = line.split_whitespace().nth(1).unwrap_or_default().split('(').next().unwrap_or_default();
        if CALLS.split(',').any(|known| known == call) {
            *counts.entry(call.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// One fault for a call: alternately an error, a kill or a delay.
fn injections(call: &str, when: u32, turn: usize) -> Vec<String> {
    let of = |what: &str| vec![format!("{call}:{what}:when={when}")];
    match turn % 5 {
        0 => of("error=EIO"),
        1 => of("error=ENOSPC"),
        2 => of("signal=SIGKILL"),
        3 if call == "renameat2" => {
            vec!["renameat2:error=EINVAL".to_owned(), format!("rename:signal=SIGKILL:when={}", when + 1)]
        }
        3 => vec![format!("{call}:error=EIO:when={when}+")],
        _ => of("delay_enter=30000"),
    }
}

/// Counts over the faults of one operation.
#[derive(Default)]
struct Tally {
    faults: usize,
    done: usize,
    refused: usize,
    killed: usize,
    clean: usize,
    remedied: usize,
}

fn json(stage: &Stage, words: &str) -> Option<Value> {
    serde_json::from_str(&stage.run(words).stdout).ok()
}

/// Follows the advice of `store check` until it is clean; returns whether there was any.
fn follow_advice(stage: &Stage, operation: &Operation, why: &str) -> bool {
    for turn in 0..4 {
        let said = stage.run("store check --out s --json");
        let Ok(answer) = serde_json::from_str::<Value>(&said.stdout) else {
            // Nothing was stored at all, which is not a problem.
            assert!(said.stderr.contains("there are no runs under"), "{why}\n{said:?}");
            return turn > 0;
        };
        let troubles = answer["troubles"].as_array().unwrap();
        if troubles.is_empty() {
            assert_eq!(said.code, Some(0), "{why}");
            return turn > 0;
        }
        assert!(turn < 3, "{why}\nstill wrong after its own advice: {troubles:?}");
        for trouble in troubles {
            let command = match trouble["kind"].as_str().unwrap() {
                "leftover" | "folder_gone" => "store prune --out s".to_owned(),
                "database" | "backup" | "interrupted" | "unsealed" | "folder_unlisted" | "entry_differs" => {
                    "store repair --out s".to_owned()
                }
                "folder_damaged" | "file_damaged" | "trials" => {
                    format!("run {} --out s --quiet", operation.run.map_or("plain.toml", |(_, file)| file))
                }
                other => panic!("{why}\n{other}: {trouble}"),
            };
            let said = stage.run(&command);
            assert!(said.code.is_some_and(|code| code <= 1), "{why}\n{command}: {said:?}");
        }
    }
    true
}

/// Checks that everything acknowledged before and during the operation exists.
fn nothing_is_lost(stage: &Stage, operation: &Operation, acknowledged: bool, why: &str) {
    if operation.template != "nothing" {
        let agents = json(stage, "agent list --out s --json").unwrap_or_else(|| panic!("{why}: no agents"));
        assert!(agents.to_string().contains("\"keeper\""), "{why}\n{agents}");
    }
    if ["runs", "leftovers"].contains(&operation.template) {
        for run in ["plain", "swept"] {
            let said = stage.run(&format!("show {run} --out s"));
            assert_eq!(said.code, Some(0), "{why}\n{said:?}");
        }
    }
    if !acknowledged {
        return;
    }
    if let Some((scenario, _)) = operation.run {
        let said = stage.run(&format!("trades {scenario} trend --out s"));
        assert_eq!(said.code, Some(0), "{why}\n{said:?}");
    }
    if operation.name == "registered run" {
        let history = stage.run("agent history keeper --out s --json");
        assert!(history.stdout.contains("registered"), "{why}\n{history:?}");
    }
    if let Some(agent) = operation.agent {
        let said = stage.run(&format!("agent show {agent} --out s"));
        assert_eq!(said.code, Some(0), "{why}\n{said:?}");
    }
}

/// Checks that all earlier bars exist, and those of the import if it was acknowledged; and that the next
/// import leaves nothing hidden.
fn bars_are_whole(stage: &Stage, acknowledged: bool, why: &str) {
    let info = json(stage, "data info bars/BTCUSDT_1m.parquet --json").unwrap_or_else(|| panic!("{why}"));
    let info = info.to_string();
    let (before, after) = (info.contains("\"rows\":1440"), info.contains("\"rows\":2880"));
    assert!(after || (before && !acknowledged), "{why}\n{info}");
    stage.result("data import day1/BTCUSDT_1m.csv --out bars --merge --interval 1m");
    assert_eq!(stage.names("bars"), ["BTCUSDT_1m.parquet"], "{why}");
}

#[test]
fn disk_faults_lose_nothing_acknowledged() {
    if !strace_works() {
        return;
    }
    let wanted = std::env::var("TILTYARD_FAULTS").ok().and_then(|text| text.parse().ok()).unwrap_or(SHORT);
    let stage = stage();
    let mut random = ChaCha8Rng::seed_from_u64(12);
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let counted: Vec<BTreeMap<String, u32>> =
        OPERATIONS.iter().map(|operation| calls(&stage, operation)).collect();
    for turn in 0..wanted {
        let (operation, counts) = (&OPERATIONS[turn % OPERATIONS.len()], &counted[turn % OPERATIONS.len()]);
        let kinds: Vec<(&String, &u32)> = counts.iter().collect();
        let (call, count) = kinds[random.random_range(0..kinds.len())];
        let when = random.random_range(1..=*count);
        let injections = injections(call, when, turn / OPERATIONS.len() + turn);
        prepare(&stage, operation.template);
        let log = stage.path("trace.log");
        let output: Output = traced(&stage, &injections, &log, operation.command).output().unwrap();
        let why = format!(
            "{} with {} ended with {:?}: {}",
            operation.name,
            injections.join(" and "),
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        let acknowledged = output.status.success();
        let tally = tallies.entry(operation.name).or_default();
        tally.faults += 1;
        match (output.status.code(), output.status.signal()) {
            (Some(0), _) => tally.done += 1,
            (Some(1..=3), _) => tally.refused += 1,
            (None, Some(9)) | (Some(137), _) => tally.killed += 1,
            _ => panic!("{why}"),
        }
        if follow_advice(&stage, operation, &why) {
            tally.remedied += 1
        } else {
            tally.clean += 1
        }
        nothing_is_lost(&stage, operation, acknowledged, &why);
        if operation.name == "import" {
            bars_are_whole(&stage, acknowledged, &why);
        }
    }
    println!("operation       faults  done  refused  killed  clean  remedied");
    for (name, tally) in tallies {
        println!(
            "{name:14} {:7} {:5} {:8} {:7} {:6} {:9}",
            tally.faults, tally.done, tally.refused, tally.killed, tally.clean, tally.remedied
        );
    }
}

/// The previous run survives a kill between the two renames of a file system that cannot exchange names, and
/// around the single call of one that can.
#[test]
fn a_kill_during_replacement_never_loses_the_previous_run() {
    if !strace_works() {
        return;
    }
    let stage = stage();
    for (injections, kept) in [
        (vec!["renameat2:error=EINVAL", "rename:signal=SIGKILL:when=1"], true),
        (vec!["renameat2:error=EINVAL", "rename:signal=SIGKILL:when=2"], true),
        (vec!["renameat2:signal=SIGKILL:when=1"], true),
    ] {
        prepare(&stage, "runs");
        let before = stage.result("trades plain trend --out s");
        let injections: Vec<String> = injections.into_iter().map(str::to_owned).collect();
        let command = "run plain.toml --out s --quiet --threads 1";
        let output = traced(&stage, &injections, &stage.path("trace.log"), command).output().unwrap();
        assert!(!output.status.success(), "{injections:?}: {output:?}");
        stage.run("store prune --unlisted --out s");
        let after = stage.run("trades plain trend --out s");
        assert_eq!((after.code, after.stdout == before), (Some(0), kept), "{injections:?}: {after:?}");
        assert!(!follow_advice(&stage, &OPERATIONS[1], "after the kill"), "{injections:?}");
    }
}

/// `store prune` repeatedly beside a run whose folder is being synced and renamed on a slow disk.
#[test]
fn prune_keeps_what_a_running_process_publishes() {
    if !strace_works() {
        return;
    }
    let stage = stage();
    for slow in ["fsync:delay_enter=20000", "renameat2:delay_enter=600000", "rename:delay_enter=400000"] {
        for template in ["agents", "runs"] {
            prepare(&stage, template);
            let command = "run plain.toml --out s --quiet --threads 1";
            let log = stage.path("trace.log");
            let mut run = traced(&stage, &[slow.to_owned()], &log, command);
            let mut run = run.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
            while run.try_wait().unwrap().is_none() {
                stage.run("store prune --unlisted --out s");
            }
            let output = run.wait_with_output().unwrap();
            assert!(output.status.success(), "{slow}: {}", String::from_utf8_lossy(&output.stderr));
            stage.result("trades plain trend --out s");
            assert_eq!(stage.run("store check --out s").code, Some(0), "{slow}");
        }
    }
}
