//! Files on disk are recognised by their exact names, damage is reported, and nothing acknowledged is lost.

#![cfg(unix)]

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use crate::support::stage::{Stage, trend_and_hold};

/// Two agents in two windows of the sample, quick to run.
const REST: &str = r#"
[battle]
windows = { kind = "sequential", length = "4d" }
"#;

fn scenario() -> String {
    trend_and_hold("small", "2023-05-01", "2023-05-09", REST)
}

fn stage() -> Stage {
    let stage = Stage::new();
    stage.write("small.toml", &scenario());
    stage
}

/// The only run's folder.
fn run_folder(stage: &Stage, out: &str) -> PathBuf {
    let runs = stage.names(&format!("{out}/small")).into_iter().filter(|name| !name.starts_with('.'));
    let runs: Vec<String> = runs.filter(|name| !name.starts_with("trials.db")).collect();
    assert_eq!(runs.len(), 1, "{runs:?}");
    stage.path(&format!("{out}/small/{}", runs[0]))
}

/// The problems that `store check` reports.
fn store_problems(stage: &Stage, out: &str) -> Vec<Value> {
    let said = stage.run(&format!("store check --out {out} --json"));
    let answer: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:?}"));
    let problems = answer["troubles"].as_array().unwrap().clone();
    assert_eq!(said.code, Some(i32::from(!problems.is_empty())), "{said:?}");
    problems
}

#[test]
fn every_damaged_file_of_a_run_is_reported_with_its_kind() {
    let stage = stage();
    stage.result("run small.toml --out s --quiet");
    assert!(store_problems(&stage, "s").is_empty());
    let folder = run_folder(&stage, "s");
    let cut = folder.join("agents/trend/trades.parquet");
    fs::write(&cut, &fs::read(&cut).unwrap()[..50]).unwrap();
    fs::remove_file(folder.join("agents/trend/equity.parquet")).unwrap();
    let flipped = folder.join("leaderboard.json");
    let mut bytes = fs::read(&flipped).unwrap();
    let digit = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
    bytes[digit] ^= 1;
    fs::write(&flipped, bytes).unwrap();
    let found: Vec<(String, String)> = store_problems(&stage, "s")
        .iter()
        .filter(|problem| problem["kind"] == "file_damaged")
        .map(|problem| {
            (problem["file"].as_str().unwrap().into(), problem["problem"].as_str().unwrap().into())
        })
        .collect();
    let expected = [
        ("agents/trend/equity.parquet", "missing"),
        ("agents/trend/trades.parquet", "length"),
        ("leaderboard.json", "content"),
    ];
    assert_eq!(found, expected.map(|(file, kind)| (file.to_owned(), kind.to_owned())));
    // Following the advice: the scenario is run again.
    stage.result("run small.toml --out s --quiet");
    assert!(store_problems(&stage, "s").is_empty());
}

#[test]
fn rerendered_pages_are_intact_and_truncated_ones_are_damage() {
    let stage = stage();
    stage.result("run small.toml --out s --quiet");
    let page = run_folder(&stage, "s").join("report.html");
    fs::write(&page, "cut").unwrap();
    let found = store_problems(&stage, "s");
    assert_eq!((found.len(), found[0]["file"].as_str()), (1, Some("report.html")));
    stage.result("report small --out s");
    assert!(store_problems(&stage, "s").is_empty());
}

#[test]
fn a_lock_file_that_is_a_symbolic_link_is_not_followed() {
    let stage = stage();
    stage.write("victim", "precious");
    fs::create_dir_all(stage.path("s/small")).unwrap();
    symlink(stage.path("victim"), stage.path("s/small/.lock")).unwrap();
    stage.result("run small.toml --out s --quiet");
    assert_eq!(fs::read_to_string(stage.path("victim")).unwrap(), "precious");
    // A scenario's folder or a database that is a symbolic link is refused.
    fs::create_dir_all(stage.path("elsewhere")).unwrap();
    fs::create_dir_all(stage.path("t")).unwrap();
    symlink(stage.path("elsewhere"), stage.path("t/small")).unwrap();
    let said = stage.run("run small.toml --out t --quiet");
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(stage.names("elsewhere").is_empty());
    fs::create_dir_all(stage.path("u")).unwrap();
    symlink(stage.path("victim"), stage.path("u/tiltyard.db")).unwrap();
    assert_eq!(stage.run("run small.toml --out u --quiet").code, Some(1));
    assert_eq!(fs::read_to_string(stage.path("victim")).unwrap(), "precious");
}

#[test]
fn foreign_hidden_files_are_kept_and_ignored() {
    let stage = stage();
    fs::create_dir_all(stage.path("s/small/.mine.tmp")).unwrap();
    stage.write("s/small/.mine.tmp/f", "x");
    for _ in 0..2 {
        stage.write("s/small/.notes.old", "keep");
        stage.result("run small.toml --out s --quiet");
    }
    assert!(store_problems(&stage, "s").is_empty());
    stage.result("store prune --out s");
    assert_eq!(fs::read_to_string(stage.path("s/small/.notes.old")).unwrap(), "keep");
    assert_eq!(fs::read_to_string(stage.path("s/small/.mine.tmp/f")).unwrap(), "x");
}

/// A previous run that was set aside by a kill between two renames is shown, and never pruned.
#[test]
fn a_run_whose_replacement_was_interrupted_comes_back_with_the_next_command() {
    let stage = stage();
    stage.result("run small.toml --out s --quiet");
    let folder = run_folder(&stage, "s");
    let id = folder.file_name().unwrap().to_str().unwrap();
    let aside = folder.with_file_name(format!(".{id}.999999.old"));
    for command in ["show small --out s", "store prune --unlisted --out s", "store repair --out s"] {
        fs::rename(&folder, &aside).unwrap();
        let found = store_problems(&stage, "s");
        assert_eq!((found.len(), found[0]["kind"].as_str()), (1, Some("interrupted")), "{found:?}");
        stage.result(command);
        stage.result("show small --out s");
        assert!(folder.is_dir() && !aside.exists(), "{command}");
        assert!(store_problems(&stage, "s").is_empty());
    }
}

#[test]
fn check_refuses_names_that_are_unsafe_for_files_or_shells() {
    let stage = stage();
    let long = "\u{65e5}".repeat(100);
    let names = [long.as_str(), "tiltyard.db", "CON", "-x", "$HOME", "a\u{202e}b", "../up", ".hidden"];
    for name in names {
        for of in ["small", "hold"] {
            stage.write("named.toml", &scenario().replacen(&format!("\"{of}\""), &format!("\"{name}\""), 1));
            let said = stage.run("check named.toml");
            assert_eq!(said.code, Some(2), "{name} of {of}: {said:?}");
            assert!(!said.stderr.contains('\u{202e}') || name.contains('\u{202e}'));
        }
    }
    let symbol = stage.run("data synth --symbols ../../up --out synth");
    assert_eq!((symbol.code, stage.path("up_1h.parquet").exists()), (Some(2), false), "{symbol:?}");
}

#[test]
fn a_symbol_that_leads_out_of_the_folder_is_not_downloaded() {
    let stage = stage();
    for words in ["--symbols ../../.. --interval 1h", "--symbols BTCUSDT --interval ../../1h"] {
        let said = stage.run(&format!(
            "data download binance {words} --from 2024-01 --to 2024-01 --out d/e --base-url http://127.0.0.1:9"
        ));
        assert_eq!(said.code, Some(2), "{said:?}");
    }
    assert!(!stage.path("d").exists());
}

fn day(stage: &Stage, number: i64) -> String {
    let name = format!("day{number}/BTCUSDT_1m.csv");
    fs::create_dir_all(stage.path(&format!("day{number}"))).unwrap();
    let rows = (0..1_440)
        .map(|minute| format!("{},1.5,2.5,0.5,1.25,100\n", 1_699_920_000 + number * 86_400 + minute * 60));
    stage.write(&name, &format!("time,open,high,low,close,volume\n{}", rows.collect::<String>()));
    name
}

#[test]
fn eight_imports_into_one_file_at_once_lose_nothing() {
    let stage = stage();
    let files: Vec<String> = (0..8).map(|number| day(&stage, number)).collect();
    let import = |file: &String| {
        stage
            .command(&format!("data import {file} --out merged --merge --interval 1m"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let running: Vec<_> = files.iter().map(import).collect();
    for child in running {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let info: Value =
        serde_json::from_str(&stage.result("data info merged/BTCUSDT_1m.parquet --json")).unwrap();
    let rows = info.to_string();
    assert!(rows.contains("\"rows\":11520"), "{rows}");
    assert_eq!(stage.names("merged"), ["BTCUSDT_1m.parquet"]);
}

#[test]
fn an_interrupted_import_leaves_nothing_and_a_killed_one_is_swept_by_the_next() {
    let stage = stage();
    let rows =
        (0..3_000_000_i64).map(|minute| format!("{},1.5,2.5,0.5,1.25,100\n", 1_000_000_020 + minute * 60));
    stage.write("BIG_1m.csv", &format!("time,open,high,low,close,volume\n{}", rows.collect::<String>()));
    for signal in ["-INT", "-KILL"] {
        let mut child = stage
            .command("data import BIG_1m.csv --out big --interval 1m")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let patience = Instant::now();
        let hidden = || {
            let names = if stage.path("big").is_dir() { stage.names("big") } else { Vec::new() };
            names.iter().any(|name| name.ends_with(".tmp"))
        };
        while !hidden() {
            assert!(patience.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
            std::thread::sleep(Duration::from_millis(1));
        }
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        let status = child.wait().unwrap();
        if signal == "-INT" {
            assert_eq!(status.code(), Some(130));
            assert!(stage.names("big").is_empty(), "{:?}", stage.names("big"));
        }
    }
    assert!(!stage.names("big").is_empty(), "a kill can only leave what the next one sweeps");
    let file = day(&stage, 1);
    stage.result(&format!("data import {file} --out big --interval 1m"));
    // The lock file of the killed import remains until that file is imported.
    let left: Vec<String> = stage.names("big").into_iter().filter(|name| name.ends_with(".tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn ctrl_c_in_a_sweep_with_a_non_utf8_path_says_how_to_continue() {
    let stage = stage();
    let sweep = "\n[sweep]\nagent = \"trend\"\nbatch = 2\n[sweep.parameters]\nfast = { from = 2, to = 40 }\n\
                 slow = { from = 50, to = 200 }\n";
    stage.write("big.toml", &format!("{}{sweep}", scenario()));
    let mut command = stage.command("run big.toml --quiet --threads 1 --out");
    command.arg(std::ffi::OsStr::from_bytes(b"x\xff"));
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let trials = stage.path(".").join(std::ffi::OsStr::from_bytes(b"x\xff")).join("small/trials.db");
    let patience = Instant::now();
    while !trials.exists() {
        assert!(patience.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.contains(r"--out $'x\xff'"), "{said}");
}

#[test]
fn listing_a_store_with_a_non_utf8_path_is_valid_json() {
    let stage = stage();
    let out = std::ffi::OsStr::from_bytes(b"y\xff");
    let run = |words: &str| {
        let output = stage.command(words).arg("--out").arg(out).output().unwrap();
        assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run("run small.toml --quiet");
    let runs: Value = serde_json::from_str(&run("runs --json")).unwrap();
    assert_eq!(runs.as_array().unwrap().len(), 1);
    run("store check --json");
    run("agent create a --strategy {kind=\"cash\"}");
    run("agent list");
}

#[test]
fn a_vendor_file_with_a_non_utf8_path_is_imported_checked_and_shown() {
    let stage = stage();
    let file = stage.path(".").join(std::ffi::OsStr::from_bytes(b"caf\xe9.csv"));
    fs::write(&file, "ts,open,high,low,close,volume\n2024-01-01,1,2,1,2,5\n2024-01-02,2,2,1,1,5\n").unwrap();
    let run = |words: &str| {
        let output = stage.command(words).arg(&file).output().unwrap();
        assert!(output.status.success(), "{words}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run("data import csv --symbol CAFE --interval 1d --out bars");
    assert!(stage.names("bars").contains(&"CAFE_1d.parquet".to_owned()), "{:?}", stage.names("bars"));
    run("data check --symbol CAFE --interval 1d");
    run("data info --symbol CAFE --interval 1d");
}

/// Agents and runs are restored after the database was damaged, and after it was moved away as older versions
/// advised.
#[test]
fn a_repair_without_a_valid_backup_keeps_the_file_and_reports_it() {
    let stage = stage();
    stage.result("agent create keeper --strategy {kind=\"cash\"} --out s");
    stage.result("run small.toml --out s --quiet");
    for file in ["s/tiltyard.db", "s/registry.backup.db"] {
        let mut bytes = fs::read(stage.path(file)).unwrap();
        bytes[..4_096].fill(0xff);
        fs::write(stage.path(file), bytes).unwrap();
    }
    let copy = fs::read(stage.path("s/registry.backup.db")).unwrap();
    let said = stage.run("store repair --out s");
    let words = format!("{} {}", said.stdout, said.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("neither the database nor the backup of its agents is completely readable"),
        "{words}"
    );
    assert_eq!(fs::read(stage.path("s/registry.backup.db.damaged-1")).unwrap(), copy);
}

#[test]
fn a_damaged_or_missing_database_is_repaired_with_all_agents_and_runs() {
    for damage in ["middle", "head", "cut", "emptied", "moved"] {
        let stage = stage();
        let key = stage.result("agent create keeper --strategy {kind=\"cash\"} --out s --json");
        stage.result("agent create other --strategy {kind=\"cash\"} --out s");
        stage.result("run small.toml --out s --quiet");
        let agents = stage.result("agent list --out s --json");
        let db = stage.path("s/tiltyard.db");
        let mut bytes = fs::read(&db).unwrap();
        match damage {
            "middle" => bytes[4_096..12_288].fill(0xff),
            "head" => bytes[..100].fill(0xff),
            "cut" => bytes.truncate(9_000),
            _ => bytes.clear(),
        }
        fs::write(&db, bytes).unwrap();
        if damage == "moved" {
            fs::remove_file(&db).unwrap();
        }
        for words in ["runs", "agent list", "run small.toml --quiet"] {
            let said = stage.run(&format!("{words} --out s"));
            // A file that is damaged in its middle can be read in part.
            if said.code == Some(0) && damage == "middle" && words != "runs" {
                continue;
            }
            assert_ne!(said.code, Some(0), "{damage} {words}: {said:?}");
            let said = said.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(said.contains("store repair --out s"), "{damage} {words}: {said}");
            assert!(!said.contains("move"), "{damage}: {said}");
        }
        assert_eq!(store_problems(&stage, "s")[0]["kind"], "database", "{damage}");
        stage.result("store repair --out s");
        assert!(store_problems(&stage, "s").is_empty(), "{damage}");
        assert_eq!(stage.result("agent list --out s --json"), agents, "{damage}");
        let runs: Value = serde_json::from_str(&stage.result("runs --out s --json")).unwrap();
        assert_eq!(runs.as_array().unwrap().len(), 1, "{damage}");
        // The key is still accepted.
        let key: Value = serde_json::from_str(&key).unwrap();
        let text = key.to_string();
        let at = text.find("ak_live_").unwrap();
        let mut whoami = stage
            .command("agent whoami --key-stdin --out s")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(whoami.stdin.as_mut().unwrap(), &text.as_bytes()[at..at + 72]).unwrap();
        let who = whoami.wait_with_output().unwrap();
        assert!(String::from_utf8_lossy(&who.stdout).contains("keeper"), "{damage}");
        let kept = stage.names("s").iter().any(|name| name.starts_with("tiltyard.db.damaged-"));
        assert_eq!(kept, damage != "moved", "{damage}: the damaged file is kept");
    }
}

#[test]
fn a_flipped_bit_in_a_kept_outcome_changes_no_result() {
    let stage = stage();
    let sweep = "\n[sweep]\nagent = \"trend\"\n[sweep.parameters]\nfast = { from = 2, to = 4 }\n\
                 slow = { from = 8, to = 10 }\n";
    stage.write("swept.toml", &format!("{}{sweep}", scenario()));
    stage.result("run swept.toml --out s --quiet");
    let results = |stage: &Stage| fs::read(run_folder(stage, "s").join("results.parquet")).unwrap();
    let before = results(&stage);
    let db = Connection::open(stage.path("s/small/trials.db")).unwrap();
    let mut outcomes: Vec<(Vec<u8>, Vec<u8>)> = db
        .prepare("SELECT job, outcome FROM outcomes")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (number, (job, outcome)) in outcomes.iter_mut().enumerate() {
        let at = (number * 37) % outcome.len();
        outcome[at] ^= 1 << (number % 8);
        db.execute("UPDATE outcomes SET outcome = ?1 WHERE job = ?2", rusqlite::params![&*outcome, &*job])
            .unwrap();
    }
    drop(db);
    let found = store_problems(&stage, "s");
    assert_eq!((found.len(), found[0]["kind"].as_str()), (1, Some("trials")), "{found:?}");
    stage.result("run swept.toml --out s --quiet");
    assert_eq!(results(&stage), before);
    assert!(store_problems(&stage, "s").is_empty());
}

/// Runs the program as a user without write permission, on the same files.
#[expect(clippy::print_stdout, reason = "a test that tries nothing says so")]
fn unprivileged(stage: &Stage, words: &str) -> Option<(Option<i32>, String)> {
    let program = stage.command(words);
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout == b"0\n");
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program.get_program());
        command.args(program.get_args()).current_dir(stage.path("."));
        command
    } else {
        program
    };
    match command.output() {
        Ok(output) => Some((output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())),
        Err(error) => {
            println!("skipped: no `setpriv` to act as a user without rights ({error})");
            None
        }
    }
}

fn set_rights(folder: &Path, of_folders: u32, of_files: u32) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            set_rights(&path, of_folders, of_files);
        } else {
            fs::set_permissions(&path, fs::Permissions::from_mode(of_files)).unwrap();
        }
    }
    fs::set_permissions(folder, fs::Permissions::from_mode(of_folders)).unwrap();
}

#[test]
fn a_store_that_may_not_be_written_can_be_read() {
    let stage = stage();
    stage.write("ranked.toml", &format!("{}\n[tournament]\nformat = \"round_robin\"\n", scenario()));
    stage.result("agent create keeper --strategy {kind=\"cash\"} --out s");
    stage.result("run ranked.toml --out s --quiet");
    fs::set_permissions(stage.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    set_rights(&stage.path("s"), 0o555, 0o444);
    for words in ["runs", "show small", "trades small trend", "standings small", "agent list", "store check"]
    {
        let Some((code, stderr)) = unprivileged(&stage, &format!("{words} --out s")) else { break };
        assert_eq!(code, Some(0), "{words}: {stderr}");
    }
    let denied = unprivileged(&stage, "agent create b --strategy {kind=\"cash\"} --out s");
    if let Some((code, stderr)) = denied {
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains("permissions"), "{stderr}");
    }
    set_rights(&stage.path("s"), 0o755, 0o644);
}
