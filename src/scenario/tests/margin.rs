//! Instruments on margin: what is read, and every bad input with its remedy.

use super::{GOOD, parse, valid};
use crate::domain::{Bps, FundingSource, InitialMargin, MarginKind, Span};
use crate::scenario::{Direction, MarginMode, Problem, StrategyKind};

const PERPETUAL: &str = r#"
[instruments.BTCUSDT]
kind = "perpetual"
max_leverage = 20
maintenance = [{ to = 50000, rate_pct = 0.4 }, { to = 250000, rate_pct = 0.5 }, { rate_pct = 1.0 }]
liquidation_fee_bps = 50
funding = { rate_bps = 1, every = "8h" }

[instruments.default]
kind = "margin"
borrow_fee_pct = 0.5
"#;

/// The good scenario with tables, a risk profile's keys and a strategy.
fn with(tables: &str, risk: &str, strategy: &str) -> String {
    let text = GOOD.replace("max_open_orders = 20", &format!("max_open_orders = 20\n{risk}"));
    let kept = r#"strategy = { kind = "sma_cross", fast = 20, slow = 100 }"#;
    text.replace(kept, &format!("strategy = {strategy}")) + tables
}

const CROSS: &str = r#"{ kind = "sma_cross", fast = 20, slow = 100 }"#;
const BOTH: &str = r#"{ kind = "sma_cross", fast = 20, slow = 100, direction = "both" }"#;

/// The only error of a text: what it says, what it underlines, and its remedy.
#[track_caller]
fn error(text: &str) -> (String, String, String) {
    let problems = parse(text).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let Problem { message, span, help, .. } = problems[0].clone();
    (message, text[span].to_owned(), help.unwrap_or_default())
}

#[track_caller]
fn refuses(text: &str, message: &str, help: &str) {
    let found = error(text);
    assert!(found.0.contains(message), "{found:?}");
    assert!(found.2.contains(help), "{found:?}");
}

#[test]
fn instruments_directions_and_limits_are_read() {
    let risk = "max_leverage = 3\nallow_short = true\nmargin_mode = \"isolated\"";
    let strategy = r#"{ kind = "sma_cross", quantity = 0.05, direction = "both" }"#;
    let scenario = valid(&with(PERPETUAL, risk, strategy));
    let [first, second] = [0, 1].map(|index| scenario.market.instruments[index].margin.clone().unwrap());
    assert_eq!((first.kind, second.kind), (MarginKind::Perpetual, MarginKind::Shares));
    assert_eq!(first.initial, InitialMargin::Leverage(Bps::from_percent(2000.0)));
    assert_eq!(first.maintenance.len(), 3);
    assert!(
        matches!(first.funding, Some(FundingSource::Fixed { every, .. }) if every == Span::from_seconds(28_800))
    );
    assert_eq!(second.initial, InitialMargin::Share(Bps::from_percent(50.0)));
    assert_eq!(second.borrow_fee, Bps::from_percent(0.5));
    let agent = &scenario.agents[0];
    assert_eq!(agent.risk.margin.mode, MarginMode::Isolated);
    assert_eq!(agent.risk.margin.max_leverage, Bps::from_percent(300.0));
    assert_eq!(agent.strategy.entries.direction, Direction::Both);
    assert_eq!(agent.strategy.entries.quantity, Some("0.05".parse().unwrap()));
    // A scenario without these keys keeps its identity.
    let spot = serde_json::to_string(&valid(GOOD)).unwrap();
    assert!(!spot.contains("margin") && !spot.contains("direction") && !spot.contains("entries"), "{spot}");
}

#[test]
fn a_short_needs_an_instrument_and_a_permission() {
    refuses(&with("", "allow_short = true", BOTH), "a spot asset", "kind = \"margin\"");
    let text = with(PERPETUAL, "", BOTH);
    refuses(&text, "which its risk profile `standard` does not allow", "`allow_short = true`");
    let rules = r#"{ kind = "rules", enter_short_all = ["close < open"] }"#;
    refuses(&with(PERPETUAL, "", rules), "goes short", "`allow_short = true`");
    let scenario = valid(&with(PERPETUAL, "allow_short = true", rules));
    let StrategyKind::Rules(rules) = &scenario.agents[0].strategy.kind else { panic!() };
    assert_eq!((rules.enter_all.len(), rules.short.as_ref().unwrap().enter_all.len()), (0, 1));
    let lone = r#"{ kind = "rules", enter_all = ["close > open"], exit_short_any = ["close > open"] }"#;
    refuses(
        &with(PERPETUAL, "allow_short = true", lone),
        "without `enter_short_all`",
        "add `enter_short_all`",
    );
}

#[test]
fn leverage_ends_at_the_profile_and_at_the_venue() {
    let sized = r#"{ kind = "sma_cross", size_pct = 250 }"#;
    refuses(&with(PERPETUAL, "max_leverage = 2", sized), "more than 100 x the `max_leverage` of 2", "higher");
    refuses(&with("", "max_leverage = 3", sized), "is a spot asset", "at most 100");
    let text = with(PERPETUAL, "max_leverage = 25", CROSS);
    refuses(&text, "above the 20 that the venue of `BTCUSDT` allows", "`max_leverage` to 20");
    let both = r#"{ kind = "sma_cross", size_pct = 50, quantity = 1 }"#;
    refuses(&with(PERPETUAL, "", both), "both say how much", "remove one");
}

#[test]
fn a_perpetual_names_what_it_lacks() {
    for (line, key) in [
        ("max_leverage = 20\n", "max_leverage"),
        ("funding = { rate_bps = 1, every = \"8h\" }\n", "funding"),
        (
            "maintenance = [{ to = 50000, rate_pct = 0.4 }, { to = 250000, rate_pct = 0.5 }, { rate_pct = 1.0 }]\n",
            "maintenance",
        ),
    ] {
        let tables = PERPETUAL.replace(line, "");
        assert_ne!(tables, PERPETUAL);
        refuses(&with(&tables, "", CROSS), &format!("a perpetual needs `{key}`"), &format!("add `{key} = "));
    }
}

#[test]
fn maintenance_never_exceeds_initial_and_brackets_ascend() {
    let changed = |from: &str, to: &str| with(&PERPETUAL.replace(from, to), "", CROSS);
    refuses(
        &changed("max_leverage = 20", "max_leverage = 500"),
        "0.4 % is above the initial margin of 0.2 %",
        "lower `max_leverage`",
    );
    let shares = changed("borrow_fee_pct = 0.5", "initial_pct = 20");
    refuses(&shares, "maintenance margin of 30 % is above the initial margin of 20 %", "initial margin");
    refuses(&changed("to = 250000", "to = 40000"), "do not ascend", "sort");
    refuses(
        &changed("{ rate_pct = 1.0 }", "{ to = 9999999, rate_pct = 1.0 }"),
        "last bracket has an end",
        "remove",
    );
    refuses(&changed("{ rate_pct = 1.0 }", "{ rate_pct = 0.3 }"), "rate falls", "at least the same");
}

#[test]
fn keys_of_another_kind_and_unknown_symbols_are_refused() {
    let changed = |from: &str, to: &str| with(&PERPETUAL.replace(from, to), "", CROSS);
    let wrong = changed("borrow_fee_pct = 0.5", "max_leverage = 3");
    refuses(&wrong, "`max_leverage` is not a key of `kind = \"margin\"`", "perpetual");
    let spot = changed("kind = \"margin\"\n", "");
    refuses(&spot, "`borrow_fee_pct` is not a key of `kind = \"spot\"`", "margin");
    refuses(&changed("instruments.BTCUSDT", "instruments.BTCUSD"), "unknown symbol `BTCUSD`", "BTCUSDT");
    let two = with(
        "[instruments.BTCUSDT]\nkind = \"margin\"\ninterest_pct = 4\n[instruments.ETHUSDT]\nkind = \"margin\"\n",
        "",
        CROSS,
    );
    refuses(&two, "`interest_pct` = 0 differs from the 4", "the same");
    let often = changed("every = \"8h\"", "every = \"30s\"");
    refuses(&often, "too often", "1m");
}
