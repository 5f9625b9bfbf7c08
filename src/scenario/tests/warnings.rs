//! Warnings: valid settings that are probably unintended.

use super::{GOOD, changed, parse, valid, warning, with_strategy};

#[test]
fn entries_above_the_agents_own_limits() {
    let (message, underlined) = warning(&with_strategy(r#"{ kind = "sma_cross", size_pct = 30 }"#));
    assert_eq!(
        message,
        "every entry of agent `trend` will be refused: 30 % of the equity is more than \
         `max_position_size_pct` = 25 of its risk profile `standard`"
    );
    assert_eq!(underlined, "30");
    // 100 % over two symbols is 50 % each, which passes the order limit of 50 but not the position limit of
    // 25.
    let (message, underlined) = warning(&with_strategy(r#"{ kind = "buy_and_hold" }"#));
    assert!(message.contains("50 % of the equity is more than `max_position_size_pct` = 25 of"), "{message}");
    assert_eq!(underlined, "strategy");
    let (message, _) = warning(&with_strategy(r#"{ kind = "dca", size_pct = 60 }"#));
    assert!(message.contains("`max_order_size_pct` = 50 and `max_position_size_pct` = 25"), "{message}");
}

#[test]
fn entries_within_the_limits_or_cut_to_them_pass() {
    valid(&with_strategy(r#"{ kind = "sma_cross", size_pct = 25 }"#));
    // Five levels of 20 % each.
    valid(&with_strategy(r#"{ kind = "grid", size_pct = 100 }"#));
    valid(&changed("max_open_orders = 20", "size_to_limit = true").replace("slow = 100", "size_pct = 90"));
    valid(
        &changed("max_open_orders = 20", "max_position_size_pct = \"off\"")
            .replace("slow = 100", "size_pct = 50"),
    );
}

#[test]
fn fills_at_the_close() {
    let found = warning(&changed("[venue]", "[venue]\nfill_at = \"close\""));
    assert_eq!(found, ("`fill_at` = \"close\" is optimistic".to_owned(), "\"close\"".to_owned()));
}

#[test]
fn warnings_for_idle_agents_and_missing_baselines() {
    assert_eq!(warning(&with_strategy(r#"{ kind = "cash" }"#)).0, "no agent trades");
    let idle = GOOD.find("[[agents]]\nname = \"idle\"").unwrap();
    let battle = GOOD.find("[battle]").unwrap();
    let alone = format!("{}{}", &GOOD[..idle], &GOOD[battle..]);
    assert_eq!(warning(&alone), ("only one agent takes part".to_owned(), "[[agents]]".to_owned()));
}

#[test]
fn an_unused_risk_profile() {
    let found = warning(&changed("risk = \"standard\"\n", ""));
    assert_eq!(found, ("the risk profile `standard` is not used".to_owned(), "[risk.standard]".to_owned()));
}

#[test]
fn a_range_that_begins_inside_a_bar() {
    let (message, underlined) = warning(&changed("2024-01-01T00:00:00Z", "2024-01-01T00:30:00Z"));
    assert_eq!(
        (message.as_str(), underlined.as_str()),
        ("`start` is inside a 1h bar", "2024-01-01T00:30:00Z")
    );
}

#[test]
fn a_tie_break_that_is_never_reached() {
    let source = format!("{GOOD}tie_break = [\"name\", \"roi_pct\"]\n");
    assert_eq!(warning(&source).0, "the tie-break \"roi_pct\" is never reached");
    let (scenario, _) = parse(&source).unwrap();
    assert_eq!(scenario.battle.tie_break, [crate::scenario::TieBreak::Name]);
}
