//! The output of every command and of every kind of mistake: the pages in `tests/cli/*.trycmd`.
//!
//! After a change of wording: `TRYCMD=overwrite cargo test every_page`, then read the difference.

use std::fs;
use std::path::Path;

use crate::support::stage::Stage;

/// The pages name files relative to the stage: each runs in a link to it, `NAME.in` beside a copy of the
/// page.
#[test]
fn every_page_reads_as_recorded() {
    let stage = Stage::with_mistakes();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli");
    let copies = tempfile::tempdir().unwrap();
    let recorded = || {
        let files = fs::read_dir(&pages).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|file| file.extension().is_some_and(|ending| ending == "trycmd"))
    };
    let copy = |page: &Path| copies.path().join(page.file_name().unwrap());
    for page in recorded() {
        fs::copy(&page, copy(&page)).unwrap();
        std::os::unix::fs::symlink(stage.path("."), copy(&page).with_extension("in")).unwrap();
    }
    let run = std::panic::catch_unwind(|| {
        trycmd::TestCases::new()
            .register_bin("tiltyard", Path::new(env!("CARGO_BIN_EXE_tiltyard")))
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1")
            .case(copies.path().join("*.trycmd"))
            .run();
    });
    if std::env::var("TRYCMD").is_ok_and(|wish| wish == "overwrite") {
        for page in recorded() {
            fs::copy(copy(&page), page).unwrap();
        }
    }
    assert!(run.is_ok(), "pages differ: see above");
    assert!(!stage.path("left").exists(), "a run that was refused left something behind");
    assert!(!stage.path("reports").exists(), "something was written where nobody asked for it");
}

/// Scenarios of the mistakes folder that are valid.
const SOUND: [&str; 3] = ["sound.toml", "warnings.toml", "sweep_contradiction.toml"];

/// `check` reports the same problems as `run`, with the same output and exit code, and writes nothing; with
/// `--json` it reports the same number of problems.
#[test]
fn check_and_run_report_the_same_problems() {
    let stage = Stage::with_mistakes();
    let before = stage.names(".");
    for (folder, code) in [("", None), ("flawed/", Some(3))] {
        let scenarios = stage.names(if folder.is_empty() { "." } else { folder });
        for scenario in
            scenarios.iter().filter(|name| name.ends_with(".toml") && !SOUND.contains(&name.as_str()))
        {
            let code = code.unwrap_or(if scenario.starts_with("data_") { 3 } else { 2 });
            let run = stage.run(&format!("run {folder}{scenario} --out left"));
            let check = stage.run(&format!("check {folder}{scenario}"));
            assert_eq!(run, check, "{scenario}");
            assert_eq!((run.code, run.stdout.as_str()), (Some(code), ""), "{scenario}\n{}", run.stderr);
            assert!(run.stderr.contains("help: "), "{scenario} has no remedy\n{}", run.stderr);
            let json = stage.run(&format!("check {folder}{scenario} --json"));
            assert_eq!((json.code, json.stderr.as_str()), (Some(code), ""), "{scenario}");
            let answer: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
            let problems = answer["problems"].as_array().unwrap();
            assert_eq!(answer["ok"], false, "{scenario}");
            let pages = run.stderr.lines().filter(|line| line.starts_with("  x ")).count();
            assert_eq!(problems.len(), pages, "{scenario}\n{}", run.stderr);
        }
    }
    assert_eq!(stage.names("."), before);
}
