//! The design's example, the starter, the runnable scenarios, and a scenario's identity.

use std::path::Path;

use super::{GOOD, changed, parse, valid};
use crate::domain::{Bps, Span};
use crate::scenario::{
    Benchmark, RankingMetric, ReportFormat, RuleDistance, STARTER, Slippage, StrategyKind, TieBreak,
    WindowSpec, identity_json,
};

/// The design's example, verbatim.
const EXAMPLE: &str = include_str!("example.toml");

#[test]
fn the_example_has_the_expected_values() {
    let scenario = valid(EXAMPLE);
    assert_eq!((scenario.name.as_str(), scenario.seed.0), ("momentum-vs-reversion", 42));
    assert_eq!(scenario.market.path, Path::new("data/sample"));
    assert_eq!(scenario.market.instruments.len(), 2);
    assert_eq!(scenario.market.end.unwrap().to_string(), "2024-07-01T00:00:00Z");
    assert_eq!(scenario.venue.slippage, Slippage::FixedBps { bps: Bps::from_f64(5.0) });
    assert_eq!(scenario.agents.len(), 3);
    let StrategyKind::Rules(rules) = &scenario.agents[1].strategy.kind else { panic!("no rules") };
    assert_eq!(rules.enter_all[1].text, "close < bollinger_lower(20, 2)");
    assert_eq!(rules.stop_loss, Some(RuleDistance::Share(Bps::from_percent(3.0))));
    assert_eq!((rules.max_hold_bars, rules.max_positions), (Some(72), None));
    assert_eq!(scenario.agents[0].risk.max_open_orders, Some(20));
    assert_eq!(scenario.agents[2].risk.max_open_orders, None);
    assert_eq!(
        scenario.battle.windows,
        WindowSpec::Sequential { length: Span::DAY.times(30), count: Some(6) }
    );
    assert_eq!(
        scenario.battle.tie_break,
        [
            TieBreak::Metric(RankingMetric::MaxDrawdownPct),
            TieBreak::Metric(RankingMetric::RoiPct),
            TieBreak::Name
        ]
    );
    assert_eq!(scenario.report.formats.first(), Some(&ReportFormat::Html));
    assert_eq!(scenario.report.benchmark.as_ref().map(Benchmark::name), Some("hold"));
}

#[test]
fn the_starter_is_valid() {
    let scenario = valid(STARTER);
    assert_eq!(scenario.agents.len(), 4);
}

#[test]
fn the_runnable_scenarios_are_valid() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let (_, warnings) = parse(&std::fs::read_to_string(&path).unwrap())
                .unwrap_or_else(|problems| panic!("{}: {problems:#?}", path.display()));
            assert_eq!(warnings, vec![], "{}", path.display());
            count += 1;
        }
    }
    assert!(count >= 3);
}

#[test]
fn only_meaning_changes_the_identity() {
    let identity = |source: &str| identity_json(&parse(source).unwrap().0);
    let same = changed("name = \"test\"", "description = \"prose\"\n# a comment\nseed = 0x1\nname = 'test'")
        .replace("path = \"data/sample\"", "path = \"elsewhere\"");
    assert_eq!(identity(GOOD), identity(&same));
    assert_ne!(identity(GOOD), identity(&changed("name = \"test\"", "name = \"test\"\nseed = 2")));
    assert_ne!(identity(GOOD), identity(&changed("fast = 20", "fast = 21")));
    assert_ne!(identity(GOOD), identity(&changed("max_open_orders = 20", "max_open_orders = 21")));
    // Benchmark and profile are part of the identity only where they are written.
    let with = |text: &str| identity(&format!("{GOOD}\n{text}\n"));
    assert_ne!(identity(GOOD), with("[report]\nbenchmark = \"idle\""));
    assert_ne!(identity(GOOD), with("[metrics]\nprofile = \"quantstats\""));
    assert_eq!(identity(GOOD), with("[metrics]\nprofile = \"tiltyard\"\n[report]\nformats = [\"csv\"]"));
    assert!(!identity(GOOD).contains("profile\":") && !identity(GOOD).contains("report"));
}
