//! `tiltyard data ..` on the command line: exit codes and files.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Exit codes.
const DONE: i32 = 0;
const USAGE: i32 = 2;
const DATA: i32 = 3;

/// Runs a command; returns the exit code and stderr.
fn tool(line: &[&str]) -> (i32, String) {
    let (code, _, said) = outputs(line);
    (code, said)
}

/// Exit code, stdout, and stderr on one line.
fn outputs(line: &[&str]) -> (i32, String, String) {
    let program = env!("CARGO_BIN_EXE_tiltyard");
    let output = Command::new(program).arg("data").args(line).env("NO_COLOR", "1").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let said = text(output.stderr).replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    (output.status.code().unwrap(), text(output.stdout), said)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn from_a_vendor_s_file_to_coarser_bars() {
    let dir = tempfile::tempdir().unwrap();
    let raw = dir.path().join("XBTUSD_1.csv");
    let rows: String =
        (0..180).map(|n| format!("{},1.5,2.5,0.5,1.{},1,1\n", 1_700_006_400 + n * 60, 10 + n % 7)).collect();
    fs::write(&raw, rows).unwrap();
    let out = dir.path().join("bars");
    assert_eq!(tool(&["import", text(&raw), "--out", text(&out)]).0, DONE);
    let minutes = out.join("XBTUSD_1m.parquet");
    assert!(minutes.is_file());
    let (exit, page) = tool(&["import", "kraken", text(&raw), "--out", text(&out)]);
    assert_eq!(exit, DATA);
    assert!(page.contains("it exists"), "{page}");
    assert_eq!(tool(&["import", "auto", text(&raw), "--out", text(&out), "--merge", "--json"]).0, DONE);
    let (exit, json, _) = outputs(&["check", text(&out), "--json"]);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (exit, document["files"][0]["rows"].as_u64(), document["errors"].as_u64()),
        (DONE, Some(180), Some(0))
    );
    assert_eq!(tool(&["info", text(&minutes)]).0, DONE);
    assert_eq!(tool(&["resample", text(&minutes), "--interval", "1h", "--out", text(&out)]).0, DONE);
    assert!(out.join("XBTUSD_1h.parquet").is_file());
    let (exit, page) =
        tool(&["resample", text(&out.join("XBTUSD_1h.parquet")), "--interval", "90s", "--out", text(&out)]);
    assert_eq!((exit, page.contains("cannot be resampled to 90s")), (USAGE, true), "{page}");
}

#[test]
fn the_check_exits_with_the_worst_severity() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("XBTUSD_60.csv");
    // 36 hours are missing: a warning. A close above the high: an error.
    let row = |hour: i64, close: f64| {
        format!("{},1.{},2.5,0.5,{close},1,1\n", 1_700_006_400 + hour * 3_600, 10 + hour % 7)
    };
    let hours =
        |close: f64| (0..200).filter(|n| !(50..86).contains(n)).map(|n| row(n, close)).collect::<String>();
    fs::write(&file, hours(1.25)).unwrap();
    let (exit, _) = tool(&["check", text(&file)]);
    let (strict, _) = tool(&["check", text(&file), "--strict"]);
    assert_eq!((exit, strict), (DONE, DATA));
    fs::write(&file, hours(9.0)).unwrap();
    assert_eq!(tool(&["check", text(&file)]).0, DATA);
    assert_eq!(tool(&["check", text(&dir.path().join("none.csv"))]).0, DATA);
}

#[test]
fn synthetic_bars_are_the_same_to_the_byte() {
    let dir = tempfile::tempdir().unwrap();
    let make = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let line: Vec<&str> =
            ["synth", "--out", text(&out)].into_iter().chain(more.iter().copied()).collect();
        assert_eq!(tool(&line).0, DONE);
        let mut files: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>()
    };
    let options = ["--symbols", "4", "--bars", "500", "--interval", "5m", "--seed", "9", "--gaps", "0.1"];
    let first = make("a", &options);
    assert_eq!(first.len(), 4);
    assert!(first == make("b", &options));
    let other: Vec<&str> = options.iter().map(|word| if *word == "9" { "10" } else { word }).collect();
    assert!(first != make("c", &other));
    assert_eq!(make("sample", &[]).len(), 3);
    let (exit, page) = tool(&["synth", "--out", text(dir.path()), "--correlation", "2"]);
    assert_eq!(exit, USAGE);
    assert!(page.contains("`--correlation 2` is out of range"), "{page}");
}

/// A file of minutes in the layout of Kraken, from its rows.
fn minutes(rows: impl Iterator<Item = u32>) -> String {
    rows.map(|n| format!("{},1.5,2.5,0.5,1.{},1,1\n", 1_700_006_400 + n * 60, 10 + n % 7)).collect()
}

#[test]
fn an_import_of_several_symbols_that_broke_off_goes_on_when_it_is_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("AAAUSD_1.csv"), dir.path().join("BBBUSD_1.csv"));
    fs::write(&first, minutes(0..90)).unwrap();
    fs::write(&second, minutes(0..3000) + "rubbish,1,1,1,1,1,1\n").unwrap();
    let out = dir.path().join("bars");
    let import = ["import", text(&first), text(&second), "--out", text(&out)];
    let (exit, page) = tool(&import);
    assert!(exit == DATA && page.contains("line 3001"), "{page}");
    assert!(out.join("AAAUSD_1m.parquet").is_file() && !out.join("BBBUSD_1m.parquet").exists());
    // As after a kill: the first file is published, the second is not.
    fs::write(&second, minutes(0..80)).unwrap();
    let (exit, page) = tool(&import);
    assert!(exit == DONE && page.contains("AAAUSD 1m: imported before the interruption"), "{page}");
    assert!(out.join("BBBUSD_1m.parquet").is_file());
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "nothing is left of the note");
    // A finished import is not repeated by accident, and neither is one with other sources.
    let (exit, page) = tool(&import);
    assert!(exit == DATA && page.contains("it exists"), "{page}");
}

#[test]
fn an_import_that_broke_off_never_takes_a_changed_file_for_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("AAAUSD_1.csv"), dir.path().join("BBBUSD_1.csv"));
    fs::write(&first, minutes(0..90)).unwrap();
    fs::write(&second, minutes(0..3000) + "rubbish,1,1,1,1,1,1\n").unwrap();
    let out = dir.path().join("bars");
    let import = ["import", text(&first), text(&second), "--out", text(&out)];
    assert_eq!(tool(&import).0, DATA);
    let made = out.join("AAAUSD_1m.parquet");
    fs::write(&made, "mine").unwrap();
    fs::write(&second, minutes(0..80)).unwrap();
    let (exit, page) = tool(&import);
    assert!(exit == DATA && page.contains("it exists"), "{page}");
    assert_eq!(fs::read_to_string(&made).unwrap(), "mine");
}

#[test]
fn resampling_refuses_rows_out_of_order_as_a_run_does() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("bars");
    for (name, rows, problem) in [
        ("AAAUSD_1.csv", minutes((0..90).chain(30..40)), "is earlier than the row before"),
        ("BBBUSD_1.csv", minutes((0..90).chain(89..91)), "has the same time as the row"),
    ] {
        let file = dir.path().join(name);
        fs::write(&file, rows).unwrap();
        let (exit, page) = tool(&["resample", text(&file), "--interval", "1h", "--out", text(&out)]);
        assert!(exit == DATA && page.contains(problem) && page.contains("row 91"), "{page}");
        assert!(page.contains("tiltyard data import FILE --out DIR"), "{page}");
        assert!(!out.exists(), "nothing is written");
    }
}

#[test]
fn a_bad_file_in_a_folder_refuses_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let (raw, out) = (dir.path().join("raw"), dir.path().join("bars"));
    fs::create_dir_all(&raw).unwrap();
    let bars = |low: &str| {
        format!("Date,Open,High,Low,Close,Volume\n2024-01-02,5,9,{low},6,1\n2024-01-03,6,9,4,7,1\n")
    };
    for (name, text) in [
        ("GOOD.csv", bars("4")),
        ("OTHER.csv", bars("3")),
        // A line that is wrong, a bar that is none, and files that are no market data.
        ("WORD.csv", bars("low")),
        ("INVALID.csv", bars("9.5")),
        ("notes.txt", "just some words\n".to_owned()),
        ("EMPTY.csv", String::new()),
    ] {
        fs::write(raw.join(name), text).unwrap();
    }
    let (code, table, said) = outputs(&["import", text(&raw), "--out", text(&out)]);
    assert_eq!(code, DATA, "{said}");
    let made = |name: &str| out.join(format!("{name}_1d.parquet")).is_file();
    assert!(made("GOOD") && made("OTHER") && !made("WORD") && !made("INVALID"), "{said}");
    assert!(table.contains("GOOD_1d.parquet") && table.contains("OTHER_1d.parquet"), "{table}");
    for said_of_each in ["WORD.csv` line 2: `low` is not a number", "INVALID.csv` row 1", "help: "] {
        assert!(said.contains(said_of_each), "{said_of_each}: {said}");
    }
    for skipped in ["notes.txt` has an unknown format", "EMPTY.csv` is empty"] {
        assert!(said.split("skipped: ").skip(1).any(|part| part.contains(skipped)), "{skipped}: {said}");
    }
    // Without the bad ones, nothing is wrong: what is no market data is only named.
    fs::remove_file(raw.join("WORD.csv")).unwrap();
    fs::remove_file(raw.join("INVALID.csv")).unwrap();
    let (code, said) = tool(&["import", text(&raw), "--out", text(&out), "--replace"]);
    assert_eq!(code, DONE, "{said}");
}
