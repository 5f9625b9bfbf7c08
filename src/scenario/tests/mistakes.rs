//! Mistakes within one table: each gives one problem with its span and help.

use super::{GOOD, assert_mistake, changed, mistake, parse, valid, with_strategy};

#[test]
fn the_valid_scenario_is_valid() {
    valid(GOOD);
}

#[test]
fn a_misspelt_key_is_underlined_with_a_suggestion() {
    assert_mistake(
        &with_strategy(r#"{ kind = "sma_cross", fsat = 20 }"#),
        "unknown key `fsat` in `strategy` of kind `sma_cross`",
        "fsat",
        Some("did you mean `fast`?"),
    );
}

#[test]
fn a_misspelt_required_key_is_one_mistake() {
    assert_mistake(
        &changed("symbols =", "symbls ="),
        "unknown key `symbls` in `[market]`",
        "symbls",
        Some("did you mean `symbols`?"),
    );
    assert_mistake(
        &changed("[scenario]", "[scenaro]"),
        "unknown table `scenaro` in the top level of the file",
        "scenaro",
        Some("did you mean `scenario`?"),
    );
    assert_mistake(
        &with_strategy(r#"{ knd = "sma_cross" }"#),
        "unknown key `knd`",
        "knd",
        Some("did you mean `kind`?"),
    );
}

#[test]
fn a_key_in_the_wrong_table_gets_its_table_suggested() {
    assert_mistake(
        &changed("path =", "ranking_metric = \"roi_pct\"\npath ="),
        "unknown key `ranking_metric` in `[market]`",
        "ranking_metric",
        Some("`ranking_metric` belongs in `[battle]`"),
    );
    assert_mistake(
        &changed("name = \"idle\"", "name = \"idle\"\nlookback = 3"),
        "unknown key `lookback` in `[[agents]]`",
        "lookback",
        Some("`lookback` belongs in `strategy = { kind = \"momentum\", .. }`"),
    );
}

#[test]
fn a_key_of_the_agent_inside_its_strategy_belongs_to_the_agent() {
    assert_mistake(
        &with_strategy(r#"{ kind = "sma_cross", starting_balance = 5 }"#),
        "unknown key `starting_balance` in `strategy` of kind `sma_cross`",
        "starting_balance",
        Some("`starting_balance` belongs in `[[agents]]`"),
    );
}

#[test]
fn a_key_of_another_kind_is_unknown() {
    assert_mistake(
        &with_strategy(r#"{ kind = "cash", size_pct = 20 }"#),
        "unknown key `size_pct` in `strategy` of kind `cash`",
        "size_pct",
        Some("known keys: kind"),
    );
}

#[test]
fn a_missing_key_points_at_its_tables_header() {
    assert_mistake(
        &changed("path = \"data/sample\"\n", ""),
        "missing key `path` in `[market]`",
        "[market]",
        Some("add `path = ..`: a file, a folder or a glob of Parquet bars"),
    );
    assert_mistake(
        &changed("name = \"idle\"\n", ""),
        "missing key `name` in `[[agents]]`",
        "[[agents]]",
        Some("add `name = ..`: unique; also the name of its result folder"),
    );
    let (message, underlined, _) = mistake(&changed(r#"{ model = "none" }"#, r#"{ model = "fixed_bps" }"#));
    assert_eq!(message, "missing key `bps` in `slippage` of model `fixed_bps`");
    assert_eq!(underlined, "slippage");
    let (message, underlined, _) = mistake(&with_strategy("{ fast = 20 }"));
    assert_eq!((message.as_str(), underlined.as_str()), ("missing key `kind`", "strategy"));
}

#[test]
fn a_missing_table_is_one_mistake() {
    let (message, ..) = mistake(&changed("[scenario]\nname = \"test\"\n", ""));
    assert_eq!(message, "missing table `[scenario]`");
    let agents = GOOD.find("[[agents]]").unwrap();
    let battle = GOOD.find("[battle]").unwrap();
    let (message, ..) = mistake(&format!("{}{}", &GOOD[..agents], &GOOD[battle..]));
    assert_eq!(message, "missing list `[[agents]]`");
}

#[test]
fn an_interval_is_needed_unless_a_preset_fixes_it() {
    let without = changed("interval = \"1h\"\n", "");
    assert_eq!(mistake(&without).0, "missing key `interval` in `[market]`");
    let preset = without + "windows = { kind = \"historical_week\", count = 2 }\n";
    assert_eq!(valid(&preset).market.interval.to_string(), "5m");
    // A misspelt preset is one mistake: the interval that it would have fixed is not reported as missing.
    assert_eq!(
        mistake(&preset.replace("historical_week", "historical_wek")).2.as_deref(),
        Some("did you mean `historical_week`?")
    );
}

#[test]
fn wrong_types_name_both_types() {
    assert_mistake(
        &with_strategy(r#"{ kind = "sma_cross", fast = "20" }"#),
        "`fast` must be a whole number, not a string",
        "\"20\"",
        Some("remove the quotes"),
    );
    assert_mistake(
        &changed("\"test\"", "7"),
        "`name` must be a string, not a whole number",
        "7",
        Some("put it in quotes"),
    );
    assert_mistake(
        &changed(r#"["BTCUSDT", "ETHUSDT"]"#, r#""BTCUSDT""#),
        "`symbols` must be a list of names, \"all\", or a pattern such as \"*USDT\", not a string",
        "\"BTCUSDT\"",
        Some("put it in [ ]"),
    );
    assert_mistake(
        &changed(r#"{ model = "none" }"#, r#""none""#),
        "`slippage` must be a table such as { model = \"..\" }, not a string",
        "\"none\"",
        Some("write it as { model = \"none\" }"),
    );
    assert_mistake(
        &changed("max_open_orders = 20", "max_open_orders = true"),
        "`max_open_orders` must be a whole number, or false for no limit, not true or false",
        "true",
        Some("write it as 1, or false for no limit"),
    );
    assert_mistake(
        &changed("[battle]\nranking_metric = \"roi_pct\"", "[battle]\naggregate = \"sum\""),
        "unknown aggregate `sum`",
        "\"sum\"",
        Some("known: record, mean, median"),
    );
    assert_mistake(
        &changed("[battle]\nranking_metric = \"roi_pct\"", "[battle]\nmin_trades = -1"),
        "`min_trades` = -1 is out of range",
        "-1",
        Some("allowed: 0 to 1000000"),
    );
    assert_mistake(
        &changed("[battle]\nranking_metric = \"roi_pct\"", "[battle]\ntie_break = [1]"),
        "`tie_break` must be the name of a tie-break, not a whole number",
        "1",
        Some(
            "known: roi_pct, total_pnl, sharpe_ratio, sortino_ratio, calmar_ratio, max_drawdown_pct, win_rate, \
             profit_factor, name",
        ),
    );
}

#[test]
fn agents_as_a_single_table_is_a_wrong_type() {
    let source = GOOD.replacen("[[agents]]\nname = \"idle\"\nstrategy = { kind = \"cash\" }", "", 1);
    let (message, _, help) = mistake(&source.replace("[[agents]]", "[agents]"));
    assert_eq!(message, "`agents` must be a list of tables, not a table");
    assert_eq!(help.as_deref(), Some("write each as `[[agents]]`"));
}

#[test]
fn values_out_of_range_state_the_range() {
    let source = with_strategy(r#"{ kind = "sma_cross", fast = 0 }"#);
    assert_mistake(&source, "`fast` = 0 is out of range", "0", Some("allowed: 1 to 100000"));
    for (text, bad) in [
        (r#"{ kind = "buy_and_hold", size_pct = 0 }"#, "`size_pct` = 0 is out of range"),
        (r#"{ kind = "buy_and_hold", size_pct = 101 }"#, "`size_pct` = 101 is out of range"),
        (r#"{ kind = "buy_and_hold", size_pct = nan }"#, "`size_pct` = nan is out of range"),
        (r#"{ kind = "buy_and_hold", size_pct = 1e-12 }"#, "`size_pct` = 1e-12 is out of range"),
        (r#"{ kind = "sma_cross", fast = -5 }"#, "`fast` = -5 is out of range"),
        (r#"{ kind = "rsi_reversion", entry_below = 101 }"#, "`entry_below` = 101 is out of range"),
    ] {
        assert_eq!(mistake(&with_strategy(text)).0, bad);
    }
    let limit = changed("max_open_orders = 20", "max_drawdown_pct = 100.5");
    assert_mistake(
        &limit,
        "`max_drawdown_pct` = 100.5 is out of range",
        "100.5",
        Some("allowed: more than 0, at most 100"),
    );
}

#[test]
fn counts_of_zero_are_refused() {
    let source = format!("{GOOD}windows = {{ kind = \"sequential\", length = \"30d\", count = 0 }}\n");
    assert_mistake(
        &source,
        "`count` = 0 is out of range",
        "0",
        Some("allowed: 1 to 100000; each window needs one replay per agent"),
    );
}

#[test]
fn misspelt_words_are_suggested() {
    assert_mistake(
        &with_strategy(r#"{ kind = "sma_corss" }"#),
        "unknown strategy kind `sma_corss`",
        "\"sma_corss\"",
        Some("did you mean `sma_cross`?"),
    );
    assert_mistake(
        &changed(r#"model = "none""#, r#"model = "fixed""#),
        "unknown slippage model `fixed`",
        "\"fixed\"",
        Some("did you mean `fixed_bps`?"),
    );
    assert_mistake(
        &changed("[venue]", "[venue]\nfill_at = \"next_opn\""),
        "unknown fill time `next_opn`",
        "\"next_opn\"",
        Some("did you mean `next_open`?"),
    );
    assert_mistake(
        &changed("max_open_orders", "on_breach = \"flaten\"\nmax_open_orders"),
        "unknown breach action `flaten`",
        "\"flaten\"",
        Some("did you mean `flatten`?"),
    );
}

/// Known defect 8 of the reference platform: an unknown metric silently falls back to ROI.
#[test]
fn an_unknown_metric_is_an_error() {
    assert_mistake(
        &changed("ranking_metric = \"roi_pct\"", "ranking_metric = \"sharp_ratio\""),
        "unknown ranking metric `sharp_ratio`",
        "\"sharp_ratio\"",
        Some("did you mean `sharpe_ratio`?"),
    );
}

/// Known defect 11 of the reference platform: an end before the start is accepted.
#[test]
fn an_end_before_the_start_is_an_error() {
    for end in ["2023-12-31", "2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00"] {
        assert_mistake(
            &changed("2024-07-01T00:00:00Z", end),
            "`end` is not after `start`",
            end,
            Some("`end` is exclusive and must be later than `start`"),
        );
    }
}

/// Known defect 11 of the reference platform: unknown intervals are accepted.
#[test]
fn an_unknown_interval_is_an_error() {
    assert_mistake(
        &changed("\"1h\"", "\"7m\""),
        "`interval`: `7m` does not divide a day (or a week) evenly",
        "\"7m\"",
        Some("write a bar interval such as \"1h\""),
    );
    assert_mistake(
        &changed("\"1h\"", "\"hourly\""),
        "`interval`: `hourly` is not a duration such as 15m, 4h, 30d or 2w",
        "\"hourly\"",
        Some("write a bar interval such as \"1h\""),
    );
    assert_eq!(
        mistake(&changed("\"1h\"", "\"0h\"")).0,
        "`interval`: `0d` does not divide a day (or a week) evenly"
    );
}

#[test]
fn invalid_times_are_errors() {
    assert_mistake(
        &changed("2024-07-01T00:00:00Z", "\"1st of July\""),
        "`end`: `1st of July` is not a time such as 2024-01-31T00:00:00Z or 2024-01-31",
        "\"1st of July\"",
        Some("write a time such as 2024-01-31T00:00:00Z or 2024-01-31"),
    );
    assert_mistake(
        &changed("2024-07-01T00:00:00Z", "07:30:00"),
        "`end` has no date",
        "07:30:00",
        Some("write the date too, such as 2024-01-31T00:00:00Z"),
    );
}

#[test]
fn amounts_are_exact_or_errors() {
    let with =
        |amount: &str| changed("name = \"idle\"", &format!("name = \"idle\"\nstarting_balance = {amount}"));
    for (written, exact) in [
        ("\"0.1\"", "0.10000000"),
        // 0.1 and 1234567.12345678 have no exact float: the digits as written are used.
        ("0.1", "0.10000000"),
        ("1234567.12345678", "1234567.12345678"),
        ("90071992547409.93", "90071992547409.93000000"),
        ("10_000", "10000.00000000"),
        ("0x10", "16.00000000"),
        ("1e3", "1000.00000000"),
    ] {
        assert_eq!(valid(&with(written)).agents[1].starting_balance.to_string(), exact, "{written}");
    }
    for (written, message) in [
        ("\"ten\"", "`starting_balance`: `ten` is not a decimal number"),
        ("0.123456789", "`starting_balance`: `0.123456789` has more than 8 decimal places"),
        ("inf", "`starting_balance`: `inf` is not a decimal number"),
        ("0", "`starting_balance` = 0 is out of range"),
        ("-5.5", "`starting_balance` = -5.5 is out of range"),
        ("true", "`starting_balance` must be an amount such as \"10000.00\", not true or false"),
    ] {
        assert_eq!(mistake(&with(written)).0, message);
        assert_eq!(mistake(&with(written)).1, written);
    }
}

#[test]
fn contradictory_parameters_are_errors() {
    for (strategy, message, underlined) in [
        (r#"{ kind = "sma_cross", fast = 100, slow = 20 }"#, "`fast` = 100 is not below `slow` = 20", "100"),
        (r#"{ kind = "macd", slow = 12 }"#, "`fast` = 12 is not below `slow` = 12", "12"),
        (r#"{ kind = "momentum", top = 3 }"#, "`top` = 3 is more than its 2 symbols", "3"),
        (
            r#"{ kind = "rsi_reversion", entry_below = 80 }"#,
            "`entry_below` = 80 is above `exit_above` = 70",
            "80",
        ),
        (
            r#"{ kind = "grid", levels = 50, spacing_pct = 2 }"#,
            "50 levels 2 % apart would reach a price of zero",
            "50",
        ),
        (
            r#"{ kind = "bollinger_reversion", width = 2.0001 }"#,
            "`width` = 2.0001 has more than three decimal places",
            "2.0001",
        ),
    ] {
        let (found, span, _) = mistake(&with_strategy(strategy));
        assert_eq!((found.as_str(), span.as_str()), (message, underlined));
    }
    let slippage = r#"{ model = "volume_share", floor_bps = 50, cap_bps = 10 }"#;
    let found = mistake(&changed(r#"{ model = "none" }"#, slippage));
    assert_eq!((found.0.as_str(), found.1.as_str()), ("`floor_bps` = 50 is above `cap_bps` = 10", "50"));
}

#[test]
fn a_word_listed_twice_is_an_error() {
    assert_mistake(
        &changed(r#"["BTCUSDT", "ETHUSDT"]"#, r#"["BTCUSDT", "BTCUSDT"]"#),
        "`BTCUSDT` is listed twice in `symbols`",
        "\"BTCUSDT\"",
        Some("remove one"),
    );
}

#[test]
fn empty_lists_and_paths_are_errors() {
    assert_eq!(mistake(&changed(r#"["BTCUSDT", "ETHUSDT"]"#, "[]")).0, "`symbols` is empty");
    assert_eq!(mistake(&changed("\"data/sample\"", "\"\"")).0, "`path` is empty");
    assert_eq!(mistake(&with_strategy(r#"{ kind = "rules", enter_all = [] }"#)).0, "`enter_all` is empty");
}

#[test]
fn names_invalid_as_file_names_are_errors() {
    let (message, underlined, _) = mistake(&changed("\"test\"", "\"a/b\""));
    assert!(message.starts_with("`name`: `a/b` has the character `/`"), "{message}");
    assert_eq!(underlined, "\"a/b\"");
}

#[test]
fn eight_mistakes_give_eight_problems() {
    let source = r#"
[scenario]
name = "eight"


[market]
path = "data/sample"
symbols = ["ALPHA", "BRAVO"]
interval = "1h"
start = 2024-06-01
end = 2024-01-01

[venue]
taker_fee_bps = "10"
slippage = { model = "fixed_bps" }

[[agents]]
name = "one"
risk = "strict"
strategy = { kind = "sma_cros", fats = 3 }

[[agents]]
name = "one"
strategy = { kind = "ema_cross", fast = 30, slow = 10 }

[battle]
ranking_metric = "sharp"
"#;
    let messages: Vec<_> = parse(source).unwrap_err().into_iter().map(|problem| problem.message).collect();
    assert_eq!(
        messages,
        [
            "`end` is not after `start`",
            "`taker_fee_bps` must be a number of basis points, not a string",
            "missing key `bps` in `slippage` of model `fixed_bps`",
            "unknown risk profile `strict`",
            "unknown strategy kind `sma_cros`",
            "duplicate agent name `one`",
            "`fast` = 30 is not below `slow` = 10",
            "unknown ranking metric `sharp`",
        ][..]
    );
}

#[test]
fn an_agent_over_http_has_no_command_and_one_over_pipes_has_one() {
    valid(&with_strategy(r#"{ kind = "process", transport = "http", decide = { every = "4h" } }"#));
    valid(&with_strategy(r#"{ kind = "process", transport = "pipes", command = ["agent"] }"#));
    assert_mistake(
        &with_strategy(r#"{ kind = "process", transport = "http", command = ["agent"] }"#),
        "an agent that answers over HTTP has no `command`",
        r#"["agent"]"#,
        Some("remove `command`, or `transport = \"http\"`"),
    );
    assert_mistake(
        &with_strategy(r#"{ kind = "process", transport = "http", on_timeout = "hold" }"#),
        "an agent that answers over HTTP cannot hold when its time is up",
        r#""hold""#,
        Some("remove `on_timeout`: who is silent forfeits"),
    );
    // A mistake in one key of a table within the strategy is one mistake.
    let wrong =
        mistake(&with_strategy(r#"{ kind = "process", transport = "http", decide = { every = "7m" } }"#));
    assert_eq!(wrong.1, "\"7m\"");
    let missing = mistake(&with_strategy(r#"{ kind = "process", transport = "pipes" }"#));
    assert!(missing.0.contains("`command`"), "{missing:?}");
}
