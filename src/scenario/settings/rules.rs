//! The keys of a `rules` strategy: conditions as they were written.

use serde_json::{Map, Value, json};

use super::{Settings, number, percent, settings, word};
use crate::domain::{IndicatorSpec, Interval};
use crate::scenario::{
    AtrMultiple, Condition, EntryKind, EntryOrder, EntryTime, Expr, PartialExit, RuleDistance, RulePrice,
    RuleSet, Series, TimeInForceWord,
};

/// All keys of the rules, whose strategy has this timeframe.
pub(super) fn rules(rules: &RuleSet, timeframe: Interval) -> Settings {
    let conditions = |all: &[Condition]| all.iter().map(|one| condition(one, timeframe)).collect::<Vec<_>>();
    let mut exits = conditions(&rules.exit_any);
    exits.extend(rules.exit_parts.iter().map(|part| partial(part, timeframe)));
    let mut all = settings([
        ("exit_any", Value::from(exits)),
        ("max_entries", Value::from(rules.max_entries)),
        ("zone", Value::from(rules.zone.name())),
    ]);
    let mut put = |key: &str, value: Option<Value>| all.extend(value.map(|value| (key.to_owned(), value)));
    put("enter_all", (!rules.enter_all.is_empty()).then(|| conditions(&rules.enter_all).into()));
    if let Some(short) = &rules.short {
        put("enter_short_all", Some(conditions(&short.enter_all).into()));
        put("exit_short_any", Some(conditions(&short.exit_any).into()));
    }
    let levels = [
        ("stop_loss", &rules.stop_loss),
        ("take_profit", &rules.take_profit),
        ("trailing_stop", &rules.trailing_stop),
    ];
    for (key, level) in levels {
        if let Some((key, value)) = level.as_ref().map(|level| distance(level, key, timeframe)) {
            put(&key, Some(value));
        }
    }
    put("max_hold_bars", rules.max_hold_bars.map(Value::from));
    put("max_positions", rules.max_positions.map(Value::from));
    put("add_size_pct", rules.add_size.map(percent));
    put("entry", rules.entry.as_ref().map(|order| entry(order, timeframe)));
    all
}

/// Its text; a table where it reads another timeframe than its strategy.
pub(super) fn condition(condition: &Condition, timeframe: Interval) -> Value {
    if condition.timeframe == timeframe {
        return Value::from(condition.text.as_str());
    }
    json!({ "when": condition.text, "timeframe": condition.timeframe.to_string() })
}

fn partial(part: &PartialExit, timeframe: Interval) -> Value {
    let mut table = match condition(&part.condition, timeframe) {
        Value::Object(table) => table,
        text => Map::from_iter([("when".to_owned(), text)]),
    };
    table.insert("share_pct".to_owned(), percent(part.share));
    Value::Object(table)
}

/// A distance under its key: in percent `NAME_pct`, in average true ranges `NAME`.
fn distance(distance: &RuleDistance, name: &str, timeframe: Interval) -> (String, Value) {
    match distance {
        RuleDistance::Share(share) => (format!("{name}_pct"), percent(*share)),
        RuleDistance::Ranges(multiple) => (name.to_owned(), ranges(multiple, timeframe)),
    }
}

fn ranges(multiple: &AtrMultiple, timeframe: Interval) -> Value {
    let mut table = Map::from_iter([("times".to_owned(), number(multiple.times))]);
    if let Expr::Series(Series { indicator: IndicatorSpec::Atr { n }, timeframe: own, .. }) = &multiple.atr {
        table.insert("atr".to_owned(), Value::from(*n));
        if *own != timeframe {
            table.insert("timeframe".to_owned(), Value::from(own.to_string()));
        }
    }
    Value::Object(table)
}

fn entry(order: &EntryOrder, timeframe: Interval) -> Value {
    let (name, prices) = match &order.kind {
        EntryKind::Limit { price: at } => ("limit", vec![price(at, "", timeframe)]),
        EntryKind::Stop { trigger } => ("stop", vec![price(trigger, "", timeframe)]),
        EntryKind::StopLimit { trigger, limit } => {
            ("stop_limit", vec![price(trigger, "", timeframe), price(limit, "limit_", timeframe)])
        }
    };
    let mut table = Map::from_iter([("order".to_owned(), Value::from(name))]);
    table.extend(prices);
    let (key, value) = match order.time_in_force {
        EntryTime::Gtc => ("time_in_force", word(TimeInForceWord::Gtc)),
        EntryTime::Day => ("time_in_force", word(TimeInForceWord::Day)),
        EntryTime::Ioc => ("time_in_force", word(TimeInForceWord::Ioc)),
        EntryTime::Bars(bars) => ("good_till_bars", Value::from(bars)),
        EntryTime::Span(span) => ("good_till", Value::from(span.to_string())),
    };
    table.insert(key.to_owned(), value);
    Value::Object(table)
}

fn price(price: &RulePrice, prefix: &str, timeframe: Interval) -> (String, Value) {
    match price {
        RulePrice::Offset(offset) => distance(offset, &format!("{prefix}offset"), timeframe),
        RulePrice::Value { text, .. } => (format!("{prefix}price"), Value::from(text.as_str())),
    }
}
