//! Mistakes between tables: unknown references, and ranges and timeframes that do not fit.

use std::path::Path;

use super::{GOOD, assert_mistake, changed, mistake, valid, with_strategy};
use crate::domain::Span;
use crate::scenario::{Benchmark, Outside, Scenario, SymbolFolder};

#[test]
fn agent_names_are_unique() {
    assert_mistake(
        &changed("name = \"idle\"", "name = \"trend\""),
        "duplicate agent name `trend`",
        "\"trend\"",
        Some("give each agent a unique name; case is ignored"),
    );
    assert_eq!(mistake(&changed("name = \"idle\"", "name = \"Trend\"")).0, "duplicate agent name `Trend`");
}

#[test]
fn an_unknown_risk_profile_is_suggested() {
    assert_mistake(
        &changed("risk = \"standard\"", "risk = \"standart\""),
        "unknown risk profile `standart`",
        "\"standart\"",
        Some("did you mean `standard`?"),
    );
    assert_mistake(
        &changed("risk = \"standard\"", "risk = \"xyz\""),
        "unknown risk profile `xyz`",
        "\"xyz\"",
        Some("known: default, unlimited, standard"),
    );
}

#[test]
fn a_profile_with_a_misspelt_definition_is_one_mistake() {
    let twice = GOOD.replace("name = \"idle\"", "name = \"idle\"\nrisk = \"standard\"");
    assert_eq!(
        mistake(&twice.replace("[risk.standard]", "[risk.standart]")).0,
        "unknown risk profile `standard`"
    );
    assert_eq!(mistake(&twice.replace("[risk.", "[rsk.")).2.as_deref(), Some("did you mean `risk`?"));
}

#[test]
fn built_in_profiles_may_not_be_redefined() {
    let source = format!("{GOOD}\n[risk.default]\nmax_open_orders = 3\n");
    assert_mistake(
        &source,
        "the risk profile `default` is built in",
        "default",
        Some("give the profile another name, such as `[risk.strict]`, and use that"),
    );
}

/// A profile with errors still counts as defined.
#[test]
fn a_profile_with_errors_does_not_invalidate_its_agents() {
    let source = changed("max_open_orders = 20", "max_open_orders = 0");
    assert_mistake(&source, "`max_open_orders` = 0 is out of range", "0", Some("allowed: 1 to 1000000"));
}

/// Known defect 11 of the reference platform: unknown pairs are accepted.
#[test]
fn an_unknown_symbol_is_an_error() {
    assert_mistake(
        &with_strategy(r#"{ kind = "dca", symbols = ["BTCUSD"] }"#),
        "unknown symbol `BTCUSD`",
        "\"BTCUSD\"",
        Some("did you mean `BTCUSDT`?"),
    );
    let source = format!("{GOOD}\n[market.instruments.BTCUSDX]\nprice_tick = \"0.01\"\n");
    assert_mistake(&source, "unknown symbol `BTCUSDX`", "BTCUSDX", Some("did you mean `BTCUSDT`?"));
}

/// Known defect 12 of the reference platform: the base asset is found by removing "USDT" from the symbol.
#[test]
fn the_base_asset_is_never_derived_from_the_symbol() {
    let scenario = valid(GOOD);
    assert_eq!(scenario.market.instruments[0].base_asset, "BTCUSDT");
    let source = format!("{GOOD}\n[market.instruments.ETHUSDT]\nbase = \"ETH\"\nquantity_step = 0.1\n");
    let scenario = valid(&source);
    assert_eq!(scenario.market.instruments[0].base_asset, "BTCUSDT");
    assert_eq!(scenario.market.instruments[1].base_asset, "ETH");
    assert_eq!(scenario.market.instruments[1].quantity_step.to_string(), "0.10000000");
}

#[test]
fn the_quote_cannot_be_traded_for_itself() {
    let source = format!("{GOOD}\n[market.instruments.ETHUSDT]\nbase = \"USD\"\n");
    assert_mistake(
        &source,
        "the base asset `USD` is the quote currency itself",
        "\"USD\"",
        Some("set `base` in `[market.instruments.SYMBOL]`, or `quote` in `[market]`"),
    );
    let source = changed("path =", "quote = \"ETHUSDT\"\npath =");
    assert_eq!(mistake(&source).0, "the base asset `ETHUSDT` is the quote currency itself");
}

#[test]
fn a_benchmark_is_an_agent_or_a_symbol() {
    let benchmark = |name: &str| {
        let source = format!("{GOOD}\n[report]\nbenchmark = \"{name}\"\n");
        valid(&source).report.benchmark.unwrap()
    };
    assert!(matches!(benchmark("trend"), Benchmark::Agent(name) if name.as_str() == "trend"));
    assert!(matches!(benchmark("BTCUSDT"), Benchmark::Symbol { id, .. } if id.index() == 0));
}

/// Knows two symbols beside those of the scenario.
struct Files;

impl SymbolFolder for Files {
    fn symbols(&self, _: &Path, _: &Path) -> Result<Vec<String>, (String, String)> {
        Ok(["BTCUSDT", "ETHUSDT", "GOLD", "SPY"].map(str::to_owned).to_vec())
    }
}

#[test]
fn a_benchmark_may_be_a_symbol_that_nobody_trades() {
    let parse = |name: &str| {
        let source = format!("{GOOD}\n[report]\nbenchmark = \"{name}\"\n");
        Scenario::parse_with(&source, Path::new(""), Outside { folder: &Files, ..Outside::NOTHING })
    };
    let read = |name: &str| parse(name).unwrap().0;
    assert_eq!(read("SPY").report.untraded().unwrap().as_str(), "SPY");
    assert_eq!(read("BTCUSDT").report.untraded(), None);
    assert!(crate::scenario::identity_json(&read("SPY")).contains("\"benchmark\":\"SPY\""));
    // Misspelt.
    for (name, help) in [
        ("trent", "did you mean `trend`?"),
        ("GOLT", "did you mean `GOLD`?"),
        ("xyzzyxyzzy", "known: trend, idle, BTCUSDT, ETHUSDT, GOLD, SPY"),
    ] {
        let found = parse(name).unwrap_err().remove(0);
        assert_eq!(found.message, format!("unknown agent or symbol `{name}` as benchmark"));
        assert!(found.help.as_deref().unwrap().starts_with(help), "{:?}", found.help);
    }
    // Where the files are not known, loading decides.
    let unknown = valid(&format!("{GOOD}\n[report]\nbenchmark = \"SPX\"\n"));
    assert_eq!(unknown.report.untraded().unwrap().as_str(), "SPX");
}

#[test]
fn a_timeframe_is_a_multiple_of_the_interval() {
    let help = "use 1h or a multiple of it, or a finer `interval` in `[market]`";
    assert_mistake(
        &with_strategy(r#"{ kind = "sma_cross", timeframe = "30m" }"#),
        "the timeframe 30m is not a multiple of the scenario's interval 1h",
        "\"30m\"",
        Some(help),
    );
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = [{ when = "close > 1", timeframe = "50m" }] }"#),
        "`timeframe`: `50m` does not divide a day (or a week) evenly",
        "\"50m\"",
        Some("write a bar interval such as \"1h\""),
    );
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = [{ when = "close > 1", timeframe = "15m" }] }"#),
        "the timeframe 15m is not a multiple of the scenario's interval 1h",
        "\"15m\"",
        Some(help),
    );
    assert_eq!(
        valid(&with_strategy(r#"{ kind = "sma_cross", timeframe = "4h" }"#)).agents[0].strategy.timeframe,
        "4h".parse().unwrap()
    );
}

#[test]
fn windows_fit_the_range() {
    // The range has 182 days.
    for (windows, message, underlined) in [
        (
            r#"{ kind = "sequential", length = "200d" }"#,
            "windows of 200d do not fit the range of 26w",
            "\"200d\"",
        ),
        (
            r#"{ kind = "sequential", length = "30d", count = 7 }"#,
            "7 windows of 30d need 30w, the range has 26w",
            "7",
        ),
        (
            // 30 + 4 * 40 days.
            r#"{ kind = "rolling", length = "30d", step = "40d", count = 5 }"#,
            "5 windows of 30d need 190d, the range has 26w",
            "5",
        ),
        (
            r#"{ kind = "random", length = "200d", count = 3 }"#,
            "windows of 200d do not fit the range of 26w",
            "\"200d\"",
        ),
        (
            r#"{ kind = "random", length = "30d", count = 500 }"#,
            "500 windows of 30d need 15000d, the range has 26w",
            "500",
        ),
        (
            // 6 * 30 + 5 * 2 days.
            r#"{ kind = "stratified", length = "30d", count = 6, embargo = "2d" }"#,
            "6 windows of 30d need 190d, the range has 26w",
            "6",
        ),
    ] {
        let (found, span, help) = mistake(&format!("{GOOD}windows = {windows}\n"));
        assert_eq!((found.as_str(), span.as_str()), (message, underlined));
        assert_eq!(
            help.as_deref(),
            Some(
                "the range is 2024-01-01T00:00:00Z to 2024-07-01T00:00:00Z (`start` and `end` of `[market]`)"
            )
        );
    }
    // 30 + 3 * 40 = 150 days; and 180 days for six random windows of 30.
    valid(&format!(r#"{GOOD}windows = {{ kind = "rolling", length = "30d", step = "40d", count = 4 }}"#));
    valid(&format!(r#"{GOOD}windows = {{ kind = "random", length = "30d", count = 6 }}"#));
}

#[test]
fn an_embargo_must_fit_between_windows() {
    let rolling = |step: &str| {
        format!(
            "{GOOD}windows = {{ kind = \"rolling\", length = \"10d\", step = \"{step}\", embargo = \"2d\" }}\n"
        )
    };
    let (message, span, help) = mistake(&rolling("11d"));
    assert_eq!(message, "windows of 10d with a `step` of 11d leave no embargo of 2d");
    assert_eq!((span.as_str(), help.as_deref()), ("\"2d\"", Some("use a `step` of at least 12d")));
    assert_eq!(valid(&rolling("12d")).battle.embargo, Span::DAY.times(2));
    let preset = GOOD.replace("interval = \"1h\"\n", "");
    let preset = preset + "windows = { kind = \"historical_day\", embargo = \"1d\" }\n";
    assert_eq!(valid(&preset).battle.embargo, Span::DAY);
    let none = valid(&format!("{GOOD}windows = {{ kind = \"random\", length = \"1d\", count = 2 }}\n"));
    assert!(!crate::scenario::identity_json(&none).contains("embargo"), "an identity from before embargoes");
}

#[test]
fn windows_are_whole_bars() {
    assert_mistake(
        &format!(r#"{GOOD}windows = {{ kind = "sequential", length = "90m" }}"#),
        "`length` 90m is not a whole number of 1h bars",
        "\"90m\"",
        Some("write a multiple of 1h, such as \"10h\""),
    );
    let source = format!(r#"{GOOD}windows = {{ kind = "rolling", length = "2h", step = "0h" }}"#);
    assert_eq!(mistake(&source).0, "`step` has a length of zero");
}

#[test]
fn a_preset_and_the_interval_agree() {
    let source = format!("{GOOD}windows = {{ kind = \"historical_day\" }}\n");
    assert_mistake(
        &source,
        "`interval` 1h contradicts the windows `historical_day`",
        "\"1h\"",
        Some("write \"1m\", or remove `interval`"),
    );
    valid(&format!("{GOOD}windows = {{ kind = \"historical_month\" }}\n"));
}

#[test]
fn a_mistake_in_a_condition_is_underlined_inside_the_string() {
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = ["close > 1", "rsj(14) < 30"] }"#),
        "in the condition `rsj(14) < 30`: `rsj` is not a known name",
        "rsj",
        Some("did you mean `rsi`?"),
    );
    let source = with_strategy(r#"{ kind = "rules", enter_all = ['close > sma(30)@30m'] }"#);
    let (message, underlined, _) = mistake(&source);
    assert!(message.contains("is not a multiple of the scenario's interval"), "{message}");
    assert!(underlined.contains("30m"), "{underlined}");
    // With an escape in the string, spans inside it are unknown: the whole string is underlined.
    let escaped = with_strategy(r#"{ kind = "rules", enter_all = ["rs\u006A(14) < 30"] }"#);
    assert_eq!(mistake(&escaped).1, r#""rs\u006A(14) < 30""#);
}

#[test]
fn another_symbol_of_a_condition_is_one_of_the_scenario() {
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = ["close@1d(BTCUSDR) > 1"] }"#),
        "in the condition `close@1d(BTCUSDR) > 1`: `BTCUSDR` is not a symbol of the scenario",
        "BTCUSDR",
        Some("did you mean `BTCUSDT`?"),
    );
    valid(&with_strategy(r#"{ kind = "rules", enter_all = ["close@1d(BTCUSDT) > sma(rsi, 3)"] }"#));
}

#[test]
fn a_zone_is_one_of_the_database() {
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = ["hour > 9"], zone = "new york" }"#),
        "`zone`: `new york` is not a time zone of the IANA database; did you mean `America/New_York`?",
        "\"new york\"",
        Some("write a time zone such as \"America/New_York\""),
    );
    valid(&with_strategy(r#"{ kind = "rules", enter_all = ["hour > 9"], zone = "America/New_York" }"#));
}

#[test]
fn a_condition_is_read_even_where_the_interval_is_not_known() {
    let source = with_strategy(r#"{ kind = "rules", enter_all = ["close > 1 and", "close@30s > 1"] }"#);
    let problems = super::parse(&source.replace("\"1h\"", "\"7m\"")).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:#?}");
}

#[test]
fn a_condition_is_a_text_or_a_table() {
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = [1] }"#),
        "`enter_all` must be an expression, or { when = \"..\", timeframe = \"..\" }, not a whole number",
        "1",
        Some("write it as \"close > sma(20)\""),
    );
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = [{ wen = "close > 1" }] }"#),
        "unknown key `wen` in a condition of `enter_all`",
        "wen",
        Some("did you mean `when`?"),
    );
    assert_mistake(
        &with_strategy(r#"{ kind = "rules", enter_all = ["close > 1", { timeframe = "4h" }] }"#),
        "missing key `when` in a condition of `enter_all`",
        "{ timeframe = \"4h\" }",
        Some("add `when = ..`: the expression"),
    );
}
