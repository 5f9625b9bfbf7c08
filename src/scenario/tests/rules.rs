//! The parameters of a `rules` strategy beside its conditions.

use super::{assert_mistake, mistake, valid, with_strategy};
use crate::domain::{Bps, IndicatorSpec, Span};
use crate::scenario::{
    AtrMultiple, EntryKind, EntryOrder, EntryTime, Expr, RuleDistance, RulePrice, RuleSet, Series,
    StrategyKind,
};

/// The rules with these keys beside an entry condition.
fn rules(keys: &str) -> RuleSet {
    let scenario = valid(&with_keys(keys));
    match &scenario.agents[0].strategy.kind {
        StrategyKind::Rules(rules) => rules.as_ref().clone(),
        other => panic!("{other:?}"),
    }
}

fn with_keys(keys: &str) -> String {
    with_strategy(&format!("{{ kind = \"rules\", enter_all = [\"close > 1\"], {keys} }}"))
}

fn ranges(n: u32, times: f64, timeframe: &str) -> RuleDistance {
    let atr = Series::own(IndicatorSpec::Atr { n }, timeframe.parse().unwrap());
    RuleDistance::Ranges(AtrMultiple { atr: Expr::Series(atr), times })
}

fn share(percent: f64) -> RuleDistance {
    RuleDistance::Share(Bps::from_percent(percent))
}

#[test]
fn levels_are_percentages_or_average_true_ranges() {
    let read = rules(
        "timeframe = \"4h\", stop_loss = { atr = 14, times = 2.5 }, take_profit_pct = 6, \
         trailing_stop = { atr = 7, times = 3, timeframe = \"1d\" }",
    );
    assert_eq!(read.stop_loss, Some(ranges(14, 2.5, "4h")));
    assert_eq!(read.take_profit, Some(share(6.0)));
    assert_eq!(read.trailing_stop, Some(ranges(7, 3.0, "1d")));
    assert_mistake(
        &with_keys("stop_loss_pct = 3, stop_loss = { atr = 14, times = 2 }"),
        "`stop_loss_pct` and `stop_loss` are both given",
        "{ atr = 14, times = 2 }",
        Some("keep one of `stop_loss_pct` and `stop_loss`"),
    );
    assert_mistake(
        &with_keys("stop_loss = { atr = 0, times = 2 }"),
        "`atr` = 0 is out of range",
        "0",
        Some("allowed: 1 to 100000"),
    );
    assert_mistake(
        &with_keys("stop_loss = { atr = 14, times = 0 }"),
        "`times` = 0 is out of range",
        "0",
        Some("allowed: more than 0, at most 1000"),
    );
    assert_eq!(mistake(&with_keys("stop_loss = { atr = 14 }")).0, "missing key `times` in `[stop_loss]`");
}

#[test]
fn an_entry_has_a_type_prices_and_a_time() {
    let of = |keys: &str| rules(&format!("entry = {{ {keys} }}")).entry;
    let order = |kind, time_in_force| Some(EntryOrder { kind, time_in_force });
    let offset = RulePrice::Offset;
    assert_eq!(of("order = \"market\""), None);
    let limit = EntryKind::Limit { price: offset(share(0.5)) };
    assert_eq!(of("order = \"limit\", offset_pct = 0.5"), order(limit.clone(), EntryTime::Gtc));
    assert_eq!(
        of("order = \"limit\", offset_pct = 0.5, time_in_force = \"ioc\""),
        order(limit.clone(), EntryTime::Ioc)
    );
    let hours = EntryTime::Span(Span::from_seconds(8 * 3_600));
    assert_eq!(of("order = \"limit\", offset_pct = 0.5, good_till = \"8h\""), order(limit, hours));
    let stop = EntryKind::Stop { trigger: offset(ranges(14, 0.5, "1h")) };
    assert_eq!(
        of("order = \"stop\", offset = { atr = 14, times = 0.5 }, good_till_bars = 5"),
        order(stop, EntryTime::Bars(5))
    );
    let Some(EntryOrder { kind: EntryKind::StopLimit { trigger, limit }, time_in_force }) =
        of("order = \"stop_limit\", price = \"highest(20)\", time_in_force = \"day\"")
    else {
        panic!("no stop-limit order")
    };
    let highest = Expr::Series(Series::own(IndicatorSpec::Highest { n: 20 }, "1h".parse().unwrap()));
    assert_eq!(trigger, RulePrice::Value { text: "highest(20)".to_owned(), expr: highest });
    assert_eq!((limit, time_in_force), (offset(share(0.0)), EntryTime::Day));
}

#[test]
fn mistakes_of_an_entry_are_underlined() {
    let entry = |keys: &str| with_keys(&format!("entry = {{ {keys} }}"));
    assert_mistake(
        &entry("order = \"limti\""),
        "unknown order type `limti`",
        "\"limti\"",
        Some("did you mean `limit`?"),
    );
    assert_mistake(
        &entry("order = \"limit\", price = \"low - smaa(3)\""),
        "in the expression `low - smaa(3)`: `smaa` is not a known name",
        "smaa",
        Some("did you mean `sma`?"),
    );
    let (message, underlined, _) = mistake(&entry("order = \"stop\", price = \"close > 1\""));
    assert_eq!(message, "in the expression `close > 1`: `close > 1` is a condition, not a number");
    assert_eq!(underlined, "close > 1");
    assert_mistake(
        &entry("order = \"stop\", price = \"high\", offset_pct = 1"),
        "`price` and `offset_pct` are both given",
        "1",
        Some("keep one of `price` and `offset_pct`"),
    );
    assert_mistake(
        &entry("order = \"limit\", offset_pct = 1, time_in_force = \"day\", good_till_bars = 3"),
        "`time_in_force` and `good_till_bars` are both given",
        "3",
        Some("keep one of `time_in_force` and `good_till_bars`"),
    );
    let (message, _, help) = mistake(&entry("order = \"stop\""));
    assert_eq!(message, "the stop order has no price");
    assert!(help.is_some_and(|help| help.contains("offset_pct = 0.5")));
    assert_eq!(
        mistake(&entry("order = \"market\", offset_pct = 1")).0.split(" in ").next(),
        Some("unknown key `offset_pct`")
    );
}

#[test]
fn a_condition_with_a_share_sells_a_part() {
    let read = rules(
        "exit_any = [{ when = \"close > 9\", share_pct = 50 }, \"close < 2\", { when = \"close > 99\", share_pct = 100 }]",
    );
    let texts: Vec<&str> = read.exit_any.iter().map(|exit| exit.text.as_str()).collect();
    assert_eq!(texts, ["close < 2", "close > 99"]);
    assert_eq!(read.exit_parts.len(), 1);
    assert_eq!(read.exit_parts[0].share, Bps::from_percent(50.0));
    assert_mistake(
        &with_strategy("{ kind = \"rules\", enter_all = [{ when = \"close > 1\", share_pct = 50 }] }"),
        "`share_pct` in a condition that sells nothing",
        "50",
        Some("a share of the position is for `exit_any`; entries are sized with `size_pct`"),
    );
}

#[test]
fn a_size_of_further_entries_needs_further_entries() {
    let read = rules("max_entries = 3, add_size_pct = 5");
    assert_eq!((read.max_entries, read.add_size), (3, Some(Bps::from_percent(5.0))));
    assert_mistake(
        &with_keys("add_size_pct = 5"),
        "`add_size_pct` without a second entry",
        "5",
        Some("set `max_entries` to 2 or more, or remove it"),
    );
}

/// What was added later is left out where it is not written, so that runs keep their identity.
#[test]
fn rules_of_before_keep_their_identity() {
    let read = rules("exit_any = [\"rsi(14)@4h > 65\"], stop_loss_pct = 3");
    let json = serde_json::to_value(&read).unwrap();
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    assert_eq!(keys.len(), 7, "{keys:?}");
    assert_eq!(json["stop_loss"], serde_json::to_value(Bps::from_percent(3.0)).unwrap());
    let series = &json["exit_any"][0]["expr"]["Binary"]["left"]["Series"];
    assert_eq!(series["indicator"], serde_json::json!({ "Rsi": { "n": 14 } }));
    assert_eq!(series.as_object().unwrap().len(), 2, "{series}");
}
