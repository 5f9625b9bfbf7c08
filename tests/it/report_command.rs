//! The pages of a run: written with it, unchanged when rendered again, and comparing several runs.

use std::fs;

use crate::support::stage::Stage;

/// Maximum size of a page, small enough for e-mail.
const MOST_BYTES: u64 = 3_000_000;

fn folder_of(stage: &Stage, scenario: &str) -> String {
    let below = format!("out/{scenario}");
    let run = stage.names(&below).into_iter().find(|name| !name.starts_with('.')).unwrap();
    format!("{below}/{run}")
}

#[test]
fn a_report_rendered_again_has_the_same_bytes() {
    let stage = Stage::new();
    stage.result("run scenarios/first_tournament.toml --out out --quiet");
    let folder = folder_of(&stage, "first-tournament");
    let read = |name: &str| fs::read(stage.path(&format!("{folder}/{name}"))).unwrap();
    let before = ["report.html", "report.md"].map(read);
    assert!(fs::metadata(stage.path(&format!("{folder}/report.html"))).unwrap().len() < MOST_BYTES);
    fs::remove_dir_all(stage.path("data")).unwrap();
    let said = stage.result("report first-tournament --out out --images");
    assert_eq!(["report.html", "report.md"].map(read), before, "rendering needs the store alone");
    assert_eq!(said.lines().count(), 5, "{said}");
    for line in said.lines() {
        assert!(stage.path(line).is_file(), "{line}");
    }
    assert_eq!(stage.names(&format!("{folder}/images")), ["equity.svg", "scores.svg", "underwater.svg"]);
}

#[test]
fn runs_of_two_scenarios_are_compared_in_one_page() {
    let stage = Stage::new();
    for scenario in ["first_tournament", "single_window"] {
        stage.result(&format!("run scenarios/{scenario}.toml --out out --quiet"));
    }
    let folders = ["first-tournament", "single-window"].map(|name| folder_of(&stage, name));
    let said = stage.result(&format!("report {} {} --out out", folders[0], folders[1]));
    let page = fs::read_to_string(stage.path(said.trim_end())).unwrap();
    assert!(said.starts_with("out/compare-") && page.contains("2 runs compared"), "{said}");
    assert!(page.contains("first-tournament") && page.contains("single-window"));
}
