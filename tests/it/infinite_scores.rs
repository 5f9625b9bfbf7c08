//! A sweep with a metric that can be infinite: a profit factor without losses.

use crate::support::stage::{Stage, trend_and_hold};

/// Six days in which some combinations have no losing trade.
const REST: &str = r#"
[sweep]
agent     = "trend"
objective = "profit_factor"

[sweep.parameters]
fast = { from = 2, to = 4 }
slow = { from = 20, to = 70, step = 10 }
"#;

const REASON: &str = "+infinity: no losing trades";

#[test]
fn trials_with_an_infinite_score_are_listed_first_with_the_reason() {
    let stage = Stage::new();
    stage.write("endless.toml", &trend_and_hold("endless", "2023-06-01", "2023-06-07", REST));
    let page = stage.result("run endless.toml --out out");
    let top = stage.result("sweep top endless --out out");
    for text in [&page, &top] {
        assert!(!text.contains("no trial has"), "{text}");
        let first = text.lines().find(|line| line.trim_start().starts_with("1 ")).unwrap();
        assert!(first.split_whitespace().nth(3) == Some("inf"), "{text}");
        assert!(text.contains(&format!("- {REASON}: trial ")), "{text}");
        assert!(text.contains(": PF inf (trial "), "{text}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&stage.result("sweep top endless --json --out out")).unwrap();
    assert_eq!(json["trials"][0]["score"], "inf");
    assert_eq!(json["trials"][0]["score_missing"], REASON);
    assert_eq!(json["sweep"]["winner"]["score_missing"], REASON);
    let map = stage.result("sweep heatmap endless --x fast --y slow --out out");
    assert!(map.contains("*inf") && map.contains("best: inf at ") && map.contains(REASON), "{map}");
}

/// Windows of four days, chosen on two and tested on the next.
const SPLIT: &str = r#"
[battle]
windows = { kind = "sequential", length = "4d", count = 10 }

[validation]
kind  = "walk_forward"
train = 2
test  = 1
"#;

/// Out of sample a trial without a losing trade is infinitely good, not without a score; and trials are ordered by a
/// metric that is infinite though another is the objective.
#[test]
fn infinite_scores_out_of_sample_and_of_other_metrics_are_shown() {
    let stage = Stage::new();
    let text = trend_and_hold("endless", "2023-06-01", "2023-07-20", REST) + SPLIT;
    stage.write("split.toml", &text);
    let page = stage.result("run split.toml --out out");
    let table = page.split("Out of sample").nth(1).unwrap();
    assert!(table.lines().any(|line| line.split_whitespace().last() == Some("inf")), "{page}");
    let json: serde_json::Value =
        serde_json::from_str(&stage.result("sweep top endless --json --out out")).unwrap();
    let splits = json["sweep"]["validation"]["splits"].as_array().unwrap();
    assert!(splits.iter().any(|split| split["out_of_sample_missing"] == "+infinity"), "{splits:?}");

    let rest = REST.replace("objective = \"profit_factor\"", "objective = \"roi_pct\"");
    stage.write("other.toml", &trend_and_hold("other", "2023-06-01", "2023-06-07", &rest));
    stage.result("run other.toml --out out --quiet");
    let top = stage.result("sweep top other --by profit_factor --out out");
    let first = top.lines().find(|line| line.trim_start().starts_with("1 ")).unwrap();
    assert!(first.split_whitespace().nth(3) == Some("inf"), "{top}");
    assert!(top.contains("- +infinity: trial "), "{top}");
    let map = stage.result("sweep heatmap other --x fast --y slow --metric profit_factor --out out");
    assert!(map.contains("best: inf at "), "{map}");
}
