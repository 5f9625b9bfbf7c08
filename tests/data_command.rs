//! `tiltyard data ..` as typed: exit codes and files.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use clap::Parser as _;
use tiltyard::cli::Exit;
use tiltyard::cli::data::DataCommand;

#[derive(clap::Parser)]
struct Tool {
    #[command(subcommand)]
    command: DataCommand,
}

/// Runs a command line; the exit code, and the page where it failed.
fn tool(line: &[&str]) -> (Exit, String) {
    let words = std::iter::once("data").chain(line.iter().copied());
    match Tool::try_parse_from(words).unwrap().command.run() {
        Ok(exit) => (exit, String::new()),
        Err(failure) => (failure.exit, failure.report.to_string()),
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn from_a_vendor_s_file_to_coarser_bars() {
    let dir = tempfile::tempdir().unwrap();
    let raw = dir.path().join("XBTUSD_1.csv");
    let rows: String =
        (0..180).map(|n| format!("{},1.5,2.5,0.5,1.25,1,1\n", 1_700_006_400 + n * 60)).collect();
    fs::write(&raw, rows).unwrap();
    let out = dir.path().join("bars");
    assert_eq!(tool(&["import", text(&raw), "--out", text(&out)]).0, Exit::Done);
    let minutes = out.join("XBTUSD_1m.parquet");
    assert!(minutes.is_file());
    let (exit, page) = tool(&["import", "kraken", text(&raw), "--out", text(&out)]);
    assert_eq!(exit, Exit::Data);
    assert!(page.contains("it exists"), "{page}");
    assert_eq!(tool(&["import", "auto", text(&raw), "--out", text(&out), "--merge", "--json"]).0, Exit::Done);
    assert_eq!(tool(&["check", text(&out), "--json"]).0, Exit::Done);
    assert_eq!(tool(&["info", text(&minutes)]).0, Exit::Done);
    assert_eq!(tool(&["resample", text(&minutes), "--interval", "1h", "--out", text(&out)]).0, Exit::Done);
    assert!(out.join("XBTUSD_1h.parquet").is_file());
    let (exit, page) =
        tool(&["resample", text(&out.join("XBTUSD_1h.parquet")), "--interval", "90s", "--out", text(&out)]);
    assert_eq!((exit, page.contains("no bars of 90s can be made")), (Exit::Usage, true), "{page}");
}

#[test]
fn the_check_s_exit_code_serves_a_pipeline() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("XBTUSD_60.csv");
    // 36 hours are missing: a warning. A close above the high: an error.
    let row = |hour: i64, close: f64| format!("{},1.5,2.5,0.5,{close},1,1\n", 1_700_006_400 + hour * 3_600);
    let hours =
        |close: f64| (0..200).filter(|n| !(50..86).contains(n)).map(|n| row(n, close)).collect::<String>();
    fs::write(&file, hours(1.25)).unwrap();
    let (exit, _) = tool(&["check", text(&file)]);
    let (strict, _) = tool(&["check", text(&file), "--strict"]);
    assert_eq!((exit, strict), (Exit::Done, Exit::Data));
    fs::write(&file, hours(9.0)).unwrap();
    assert_eq!(tool(&["check", text(&file)]).0, Exit::Data);
    assert_eq!(tool(&["check", text(&dir.path().join("none.csv"))]).0, Exit::Data);
}

#[test]
fn synthetic_bars_are_the_same_to_the_byte() {
    let dir = tempfile::tempdir().unwrap();
    let make = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let line: Vec<&str> =
            ["synth", "--out", text(&out)].into_iter().chain(more.iter().copied()).collect();
        assert_eq!(tool(&line).0, Exit::Done);
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
    assert_eq!((exit, page.as_str()), (Exit::Usage, "`--correlation 2` is out of range"));
}
