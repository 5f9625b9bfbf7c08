//! Input that would harm a terminal, a spreadsheet or the program's time: control characters, formulas, pipes, devices.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};

use crate::support::stage::{Said, Stage};

/// What a terminal or a reader would obey.
const HOSTILE: [char; 6] = ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\u{2066}', '\r'];

fn is_harmless(what: &str, said: &Said) {
    for text in [&said.stdout, &said.stderr] {
        assert!(!text.contains(HOSTILE), "{what}: {text:?}");
    }
}

/// Ends the command where it hangs.
fn said_soon(mut command: Command) -> Said {
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(20) {
            child.kill().unwrap();
            panic!("{command:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Said::of(&child.wait_with_output().unwrap())
}

#[test]
fn pipes_and_devices_are_refused_as_input_without_waiting_for_them() {
    let stage = Stage::new();
    mknodat(CWD, stage.path("pipe"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
    for input in ["pipe", "/dev/zero"] {
        for words in [
            format!("run {input}"),
            format!("check {input}"),
            format!("data info {input}"),
            format!("data check {input}"),
            format!("data import {input} --out bars"),
            format!("data import {input} --what funding --out bars"),
            format!("data resample {input} --interval 1d --out bars"),
            format!("rank {input}"),
            format!("evidence {input}"),
            format!("metrics {input} --column a --periods-per-year 365"),
            format!("agent import {input}"),
            format!("agent create a --strategy {{kind=\"cash\"}} --risk {input}"),
        ] {
            let said = said_soon(stage.command(&words));
            assert!(said.code.is_some_and(|code| code > 0), "{words}: {said:?}");
            let text = said.stdout + &said.stderr;
            assert!(text.contains("a pipe, socket or device"), "{words}: {text}");
        }
    }
}

#[test]
fn control_characters_of_files_never_reach_the_terminal() {
    let stage = Stage::new();
    let odd = "\u{1b}]0;title\u{7}\u{1b}[2J\u{202e}\u{2066}\u{9b}31m";
    fs::write(stage.path(&format!("{odd}.csv")), format!("window,{odd},b\n1,2,3\n2,{odd},4\n")).unwrap();
    fs::write(stage.path("bars.csv"), format!("time,open,high,low,close,{odd}\n{odd},1,1,1,1,1\n")).unwrap();
    stage.write("a.toml", &format!("[scenario]\nname = \"{}\"\n", "\u{202e}name"));
    stage.write("b.toml", "[scenario]\nname = \"\\u001b[2J\"\n[\\u001b]\n\"key\u{202e}\" = 1\n");
    let file = format!("{odd}.csv");
    for words in [
        vec!["rank", &file],
        vec!["evidence", &file],
        vec!["metrics", &file, "--column", odd, "--periods-per-year", "365"],
        vec!["data", "info", &file],
        vec!["data", "check", &file],
        vec!["data", "import", "bars.csv", "--out", "bars"],
        vec!["data", "info", "bars.csv"],
        vec!["check", "a.toml"],
        vec!["check", "b.toml"],
        vec!["check", &file],
        vec!["run", odd],
        vec!["agent", "create", odd, "--strategy", "{ kind = \"cash\" }"],
    ] {
        let mut command = stage.command("");
        is_harmless(&format!("{words:?}"), &said_soon_with(&mut command, &words));
    }
}

fn said_soon_with(command: &mut Command, words: &[&str]) -> Said {
    Said::of(&command.args(words).output().unwrap())
}

#[test]
fn text_that_spreadsheets_take_for_a_formula_is_marked_where_that_is_asked_for() {
    let stage = Stage::new();
    let text = "[scenario]\nname = \"f\"\n[market]\npath = \"data/sample\"\nsymbols = [\"ALPHA\"]\ninterval = \"1h\"\n\
                [[agents]]\nname = \"=1+1\"\nstrategy = { kind = \"buy_and_hold\" }\n\
                [[agents]]\nname = \"b\"\nstrategy = { kind = \"sma_cross\", fast = 5, slow = 20 }\n";
    stage.write("f.toml", text);
    let folder = |out: &str| {
        let runs = stage.names(&format!("{out}/f"));
        stage.path(&format!("{out}/f/{}", runs[0]))
    };
    stage.result("run f.toml --quiet --out plain");
    stage.result("run f.toml --quiet --out marked --spreadsheet");
    let board = |out: &str| fs::read_to_string(folder(out).join("leaderboard.csv")).unwrap();
    assert_eq!(
        folder("plain").file_name(),
        folder("marked").file_name(),
        "the option is no part of a run's identity"
    );
    assert!(board("plain").lines().any(|line| line.contains(",=1+1,")), "{}", board("plain"));
    assert!(board("marked").lines().any(|line| line.contains(",'=1+1,")), "{}", board("marked"));
    assert_eq!(board("marked").replace("'=1+1", "=1+1"), board("plain"), "numbers stay as they are");
    assert!(folder("marked").join("agents/b/fills.csv").is_file(), "as with --csv");
    assert!(stage.result("store check --out marked").contains(": ok"));
}
