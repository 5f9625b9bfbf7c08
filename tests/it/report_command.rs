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
    for line in said.lines() {
        assert!(stage.path(line).is_file(), "{line}");
    }
    let images = stage.names(&format!("{folder}/images"));
    assert_eq!(said.lines().count(), 2 + images.len(), "{said}");
    let of_all: Vec<&String> = images.iter().filter(|name| name.matches('.').count() == 1).collect();
    assert_eq!(
        of_all,
        ["correlations.svg", "costs.svg", "equity.svg", "ranks.svg", "scores.svg", "underwater.svg"]
    );
    let kinds = |agent: &str| -> Vec<String> {
        let own = images.iter().filter_map(|name| name.strip_prefix(agent)?.strip_suffix(".svg"));
        own.map(str::to_owned).collect()
    };
    let of_trend =
        ["exposure", "holding", "prices.ALPHA", "prices.BRAVO", "prices.CHARLIE", "returns", "rolling"];
    assert_eq!(kinds("trend."), [&of_trend[..], &["years"]].concat());
    assert_eq!(kinds("coin-flip."), Vec::<String>::new(), "only the first agents have pictures of their own");
    for name in &images {
        let text = fs::read_to_string(stage.path(&format!("{folder}/images/{name}"))).unwrap();
        assert!(text.starts_with("<svg ") && text.ends_with("</svg>\n"), "{name}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{name}");
    }
    let picture =
        |name: &str| fs::read_to_string(stage.path(&format!("{folder}/images/{name}.svg"))).unwrap();
    assert_eq!(
        picture("equity").matches(r#"stroke-dasharray="7 4""#).count(),
        2,
        "the benchmark and its legend"
    );
    assert!(picture("trend.returns").contains("normal distribution of the same mean"));
    assert!(picture("trend.prices.ALPHA").contains(">sma(20)</text>"), "the strategy's own indicators");
}

#[test]
fn a_sweep_has_pictures_of_its_winner_against_luck_and_of_its_choices_out_of_sample() {
    let stage = Stage::new();
    stage.result("run scenarios/sweep_sma_cross.toml --out out --quiet");
    let said = stage.result("report sweep-sma-cross --out out --to pages --images");
    assert!(said.contains("pages/images/sweep-out-of-sample.svg"), "{said}");
    let luck = fs::read_to_string(stage.path("pages/images/sweep-luck.svg")).unwrap();
    assert!(luck.contains(">luck ") && luck.contains(">winner "), "{luck}");
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
